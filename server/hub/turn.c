/* What a session does by itself: what is due, who reads, and when to look again. */
#include <stdlib.h>

#include "server/hub/live.h"

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
		live_submit_job(l, &j);
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
		live_append(l);
	jobs_in_time(l);
	live_pump(l);
	if (l->phase != LIVE_OPEN)
		return;
	if (crowd_views(l))
		live_stir(l);
	fan_turn(l, false);
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
		sooner(&wake, fan_wake(l));
		for (const struct peer *p = l->waiting; p; p = p->next_waiting)
			sooner(&wake, p->waits_since + ANSWER_MS);
		if (l->digest_due)
			sooner(&wake, l->digest_at);
	}
	for (const struct reader *r = l->readers; r; r = r->next)
		sooner(&wake, r->since + ANSWER_MS);
	sooner(&wake, l->retry_at);
	if (jobs_are_held_up(l))
		sooner(&wake, l->queue.first->since + ANSWER_MS);
	for (const struct job *j = l->batch.first; j; j = j->next)
		if (!j->answered)
			sooner(&wake, j->since + ANSWER_MS);
	if (live_is_idle(l))
		sooner(&wake, l->idle_since + hub_options(l->hub)->unload_ms);
	return wake;
}
