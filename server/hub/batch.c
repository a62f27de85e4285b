/* Commands that go to the log together: pump decides them and appends them at head + 1, done learns
 * what became of that. The position is the lock: whoever comes second is told conflict and what
 * happened, and decides again. */
#include <inttypes.h>
#include <string.h>

#include "server/base/crash.h"
#include "server/base/log.h"
#include "server/base/plant.h"
#include "server/hub/live.h"

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

void batch_forget(struct live *l)
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
	batch_forget(l);
	settle_batch(l, tried);
	for (struct job *j; (j = jobs_take(&l->queue));)
		job_settle(l, j, waits, RETRY_MS);
}

static void accepted(struct live *l, const struct store_answer *answer)
{
	apply_own(l, answer->epoch);
	crash_at("live.applied");
	batch_forget(l);
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
	batch_forget(l);
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
		batch_forget(l);
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
	batch_forget(l);
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
