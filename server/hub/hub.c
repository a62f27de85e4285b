/* Sessions that are alive here, and what the hub gives to those inside of it. hub_turn.c looks at
 * them and lets them go, door.c is the people's way in and out, word.c what they say and are told.
 */
#include "server/hub/hub.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/hub/hub_parts.h"

int64_t hub_now(const struct hub *h)
{
	return h->now;
}

struct store *hub_store(const struct hub *h)
{
	return h->store;
}

const struct hub_options *hub_options(const struct hub *h)
{
	return &h->options;
}

uint64_t hub_clock_ns(const struct hub *h)
{
	return h->options.clock_ns ? h->options.clock_ns() : 0;
}

struct hub_figures *hub_counts(struct hub *h)
{
	return &h->figures;
}

size_t *hub_view_bytes(struct hub *h)
{
	return &h->view_bytes;
}

void hub_rest(struct hub *h, int64_t until, int64_t at_a_time)
{
	h->rests_until = until;
	h->rest_ms = (int)at_a_time;
}

int hub_rest_ms(const struct hub *h)
{
	int64_t left = h->rests_until - h->now;

	if (left <= 0 || left > GATHER_MAX_MS)
		return 0;
	return left < h->rest_ms ? (int)left : h->rest_ms;
}

size_t *hub_walks(struct hub *h)
{
	return &h->walks;
}

bool hub_has_ended(const struct hub *h)
{
	return h->ended;
}

struct readers *hub_readers(struct hub *h)
{
	return &h->readers;
}

struct keep *hub_keep(struct hub *h)
{
	return &h->keep;
}

bool hub_is_draining(const struct hub *h)
{
	return h->draining;
}

uint64_t hub_next_list(struct hub *h)
{
	return ++h->lists;
}

struct wheel *hub_wheel(struct hub *h)
{
	return &h->wheel;
}

struct directory *hub_list(struct hub *h)
{
	return h->directory;
}

const struct directory *hub_directory(const struct hub *h)
{
	return h->directory;
}

bool hub_ready(const struct hub *h)
{
	return h->directory && directory_was_read(h->directory);
}

const char *hub_trouble(const struct hub *h)
{
	if (!h->store || h->draining)
		return NULL; /* it goes before us */
	if (!h->store->trouble && directory_is_broken(h->directory))
		return "The list of sessions is damaged: some of them are reached by their links "
		       "only.";
	return h->store->trouble;
}

struct hub *hub_new(const struct hub_options *options, int64_t now)
{
	struct hub *h = x_calloc(1, sizeof(*h));

	h->options = *options;
	h->now = now;
	wheel_begin(&h->wheel, now);
	return h;
}

void hub_use(struct hub *h, struct store *store)
{
	h->store = store;
	h->directory = directory_new(store);
}

void hub_free(struct hub *h)
{
	struct live *l, *next;

	if (!h)
		return;
	HASH_ITER (hh, h->lives, l, next) {
		HASH_DEL(h->lives, l);
		live_free(l);
	}
	readers_free(&h->readers.lost);
	directory_free(h->directory);
	free(h);
}

struct live *hub_live(const struct hub *h, const char *session)
{
	struct live *l;

	HASH_FIND_STR(h->lives, session, l);
	return l;
}

const char *hub_epoch(const struct hub *h, const char *session)
{
	const struct live *l = hub_live(h, session);

	return l ? l->epoch : "";
}

struct live *hub_wake_up(struct hub *h, const char *session)
{
	struct live *l = hub_live(h, session);

	if (l)
		return l;
	l = live_new(h, session);
	HASH_ADD_STR(h->lives, id, l);
	return l;
}

void hub_notice(void *hub, const struct store_notice *notice)
{
	struct hub *h = hub;

	if (strcmp(notice->log, DIRECTORY_LOG) == 0) {
		directory_notice(h->directory, notice, h->now);
		return;
	}
	struct live *l = hub_live(h, live_of_log(notice->log));
	if (l)
		live_notice(l, notice);
}

/* --- asked from above ----------------------------------------------------------------------------
 */

void hub_plan(struct hub *h, json_t *command, hub_planned_fn done, void *arg)
{
	struct command c;
	struct blame blame;
	enum err err = codec_command(command, &c, &blame);

	if (err)
		done(arg, err);
	else
		live_submit(hub_wake_up(h, c.session_open.session), &c, 0, NULL, done, arg);
}

const struct state *hub_peek(const struct hub *h, const char *session, const char **epoch)
{
	const struct live *l = hub_live(h, session);

	if (!l || l->phase != LIVE_OPEN)
		return NULL;
	*epoch = l->epoch;
	return &l->state;
}

/* --- the end ------------------------------------------------------------------------------------
 */

void hub_drain(struct hub *h, int64_t spread_ms)
{
	int64_t n = 0, of = (int64_t)h->figures.peers;

	h->draining = true;
	for (struct live *l = h->lives; l; l = l->hh.next) {
		live_stir(l); /* who waits is told in the next turn */
		elsewhere_silence(l);
		for (struct present *who = l->present; who; who = who->hh.next)
			for (struct peer *p = who->peers; p; p = p->next_of_person)
				peer_bye(p, BYE_DRAINING, of ? spread_ms * n++ / of : 0);
	}
}

void hub_end(struct hub *h)
{
	h->ended = true;
	directory_end(h->directory);
	for (struct live *l = h->lives; l; l = l->hh.next)
		readers_end(l);
	readers_turn(&h->readers);
}

bool hub_idle(const struct hub *h)
{
	for (const struct live *l = h->lives; l; l = l->hh.next)
		if (l->n_bodies || l->asked || l->queue.first)
			return false;
	return !h->walks && directory_is_idle(h->directory);
}

struct hub_figures hub_figures(const struct hub *h)
{
	struct hub_figures figures = h->figures;

	figures.sessions = HASH_COUNT(h->lives);
	for (const struct live *l = h->lives; l; l = l->hh.next)
		figures.people += l->state.people.seated;
	return figures;
}
