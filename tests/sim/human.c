/* Somebody at a screen. Does what the web client does: says hello with where it was and what it
 * waits for, takes views and events, offers again what was not acknowledged, with the same n. This
 * is their life: they come, are cut off, act and go. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/human.h"

/* --- connecting ----------------------------------------------------------------------------------
 */

void human_cut(struct human *h)
{
	if (!h->alive)
		return;
	hub_gone(h->sim->instances[h->instance].hub, &h->peer);
	wish_cut(h);
	h->alive = NULL;
	h->instance = -1;
	h->slow = 0;
	h->again_at = h->sim->now + 20 + below(&h->sim->rng, 500);
}

/* Now and then they joined again, and both their devices have another ticket; or one comes by the
 * ticket before. */
static int64_t some_ticket(const struct human *h)
{
	int64_t *n = &h->sim->people[h->who].tickets;
	uint64_t *rng = &h->sim->rng;

	if (percent(rng, 5))
		(*n)++;
	return *n && !h->sim->heals && percent(rng, 3) ? *n - 1 : *n;
}

static void say_hello(struct human *h, struct instance *i)
{
	struct guest guest = { .session = SESSION,
			       .sub = h->sub,
			       .name = h->name,
			       .school = "School",
			       .area = "hr",
			       .language = LANGUAGE_EN,
			       .role = h->role,
			       .expires = INT64_MAX,
			       .issued = some_ticket(h) };
	uint64_t pending[LIMIT_PENDING];
	struct hello hello = { .epoch = h->epoch[0] ? h->epoch : NULL,
			       .after = h->seq,
			       .pending = pending,
			       .n_pending = wish_pending(h, pending) };

	h->peer = (struct peer){ .ops = &screen_ops };
	h->alive = &h->peer;
	h->welcome = false;
	h->instance = (int)(i - h->sim->instances);
	hub_hello(i->hub, &h->peer, &guest, &hello);
}

static void come(struct human *h)
{
	struct instance *i = &h->sim->instances[below(&h->sim->rng, h->sim->n_instances)];

	if (h->sim->now < h->again_at || !i->hub || h->sim->n_histories == 0)
		return;
	h->again_at = 0;
	say_hello(h, i);
}

/* --- living --------------------------------------------------------------------------------------
 */

static void type(struct human *h)
{
	char text[80];
	int len = snprintf(text, sizeof(text), "{\"signal\":\"chat.typing\",\"room\":%" PRIu64 "}",
			   h->room);

	hub_message(h->sim->instances[h->instance].hub, &h->peer, text, (size_t)len);
}

static void drain_slow(struct human *h)
{
	if (h->slow && --h->slow == 0)
		hub_writable(h->sim->instances[h->instance].hub, &h->peer);
}

/* Goes for good, often together with the instance. */
static void go(struct human *h)
{
	struct instance *i = h->alive ? &h->sim->instances[h->instance] : NULL;

	h->gone = true;
	if (i && h->sim->n_instances > 1 && h->sim->now >= h->sim->calm_until &&
	    percent(&h->sim->rng, 50))
		cluster_crash(i);
	human_cut(h);
}

static void leave_after_bye(struct human *h)
{
	int64_t pause = -h->again_at;

	human_cut(h);
	h->again_at = h->sim->now + pause;
}

/* While connected and up to date. */
static void act(struct human *h)
{
	struct sim *s = h->sim;

	if (s->now % 1000 < 5)
		wish_offer_again(h);
	if (s->heals || s->now < h->act_at || !h->alive || h->again_at != 0)
		return;
	h->act_at = s->now + 20 + below(&s->rng, 900);
	if (percent(&s->rng, 20))
		type(h);
	wish_make(h);
}

void human_step(struct human *h)
{
	struct sim *s = h->sim;

	if (h->gone_at && !h->gone && s->now >= h->gone_at)
		go(h);
	if (h->gone)
		return;
	if (h->alive && h->again_at < 0)
		leave_after_bye(h);
	if (!h->alive) {
		if (!h->banned)
			come(h);
		return;
	}
	if (!s->heals && below(&s->rng, 10000) < s->cut) {
		human_cut(h);
		s->counts.cuts++;
		return;
	}
	drain_slow(h);
	if (h->welcome && h->id)
		act(h);
}

/* --- beginning and end ---------------------------------------------------------------------------
 */

/* The last one may be somebody's second device, and the one before may not stay. */
void human_begin(struct human *h, struct sim *s, unsigned number)
{
	bool last = number + 1 == s->n_people, twin = last && percent(&s->rng, 50);
	unsigned who = twin ? below(&s->rng, number - 1) : number;

	*h = (struct human){ .sim = s, .number = number, .who = who, .instance = -1 };
	snprintf(h->sub, sizeof(h->sub), "sub-%u", who);
	snprintf(h->name, sizeof(h->name), "Person %u", who);
	h->role = who == 0   ? ROLE_ORGANIZER
		  : who == 1 ? ROLE_FACILITATOR
		  : who == 2 ? ROLE_MODERATOR
			     : ROLE_ATTENDEE;
	h->again_at = s->now + below(&s->rng, 2000);
	if (number + 2 == s->n_people && percent(&s->rng, 50))
		h->gone_at = s->now + 3000 + below(&s->rng, 4000);
}

void human_end(struct human *h)
{
	for (size_t i = 0; i < h->n_shown; i++)
		free(h->shown[i].text);
	for (size_t i = 0; i < h->n_wishes; i++)
		free(h->wishes[i].text);
	free(h->shown);
	free(h->wishes);
	free(h->digest);
}
