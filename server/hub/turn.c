/* What a session does by itself: what is due, and when to look again. */
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

/* It may be set back: nothing waits for longer than it was to. */
static void heed_the_clock(struct live *l)
{
	int64_t latest = hub_now(l->hub) + DUE_MS;

	if (l->retry_at > latest)
		l->retry_at = latest;
	if (l->due_at > latest)
		l->due_at = latest;
}

void live_turn(struct live *l)
{
	bool is_due;

	readers_answer(l);
	if (l->phase == LIVE_OPEN) {
		ask_what_is_due(l);
		presence_expire(l);
		if (l->waiting)
			hub_admit_waiting(l);
	}
	heed_the_clock(l);
	if (l->retry_at && l->retry_at <= hub_now(l->hub))
		live_append(l);
	jobs_in_time(l);
	live_pump(l);
	if (l->phase != LIVE_OPEN)
		return;
	if (crowd_views(l))
		live_stir(l);
	is_due = digest_is_due(l);
	fan_turn(l, is_due); /* in the same writes */
	digest_turn(l, is_due);
	elsewhere_turn(l);
}

int64_t live_wake(const struct live *l)
{
	const char *text;
	int64_t wake = 0;

	if (l->phase == LIVE_OPEN) {
		sooner(&wake, next_due(l, &text));
		sooner(&wake, presence_expires_at(l));
		sooner(&wake, fan_wake(l));
		if (l->waiting)
			sooner(&wake, l->waiting->waits_since + ANSWER_MS);
		sooner(&wake, digest_wake(l));
	}
	sooner(&wake, elsewhere_wake(l));
	sooner(&wake, readers_wake(l));
	sooner(&wake, l->retry_at);
	if (jobs_are_held_up(l))
		sooner(&wake, l->queue.first->since + ANSWER_MS);
	if (l->queue.first && live_gathers(l))
		sooner(&wake, l->gathers_until);
	if (l->untold)
		sooner(&wake, l->untold->since + ANSWER_MS);
	if (live_is_idle(l))
		sooner(&wake, l->idle_since + hub_options(l->hub)->unload_ms);
	return wake;
}
