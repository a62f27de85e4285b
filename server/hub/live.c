/* A command's road: submit queues it, pump decides a batch and appends it at head + 1, done learns
 * what became of the append, apply reduces what is in the log and tells those who see it. The
 * position is the lock: whoever comes second is told conflict and what happened, and decides again.
 */
#include "server/hub/live.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/crash.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/base/plant.h"

/* --- jobs ------------------------------------------------------------------------------------- */

static void jobs_add(struct jobs *jobs, struct job *j)
{
	if (!jobs->last || !jobs->first)
		jobs->last = &jobs->first;
	j->next = NULL;
	*jobs->last = j;
	jobs->last = &j->next;
	jobs->n++;
}

static struct job *jobs_take(struct jobs *jobs)
{
	struct job *j = jobs->first;

	if (!j)
		return NULL;
	jobs->first = j->next;
	jobs->n--;
	return j;
}

/* What was in the batch waits again, in front of what came since. */
static void requeue(struct live *l)
{
	struct jobs later = l->queue;

	l->queue = l->batch;
	l->batch = (struct jobs){ 0 };
	for (struct job *j; (j = jobs_take(&later));)
		jobs_add(&l->queue, j);
}

static void job_free(struct job *j)
{
	command_free(&j->command);
	free(j);
}

/* The end of a command, whatever it is. A join lets its peer in; an accepted command needs no
 * answer, its event was it. */
static void settle(struct live *l, struct job *j, enum err err, int64_t retry_ms)
{
	struct blame blame = { .has_n = j->command.n != 0, .n = j->command.n };
	bool joins = j->command.type == CMD_PEOPLE_JOIN;

	if (j->due) {
		l->due_asked = false;
		l->due_at = err ? hub_now(l->hub) + DUE_MS : 0;
	}
	if (err)
		hub_counts(l->hub)->refused++;
	if (joins && (err == OK || (err == ERR_CONFLICT && j->tried)))
		presence_expect(l, j->command.people_join.sub);
	if (j->peer && joins) {
		if (err == OK || err == ERR_CONFLICT)
			hub_admit(l, j->peer);
		else
			hub_refuse(l, j->peer, err == ERR_UNKNOWN ? ERR_UNAVAILABLE : err);
	} else if (j->peer && err && !j->answered) {
		peer_error(j->peer, err, &blame, retry_ms);
	}
	if (j->done)
		j->done(j->arg, err);
	job_free(j);
}

void live_forget(struct live *l, const struct peer *p)
{
	for (struct job *j = l->queue.first; j; j = j->next)
		if (j->peer == p)
			j->peer = NULL;
	for (struct job *j = l->batch.first; j; j = j->next)
		if (j->peer == p)
			j->peer = NULL;
}

/* Only for the planted bug: the gate judges a mute at the position of the line. */
static bool is_muted_now(const struct live *l, const struct job *j)
{
	const struct person *who = state_person(&l->state, j->by);

	return who && (command_specs[j->command.type].blocked_by & BLOCKED_MUTED) &&
	       hub_now(l->hub) < who->mute.until;
}

static void submit(struct live *l, const struct job *as)
{
	struct job *j = x_malloc(sizeof(*j));

	crash_at("live.asked");
	*j = *as;
	j->since = hub_now(l->hub);
	live_stir(l);
	if (PLANTED(PLANT_MUTE_ON_ARRIVAL) && is_muted_now(l, j))
		settle(l, j, ERR_MUTED, 0);
	else if (l->phase == LIVE_BROKEN)
		settle(l, j, ERR_DAMAGED, 0);
	else if (l->queue.n >= QUEUE_MAX)
		settle(l, j, ERR_UNAVAILABLE, ANSWER_MS);
	else
		jobs_add(&l->queue, j);
}

void live_submit(struct live *l, struct command *c, uint64_t by, struct peer *p,
		 void (*done)(void *arg, enum err err), void *arg)
{
	submit(l, &(struct job){ .command = *c, .by = by, .peer = p, .done = done, .arg = arg });
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

static void settle_already(struct live *l, struct job *j, uint64_t seq)
{
	if (j->peer && !j->tried && j->command.type != CMD_PEOPLE_JOIN)
		peer_already(j->peer, j->command.n, seq);
	settle(l, j, OK, 0);
}

/* Decides the first job of the queue at the next position; it joins the batch, or ends here. */
static void decide_one(struct live *l)
{
	struct job *j = jobs_take(&l->queue);
	struct verdict verdict = { 0 };
	struct event e;
	enum err err = gate_decide(&l->state, j->by, &j->command, l->state.seq + 1 + l->n_bodies,
				   hub_now(l->hub), &e, &verdict);

	if (verdict.already) {
		settle_already(l, j, verdict.already);
	} else if (err) {
		settle(l, j, err, verdict.retry_ms);
	} else {
		l->bodies[l->n_bodies++] = codec_write_event(&e, true);
		j->tried = true;
		jobs_add(&l->batch, j);
	}
}

static void apply(struct live *l, uint64_t seq, struct msg *body);
static void on_done(void *arg, const struct store_answer *answer);

static void append(struct live *l)
{
	l->retry_at = 0;
	l->asked = true;
	store_append(hub_store(l->hub), l->log, l->epoch, l->first_seq, l->bodies, l->n_bodies,
		     on_done, l);
	crash_at("live.appending");
	if (PLANTED(PLANT_ACK_BEFORE_DURABLE))
		for (size_t i = 0; i < l->n_bodies; i++)
			apply(l, l->first_seq + i, l->bodies[i]);
}

static void pump(struct live *l)
{
	if (l->phase != LIVE_OPEN || l->n_bodies || l->asked)
		return;
	while (l->queue.first && goes_with(l, l->queue.first))
		decide_one(l);
	if (!l->n_bodies)
		return;
	l->first_seq = l->state.seq + 1;
	crash_at("live.decided");
	append(l);
}

/* --- what became of an append ------------------------------------------------------------------
 */

static void drop_bodies(struct live *l)
{
	while (l->n_bodies)
		msg_unref(&l->bodies[--l->n_bodies]);
	l->retry_at = 0;
}

static void settle_batch(struct live *l, enum err err)
{
	struct jobs batch = l->batch;

	l->batch = (struct jobs){ 0 };
	for (struct job *j; (j = jobs_take(&batch));) {
		if (err == OK)
			hub_counts(l->hub)->accepted++;
		settle(l, j, err, 0);
	}
}

/* A log that was empty when we opened it has an epoch since its first event. */
static void note_epoch(struct live *l, const char *epoch)
{
	if (!l->epoch[0] && epoch)
		snprintf(l->epoch, sizeof(l->epoch), "%s", epoch);
}

static void accepted(struct live *l, const struct store_answer *answer)
{
	note_epoch(l, answer->epoch);
	for (size_t i = 0; i < l->n_bodies; i++)
		apply(l, l->first_seq + i, l->bodies[i]);
	crash_at("live.applied");
	drop_bodies(l);
	settle_batch(l, OK);
	crash_at("live.settled");
}

static void broken(struct live *l, const char *why);

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
	note_epoch(l, answer->epoch);
	drop_bodies(l);
	for (size_t i = 0; i < answer->n_records; i++)
		apply(l, answer->records[i].seq, answer->records[i].body);
	requeue(l);
	crash_at("live.requeued");
}

static void on_done(void *arg, const struct store_answer *answer)
{
	struct live *l = arg;

	crash_at("live.answered");
	live_stir(l);
	l->asked = false;
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
		l->retry_at = hub_now(l->hub) + 100;
		break;
	case ERR_DAMAGED:
		store_unfollow(hub_store(l->hub), l->log);
		broken(l, "An append found it so.");
		break;
	default:
		log_warn("append.refused", "log=%s err=%s", l->log, err_names[answer->err]);
		drop_bodies(l);
		settle_batch(l, ERR_UNAVAILABLE);
	}
}

/* --- the log speaks ----------------------------------------------------------------------------
 */

/* The next event of the log. One that was applied already (ours come twice: as the answer to the
 * append and as a notice) changes nothing. */
static void apply(struct live *l, uint64_t seq, struct msg *body)
{
	struct event e;

	if (seq <= l->state.seq && !(PLANTED(PLANT_LATE_APPLIED_TWICE) && l->phase == LIVE_OPEN))
		return;
	if (codec_event(body->text, body->len, &e) != OK)
		e = (struct event){ .seq = seq,
				    .at = l->state.at }; /* of a newer version: a place, no more */
	crash_at("live.event");
	state_reduce(&l->state, &e);
	crash_at("live.reduced");

	struct msg *wire = e.type && event_specs[e.type].has_private ? codec_write_event(&e, false)
								     : msg_ref(body);
	if (l->phase == LIVE_OPEN) {
		presence_stir(l);
		crowd_tell(l, &e, wire);
		crash_at("live.told");
		if (e.type >= EVT_SESSION_OPENED && e.type <= EVT_SESSION_CLOSED)
			directory_put(hub_list(l->hub), &l->state, hub_now(l->hub));
	}
	replay_keep(l, &e, wire);
}

static void opened(struct live *l, const char *epoch)
{
	snprintf(l->epoch, sizeof(l->epoch), "%s", epoch);
	l->phase = LIVE_OPEN;
	crash_at("live.loaded");
	if (l->state.seq)
		directory_put(hub_list(l->hub), &l->state, hub_now(l->hub));
	presence_loaded(l);
}

static void send_away(struct live *l, enum err err)
{
	for (struct present *who = l->present; who; who = who->hh.next)
		for (struct peer *p = who->peers; p; p = p->next_of_person)
			hub_refuse(l, p, err);
	for (struct peer *p; (p = l->waiting);) {
		l->waiting = p->next_waiting;
		hub_refuse(l, p, err);
	}
}

/* Nothing that was asked comes to anything: what waits, what is on its way (which may be in the
 * log, or come to be), and its answer, which tells of a log that is ours no more. */
static void give_up(struct live *l, enum err tried, enum err waits)
{
	l->lost = l->asked;
	drop_bodies(l);
	settle_batch(l, tried);
	for (struct job *j; (j = jobs_take(&l->queue));)
		settle(l, j, waits, ANSWER_MS);
}

/* Another history: who a person is may differ in it, so nobody's command is decided in it, and
 * everybody says hello again and gets a view. */
static void reset(struct live *l)
{
	log_warn("session.reset", "log=%s epoch=%s seq=%" PRIu64, l->log, l->epoch, l->state.seq);
	l->phase = LIVE_LOADING;
	give_up(l, ERR_UNKNOWN, ERR_UNAVAILABLE);
	send_away(l, ERR_UNAVAILABLE);
	presence_forget(l);
	store_unfollow(hub_store(l->hub), l->log);
	state_free(&l->state);
	replay_clear(l);
	cache_clear(&l->views);
	cache_clear(&l->digests);
	l->epoch[0] = '\0';
	store_follow(hub_store(l->hub), l->log, 0);
}

static void broken(struct live *l, const char *why)
{
	log_error("session.broken", "log=%s seq=%" PRIu64 " why=%s", l->log, l->state.seq, why);
	l->phase = LIVE_BROKEN;
	give_up(l, ERR_DAMAGED, ERR_DAMAGED);
	send_away(l, ERR_DAMAGED);
}

void live_notice(struct live *l, const struct store_notice *notice)
{
	live_stir(l);
	switch (notice->news) {
	case STORE_EVENT:
		note_epoch(l, notice->epoch);
		apply(l, notice->record.seq, notice->record.body);
		break;
	case STORE_LIVE:
		if (l->phase == LIVE_LOADING)
			opened(l, notice->epoch);
		break;
	case STORE_RESET:
		reset(l);
		break;
	case STORE_BROKEN:
		broken(l, notice->why);
		break;
	case STORE_SIGNAL: /* of another instance; there is none yet that tells us anything */
		break;
	}
}

/* --- time --------------------------------------------------------------------------------------
 */

static bool is_held_up(const struct live *l)
{
	return l->queue.first && (l->n_bodies || l->asked || l->phase == LIVE_LOADING);
}

/* Whoever asked is told that it may still happen; who wants to come in may try again. */
static void tell_unknown(struct live *l, struct job *j)
{
	struct blame blame = { .has_n = j->command.n != 0, .n = j->command.n };

	j->answered = true;
	if (j->peer && j->command.type == CMD_PEOPLE_JOIN)
		hub_refuse(l, j->peer, ERR_UNAVAILABLE);
	else if (j->peer)
		peer_error(j->peer, ERR_UNKNOWN, &blame, ANSWER_MS);
}

/* Commands the store keeps waiting: one that was not sent did not happen and ends; one that was may
 * still happen, so its batch stays. */
static void answer_in_time(struct live *l)
{
	int64_t late = hub_now(l->hub) - ANSWER_MS;

	while (is_held_up(l) && l->queue.first->since <= late)
		settle(l, jobs_take(&l->queue), ERR_UNAVAILABLE, ANSWER_MS);
	for (struct job *j = l->batch.first; j; j = j->next)
		if (!j->answered && j->since <= late)
			tell_unknown(l, j);
}

/* When to ask for what happens by itself; 0: nothing is due, or it is on its way. */
static int64_t next_due(const struct live *l, const char **text)
{
	int64_t at = l->due_asked ? 0 : state_due(&l->state, text);

	return at && at < l->due_at ? l->due_at : at;
}

static void ask_what_is_due(struct live *l)
{
	const char *text;
	int64_t at = next_due(l, &text);
	struct job j = { .due = true };
	struct blame blame;

	if (at == 0 || at > hub_now(l->hub))
		return;
	l->due_asked = codec_command(json_loads(text, 0, NULL), &j.command, &blame) == OK;
	if (l->due_asked)
		submit(l, &j);
}

/* OK: the state is there to be read. Nobody waits for long for a session that is being loaded. */
static enum err readable(const struct live *l)
{
	if (l->phase == LIVE_BROKEN)
		return ERR_DAMAGED;
	if (l->phase == LIVE_LOADING)
		return ERR_UNAVAILABLE;
	return l->state.seq ? OK : ERR_NOT_FOUND;
}

/* Who asked last stands first. */
static void answer_readers(struct live *l)
{
	int64_t late = l->phase == LIVE_LOADING ? hub_now(l->hub) - ANSWER_MS : INT64_MAX;
	enum err err = readable(l);
	struct reader **at = &l->readers, *list;

	while (*at && (*at)->since > late)
		at = &(*at)->next;
	list = *at;
	*at = NULL;
	for (struct reader *r; (r = list);) {
		list = r->next;
		r->done(r->arg, err, err ? NULL : &l->state);
		free(r);
	}
}

void live_turn(struct live *l)
{
	int64_t now = hub_now(l->hub);

	answer_readers(l);
	if (l->phase == LIVE_OPEN) {
		ask_what_is_due(l);
		if (l->away_at && l->away_at <= now)
			presence_expire(l);
		if (l->waiting)
			hub_admit_waiting(l);
	}
	if (l->retry_at && l->retry_at <= now)
		append(l);
	answer_in_time(l);
	pump(l);
	if (l->phase != LIVE_OPEN)
		return;
	if (crowd_views(l))
		live_stir(l);
	presence_digests(l);
}

static void sooner(int64_t *wake, int64_t at)
{
	if (at && (*wake == 0 || at < *wake))
		*wake = at;
}

int64_t live_wake(const struct live *l)
{
	const char *text;
	int64_t wake = 0;

	if (l->phase == LIVE_OPEN) {
		sooner(&wake, next_due(l, &text));
		sooner(&wake, l->away_at);
		for (const struct peer *p = l->waiting; p; p = p->next_waiting)
			sooner(&wake, p->waits_since + ANSWER_MS);
		if (l->digest_due)
			sooner(&wake, l->digest_at);
	}
	for (const struct reader *r = l->readers; r; r = r->next)
		sooner(&wake, r->since + ANSWER_MS);
	sooner(&wake, l->retry_at);
	if (is_held_up(l))
		sooner(&wake, l->queue.first->since + ANSWER_MS);
	for (const struct job *j = l->batch.first; j; j = j->next)
		if (!j->answered)
			sooner(&wake, j->since + ANSWER_MS);
	if (live_is_idle(l))
		sooner(&wake, l->idle_since + hub_options(l->hub)->unload_ms);
	return wake;
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
	requeue(l);
	for (struct job *j; (j = jobs_take(&l->queue));)
		job_free(j);
	for (struct reader *r; (r = l->readers);) {
		l->readers = r->next;
		free(r);
	}
	state_free(&l->state);
	replay_clear(l);
	presence_free(l);
	limits_fini(&l->room_lines);
	crowd_free(l);
	cache_clear(&l->views);
	cache_clear(&l->digests);
	free(l);
}
