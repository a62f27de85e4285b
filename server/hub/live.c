/* A command's road: submit queues it, pump decides a batch and appends it at head + 1, done learns
 * what became of the append, apply reduces what is in the log and tells those who see it. The
 * position is the lock: whoever comes second is told conflict and what happened, and decides again.
 */
#include "server/hub/live.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "server/base/crash.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/base/plant.h"

/* Only for the planted bug: the gate judges a mute at the position of the line. */
static bool is_muted_now(const struct live *l, const struct job *j)
{
	const struct person *who = state_person(&l->state, j->by);

	return who && (command_specs[j->command.type].blocked_by & BLOCKED_MUTED) &&
	       hub_now(l->hub) < who->mute.until;
}

void live_submit_job(struct live *l, const struct job *as)
{
	struct job *j = x_malloc(sizeof(*j));

	crash_at("live.asked");
	*j = *as;
	j->since = hub_now(l->hub);
	if (j->peer)
		j->peer->n_jobs++;
	live_stir(l);
	if (PLANTED(PLANT_MUTE_ON_ARRIVAL) && is_muted_now(l, j))
		job_settle(l, j, ERR_MUTED, 0);
	else if (l->phase == LIVE_BROKEN)
		job_settle(l, j, ERR_DAMAGED, 0);
	else if (l->phase == LIVE_DROPPED)
		job_settle(l, j, ERR_NOT_FOUND, 0);
	else if (l->queue.n >= QUEUE_MAX)
		job_settle(l, j, ERR_UNAVAILABLE, RETRY_MS);
	else
		jobs_add(&l->queue, j);
}

void live_submit(struct live *l, struct command *c, uint64_t by, struct peer *p,
		 void (*done)(void *arg, enum err err), void *arg)
{
	live_submit_job(
		l, &(struct job){ .command = *c, .by = by, .peer = p, .done = done, .arg = arg });
}

/* --- deciding ----------------------------------------------------------------------------------
 */

static bool is_line(const struct job *j)
{
	return j->command.type == CMD_CHAT_SAY;
}

static bool same_guest(const struct job *a, const struct job *b)
{
	if (a->command.type == CMD_PEOPLE_JOIN && b->command.type == CMD_PEOPLE_JOIN)
		return strcmp(a->command.people_join.sub, b->command.people_join.sub) == 0;
	return a->by == b->by && a->by != 0;
}

/* May this one be decided against the same state as those in the batch? What does not commute is a
 * batch by itself; of one person only lines may follow each other; and a repetition waits until the
 * first of the two is in the log. */
static bool goes_with(const struct live *l, const struct job *next)
{
	if (!l->batch.first)
		return true;
	if (l->n_bodies == BATCH_MAX || !command_specs[next->command.type].commutes ||
	    !command_specs[l->batch.first->command.type].commutes)
		return false;
	for (const struct job *j = l->batch.first; j; j = j->next) {
		if (!same_guest(j, next))
			continue;
		if (!is_line(j) || !is_line(next))
			return false;
		if (j->command.n == next->command.n && !PLANTED(PLANT_N_NOT_IN_BATCH))
			return false;
	}
	return true;
}

/* Of those who come back the one they have there, whatever their tickets say. */
static enum role role_of_guest(const struct live *l, const struct people_join *c)
{
	const struct person *known = state_person_by_sub(&l->state, c->sub);

	return known ? known->role : c->role;
}

/* Whoever may join could fill memory and disk, a line at a time. Who runs the session can still do
 * so, and everybody may go. */
static bool is_too_much(const struct live *l, const struct job *j)
{
	uint64_t most = hub_options(l->hub)->session_bytes;
	const struct command *c = &j->command;

	if (!most || l->bytes < most || c->type == CMD_PEOPLE_LEAVE)
		return false;
	if (c->type == CMD_PEOPLE_JOIN)
		return !role_is_staff(role_of_guest(l, &c->people_join));
	return j->by && !role_is_staff(state_person(&l->state, j->by)->role);
}

/* Decides the first job of the queue at the next position; it joins the batch, or ends here. */
static void decide_one(struct live *l)
{
	struct job *j = jobs_take(&l->queue);
	struct verdict verdict = { 0 };
	char words[EVENT_WORDS];
	struct event e = { .words = words };
	enum err err = gate_decide(&l->state, j->by, &j->command, l->state.seq + 1 + l->n_bodies,
				   hub_now(l->hub), &e, &verdict);

	if (verdict.already) {
		job_settle_already(l, j, verdict.already);
	} else if (err) {
		job_settle(l, j, err, verdict.retry_ms);
	} else if (is_too_much(l, j)) {
		job_settle(l, j, ERR_FULL, 0);
	} else {
		l->bodies[l->n_bodies++] = codec_write_event(&e, true);
		j->tried = true;
		jobs_add(&l->batch, j);
	}
}

static void on_done(void *arg, const struct store_answer *answer);

static void apply_own(struct live *l, const char *epoch)
{
	for (size_t i = 0; i < l->n_bodies; i++)
		live_apply(l, epoch,
			   &(struct store_record){ .seq = l->first_seq + i, .body = l->bodies[i] });
}

void live_append(struct live *l)
{
	if (PLANTED(PLANT_APPEND_ELSEWHERE))
		l->first_seq = l->state.seq + 1;
	l->retry_at = 0;
	l->asked = true;
	l->asked_ns = hub_clock_ns(l->hub);
	tally_add(&hub_counts(l->hub)->append_events, l->n_bodies);
	store_append(hub_store(l->hub), l->log, l->epoch, l->first_seq, l->bodies, l->n_bodies,
		     on_done, l);
	crash_at("live.appending");
	if (PLANTED(PLANT_ACK_BEFORE_DURABLE))
		apply_own(l, "");
}

/* In a busy session lines share what an append costs; in a quiet one the time is over before the
 * next line comes, and nothing waits. Nor does what would be alone in its batch anyhow. */
bool live_gathers(const struct live *l)
{
	int64_t left = l->gathers_until - hub_now(l->hub);

	return left > 0 && left <= GATHER_MAX_MS && l->queue.n < BATCH_MAX &&
	       (!l->queue.first || command_specs[l->queue.first->command.type].commutes);
}

/* The more a session says, the longer: a batch is to have some ten lines. */
static int64_t gather_ms(size_t n)
{
	int64_t ms = (int64_t)n * GATHER_EACH_MS;

	if (ms < GATHER_MIN_MS)
		return GATHER_MIN_MS;
	return ms < GATHER_MAX_MS ? ms : GATHER_MAX_MS;
}

void live_pump(struct live *l)
{
	int64_t gathers;

	if (l->phase != LIVE_OPEN || l->n_bodies || l->asked || live_gathers(l))
		return;
	while (l->queue.first && goes_with(l, l->queue.first))
		decide_one(l);
	if (!l->n_bodies)
		return;
	l->first_seq = l->state.seq + 1;
	l->untold = l->batch.first;
	gathers = gather_ms(l->n_bodies);
	l->gathers_until = hub_now(l->hub) + gathers;
	if (gathers >= REST_FROM_MS)
		hub_rest(l->hub, l->gathers_until, gathers / REST_OF_GATHERING);
	crash_at("live.decided");
	live_append(l);
}

/* --- what became of an append ------------------------------------------------------------------
 */

static void drop_bodies(struct live *l)
{
	while (l->n_bodies)
		msg_unref(&l->bodies[--l->n_bodies]);
	l->unsure = false;
	l->retry_at = 0;
}

static void settle_batch(struct live *l, enum err err)
{
	struct jobs batch = l->batch;

	l->batch = (struct jobs){ 0 };
	l->untold = NULL;
	for (struct job *j; (j = jobs_take(&batch));) {
		if (err == OK)
			hub_counts(l->hub)->accepted++;
		job_settle(l, j, err, 0);
	}
}

/* Nothing that was asked comes to anything: what waits, what is on its way (which may be in the
 * log, or come to be), and its answer, which tells of a log that is ours no more. */
void live_give_up(struct live *l, enum err tried, enum err waits)
{
	l->lost = l->asked;
	drop_bodies(l);
	settle_batch(l, tried);
	for (struct job *j; (j = jobs_take(&l->queue));)
		job_settle(l, j, waits, RETRY_MS);
}

static void accepted(struct live *l, const struct store_answer *answer)
{
	apply_own(l, answer->epoch);
	crash_at("live.applied");
	drop_bodies(l);
	settle_batch(l, OK);
	crash_at("live.settled");
}

/* Somebody was first: take what happened, decide again. Commands of ours that are in the log after
 * all, because an append of unknown outcome did happen, are found there by their n. Under another
 * epoch it is another log: the store tells STORE_RESET when it has saved what it can of ours. */
static void conflicted(struct live *l, const struct store_answer *answer)
{
	if (l->epoch[0] && strcmp(l->epoch, answer->epoch) != 0) {
		l->retry_at = hub_now(l->hub) + DUE_MS;
		return;
	}
	log_debug("append.conflict", "log=%s seq=%" PRIu64 " lacked=%zu", l->log, l->first_seq,
		  answer->n_records);
	crash_at("live.conflict");
	drop_bodies(l);
	for (size_t i = 0; i < answer->n_records; i++)
		live_apply(l, answer->epoch, &answer->records[i]);
	jobs_again(l);
	l->gathers_until = 0;
	crash_at("live.requeued");
}

/* The same bytes at the same position, until it is known. */
static void unknown(struct live *l)
{
	if (PLANTED(PLANT_UNKNOWN_IS_FAILED)) {
		drop_bodies(l);
		settle_batch(l, ERR_UNAVAILABLE);
		return;
	}
	l->unsure = true;
	l->retry_at = hub_now(l->hub) + 100;
}

/* This try did not happen; one before it may have. */
static void refused(struct live *l, enum err err)
{
	if (l->unsure) {
		l->retry_at = hub_now(l->hub) + DUE_MS;
		return;
	}
	log_warn("append.refused", "log=%s err=%s", l->log, err_names[err]);
	drop_bodies(l);
	settle_batch(l, ERR_UNAVAILABLE);
}

static void on_done(void *arg, const struct store_answer *answer)
{
	struct live *l = arg;

	crash_at("live.answered");
	live_stir(l);
	l->asked = false;
	tally_add(&hub_counts(l->hub)->append_us, (hub_clock_ns(l->hub) - l->asked_ns) / 1000);
	if (l->lost) {
		l->lost = false;
		return;
	}
	switch (answer->err) {
	case OK:
		accepted(l, answer);
		break;
	case ERR_CONFLICT:
		conflicted(l, answer);
		break;
	case ERR_UNKNOWN:
		unknown(l);
		break;
	case ERR_DAMAGED:
		store_unfollow(hub_store(l->hub), l->log);
		live_broken(l, "An append found it so.");
		break;
	case ERR_NOT_FOUND:
		store_unfollow(hub_store(l->hub), l->log);
		live_dropped(l);
		break;
	default:
		refused(l, answer->err);
	}
}

/* --- the log speaks ----------------------------------------------------------------------------
 */

/* A log that was empty when we opened it has an epoch since its first event. */
static void note_epoch(struct live *l, const char *epoch)
{
	if (!l->epoch[0])
		snprintf(l->epoch, sizeof(l->epoch), "%s", epoch);
}

/* The next event of the log. One that was applied already (ours come twice: as the answer to the
 * append and as a notice) changes nothing. */
void live_apply(struct live *l, const char *epoch, const struct store_record *record)
{
	struct msg *body = record->body;
	struct event e;

	note_epoch(l, epoch);
	if (record->seq <= l->state.seq &&
	    !(PLANTED(PLANT_LATE_APPLIED_TWICE) && l->phase == LIVE_OPEN))
		return;
	if (codec_event(body->text, body->len, &e) != OK)
		e = (struct event){ .seq = record->seq,
				    .at = l->state.at }; /* of a newer version: a place, no more */
	l->bytes += body->len;
	crash_at("live.event");
	state_reduce(&l->state, &e);
	crash_at("live.reduced");

	struct msg *wire = e.type && event_specs[e.type].has_private ? codec_write_event(&e, false)
								     : msg_ref(body);
	if (l->phase == LIVE_OPEN) {
		presence_seated(l, &e);
		if (e.type >= EVT_CHAT_SAID && e.type <= EVT_CHAT_REACTED)
			digest_said(l);
		else
			digest_stir(l);
		crowd_tell(l, &e, wire);
		crash_at("live.told");
		if (e.type >= EVT_SESSION_OPENED && e.type <= EVT_SESSION_CLOSED)
			directory_put(hub_list(l->hub), &l->state, hub_now(l->hub));
	}
	replay_keep(l, &e, wire);
}

/* --- beginning and end -------------------------------------------------------------------------
 */

bool live_is_idle(const struct live *l)
{
	return l->n_peers == 0 && !l->queue.first && !l->n_bodies && !l->asked && !l->readers;
}

void live_stir(struct live *l)
{
	if (l->stirred)
		return;
	l->stirred = true;
	hub_stir(l->hub, l);
}

struct live *live_new(struct hub *h, const char *id)
{
	struct live *l = x_calloc(1, sizeof(*l));

	l->hub = h;
	snprintf(l->id, sizeof(l->id), "%s", id);
	snprintf(l->log, sizeof(l->log), "s-%s", id);
	l->idle_since = hub_now(h);
	store_follow(hub_store(h), l->log, 0);
	return l;
}

void live_free(struct live *l)
{
	drop_bodies(l);
	jobs_again(l);
	for (struct job *j; (j = jobs_take(&l->queue));)
		job_drop(j);
	for (struct reader *r; (r = l->readers);) {
		DL_DELETE(l->readers, r);
		free(r);
	}
	state_free(&l->state);
	replay_clear(l);
	elsewhere_free(l);
	presence_free(l);
	limits_fini(&l->room_lines);
	crowd_free(l);
	cache_clear(&l->views);
	digest_clear(l);
	free(l);
}
