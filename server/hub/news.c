/* What the store tells of a session's log: an event, that it is all there, that it is another one,
 * that it is damaged, that it was dropped. */
#include <inttypes.h>
#include <string.h>

#include "server/base/crash.h"
#include "server/base/log.h"
#include "server/hub/live.h"

static void opened(struct live *l, const char *epoch)
{
	snprintf(l->epoch, sizeof(l->epoch), "%s", epoch);
	l->phase = LIVE_OPEN;
	crash_at("live.loaded");
	if (l->state.seq)
		directory_put(hub_list(l->hub), &l->state, hub_now(l->hub));
	presence_loaded(l);
	elsewhere_opened(l);
}

static void send_away(struct live *l, enum err err)
{
	int64_t n = 0, of = (int64_t)l->n_peers; /* not all in the same moment */

	for (struct present *who = l->present; who; who = who->hh.next)
		for (struct peer *p = who->peers; p; p = p->next_of_person)
			hub_send_away(p, err, RETRY_MS * ++n / of);
	for (struct peer *p; (p = l->waiting);) {
		hub_stop_waiting(l, p);
		hub_send_away(p, err, RETRY_MS * ++n / of);
	}
}

/* Nothing of what was in the log is kept. */
static void forget(struct live *l)
{
	elsewhere_forget(l);
	presence_forget(l);
	fan_clear(l);
	state_free(&l->state);
	l->bytes = 0;
	replay_clear(l);
	cache_clear(&l->views);
	digest_clear(l);
	l->epoch[0] = '\0';
}

/* Another history: who a person is may differ in it, so nobody's command is decided in it, and
 * everybody says hello again and gets a view. */
static void reset(struct live *l)
{
	log_warn("session.reset", "log=%s epoch=%s seq=%" PRIu64, l->log, l->epoch, l->state.seq);
	l->phase = LIVE_LOADING;
	live_give_up(l, ERR_UNKNOWN, ERR_UNAVAILABLE);
	send_away(l, ERR_UNAVAILABLE);
	forget(l);
	store_unfollow(hub_store(l->hub), l->log);
	store_follow(hub_store(l->hub), l->log, 0);
}

void live_broken(struct live *l, const char *why)
{
	log_error("session.broken", "log=%s seq=%" PRIu64 " why=%s", l->log, l->state.seq, why);
	l->phase = LIVE_BROKEN;
	live_give_up(l, ERR_DAMAGED, ERR_DAMAGED);
	send_away(l, ERR_DAMAGED);
	elsewhere_forget(l); /* nobody looks any more whether they are heard */
}

/* It is let go as soon as those who were in it have hung up. */
void live_dropped(struct live *l)
{
	l->phase = LIVE_DROPPED;
	live_give_up(l, ERR_NOT_FOUND, ERR_NOT_FOUND);
	send_away(l, ERR_NOT_FOUND);
	forget(l);
	directory_forget(hub_list(l->hub), l->id);
	live_stir(l);
}

void live_notice(struct live *l, const struct store_notice *notice)
{
	live_stir(l);
	switch (notice->news) {
	case STORE_EVENT:
		live_apply(l, notice->epoch, &notice->record);
		break;
	case STORE_LIVE:
		if (l->phase == LIVE_LOADING)
			opened(l, notice->epoch);
		break;
	case STORE_RESET:
		reset(l);
		break;
	case STORE_BROKEN:
		live_broken(l, notice->why);
		break;
	case STORE_DROPPED:
		live_dropped(l);
		break;
	case STORE_SIGNAL:
		elsewhere_hear(l, notice->record.body);
		break;
	}
}
