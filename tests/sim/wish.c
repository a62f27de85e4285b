/* What somebody waits for: each command with its n, from the first offer until it is acknowledged
 * or refused. What was not acknowledged is offered again, as it was, under the same n. */
#include <inttypes.h>
#include <string.h>

#include "server/base/mem.h"
#include "tests/sim/human.h"

static struct wish *wish_of(struct human *h, uint64_t n)
{
	for (size_t i = 0; i < h->n_wishes; i++)
		if (h->wishes[i].n == n)
			return &h->wishes[i];
	return NULL;
}

/* --- what is heard of them -----------------------------------------------------------------------
 */

void wish_acked(struct human *h, uint64_t n, uint64_t seq)
{
	struct wish *w = wish_of(h, n);

	if (!w || (w->acked && w->history == h->history))
		return;
	w->acked = seq;
	w->history = h->history;
	w->refused =
		false; /* a refusal is not remembered: another copy of it may have been accepted */
	h->sim->counts.acked++;
}

void wish_refused(struct human *h, uint64_t n, const char *word)
{
	struct wish *w = wish_of(h, n);

	if (!w || w->acked)
		return;
	if (strcmp(word, "unavailable") == 0 && w->offers == 1 &&
	    state_taken(&h->sim->truth, h->id, w->n))
		sim_fail(h->sim, "%s: n=%" PRIu64 " is in the log, and was told unavailable",
			 h->name, w->n);
	if (strcmp(word, "unknown") == 0 || strcmp(word, "unavailable") == 0) {
		w->unsure = true;
	} else {
		w->refused = true;
		h->sim->counts.refused++;
	}
}

/* What was not acknowledged by now is offered again. */
void wish_welcome(struct human *h)
{
	for (size_t i = 0; i < h->n_wishes; i++)
		if (!h->wishes[i].acked)
			h->wishes[i].unsure = true;
}

/* What was acknowledged in another history is a line that may be lost: it is offered again, unless
 * this history has it. What else was done may be lost. */
void wish_history(struct human *h)
{
	for (size_t i = 0; i < h->n_wishes; i++) {
		struct wish *w = &h->wishes[i];

		if (!w->acked || w->history == h->history || !w->is_line)
			continue;
		w->acked = 0;
		w->unsure = true;
		h->sim->counts.offered_again++;
	}
}

void wish_cut(struct human *h)
{
	for (size_t i = 0; i < h->n_wishes; i++)
		h->wishes[i].adrift =
			h->wishes[i].adrift || (!h->wishes[i].acked && !h->wishes[i].refused);
}

/* --- what is said of them ------------------------------------------------------------------------
 */

/* Behind those that are waited for, lines that were acknowledged: the log may have lost them. */
size_t wish_pending(const struct human *h, uint64_t *list)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_wishes && n < LIMIT_PENDING; i++)
		if (!h->wishes[i].acked && !h->wishes[i].refused)
			list[n++] = h->wishes[i].n;
	for (size_t i = h->n_wishes; i-- > 0 && n < LIMIT_PENDING;)
		if (h->wishes[i].acked && h->wishes[i].is_line)
			list[n++] = h->wishes[i].n;
	return n;
}

/* A message up, perhaps twice, as impatient people and networks do. */
static void offer(struct human *h, struct wish *w)
{
	struct hub *hub = h->sim->instances[h->instance].hub;
	unsigned times = percent(&h->sim->rng, 8) ? 2 : 1;

	w->offers += times;
	while (times--)
		hub_message(hub, &h->peer, w->text, strlen(w->text));
}

void wish_make(struct human *h)
{
	json_t *o = ask_anything(h);
	uint64_t n = (chance(&h->sim->rng) >> 12) | 1;

	if (!o)
		return;
	json_object_set_new(o, "n", json_integer((json_int_t)n));
	h->wishes = x_grow(h->wishes, h->n_wishes, sizeof(*h->wishes));
	h->wishes[h->n_wishes++] = (struct wish){
		.n = n,
		.text = json_dumps(o, JSON_COMPACT),
		.is_line =
			strcmp(json_string_value(json_object_get(o, "command")), "chat.say") == 0,
	};
	json_decref(o);
	offer(h, &h->wishes[h->n_wishes - 1]);
}

void wish_offer_again(struct human *h)
{
	for (size_t i = 0; i < h->n_wishes && h->alive; i++) {
		struct wish *w = &h->wishes[i];

		if (w->acked || w->refused || !w->unsure)
			continue;
		w->unsure = false;
		offer(h, w);
	}
}
