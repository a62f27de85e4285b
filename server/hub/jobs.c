/* Commands that wait: in the queue until they are decided, in the batch until the store has told.
 * Each ends once, and whoever asked is answered in time whatever the store does. */
#include <inttypes.h>
#include <stdlib.h>

#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/hub/live.h"

void jobs_add(struct jobs *jobs, struct job *j)
{
	if (!jobs->last || !jobs->first)
		jobs->last = &jobs->first;
	j->next = NULL;
	*jobs->last = j;
	jobs->last = &j->next;
	jobs->n++;
}

struct job *jobs_take(struct jobs *jobs)
{
	struct job *j = jobs->first;

	if (!j)
		return NULL;
	jobs->first = j->next;
	jobs->n--;
	return j;
}

void jobs_again(struct live *l)
{
	struct jobs later = l->queue;

	l->queue = l->batch;
	l->batch = (struct jobs){ 0 };
	l->untold = NULL;
	for (struct job *j; (j = jobs_take(&later));)
		jobs_add(&l->queue, j);
}

void job_drop(struct job *j)
{
	command_free(&j->command);
	free(j);
}

/* A join lets its peer in; an accepted command needs no answer, its event was it. */
void job_settle(struct live *l, struct job *j, enum err err, int64_t retry_ms)
{
	struct blame blame = { .has_n = j->command.n != 0, .n = j->command.n };
	bool joins = j->command.type == CMD_PEOPLE_JOIN;

	l->n_expiring -= j->command.type == CMD_PEOPLE_EXPIRE;
	if (j->due) {
		l->due_asked = false;
		l->due_at = err ? hub_now(l->hub) + DUE_MS : 0;
	}
	if (err)
		hub_counts(l->hub)->refused++;
	if (err == ERR_FORBIDDEN)
		log_info("command.refused", "log=%s by=%" PRIu64 " command=%s", l->log, j->by,
			 command_specs[j->command.type].name);
	if (j->peer)
		j->peer->n_jobs--;
	if (j->peer && joins) {
		if (err == OK || err == ERR_CONFLICT)
			hub_admit(l, j->peer);
		else
			hub_refuse(j->peer, err == ERR_UNKNOWN ? ERR_UNAVAILABLE : err);
	} else if (j->peer && err && !j->answered) {
		peer_error(j->peer, err, &blame, retry_ms);
	}
	if (j->done)
		j->done(j->arg, err);
	job_drop(j);
}

static void forget(struct jobs *jobs, struct peer *p)
{
	for (struct job *j = jobs->first; j && p->n_jobs; j = j->next) {
		if (j->peer != p)
			continue;
		j->peer = NULL;
		p->n_jobs--;
	}
}

void jobs_forget(struct live *l, struct peer *p)
{
	forget(&l->batch, p);
	forget(&l->queue, p);
}

void job_settle_already(struct live *l, struct job *j, uint64_t seq)
{
	if (j->peer && !j->tried && j->command.type != CMD_PEOPLE_JOIN)
		peer_already(j->peer, j->command.n, seq);
	job_settle(l, j, OK, 0);
}

bool jobs_are_held_up(const struct live *l)
{
	return l->queue.first && (l->n_bodies || l->asked || l->phase == LIVE_LOADING);
}

/* Whoever asked is told that it may still happen; who wants to come in may try again. */
static void tell_unknown(struct job *j)
{
	struct blame blame = { .has_n = j->command.n != 0, .n = j->command.n };

	j->answered = true;
	if (j->peer && j->command.type == CMD_PEOPLE_JOIN)
		hub_refuse(j->peer, ERR_UNAVAILABLE);
	else if (j->peer)
		peer_error(j->peer, ERR_UNKNOWN, &blame, RETRY_MS);
	if (j->done)
		j->done(j->arg, ERR_UNKNOWN);
	j->done = NULL;
}

/* Commands the store keeps waiting: one that was not sent did not happen and ends; one that was may
 * still happen, so its batch stays. */
void jobs_in_time(struct live *l)
{
	int64_t late = hub_now(l->hub) - ANSWER_MS;

	while (jobs_are_held_up(l) && l->queue.first->since <= late)
		job_settle(l, jobs_take(&l->queue), ERR_UNAVAILABLE, RETRY_MS);
	for (struct job *j; (j = l->untold) && (j->answered || j->since <= late);) {
		if (!j->answered)
			tell_unknown(j);
		l->untold = j->next;
	}
}
