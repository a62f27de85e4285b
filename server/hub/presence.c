/* Who is here now, on any instance. None of it is in the log, but for one consequence: who was away
 * too long is submitted as people.left, by whoever notices. */
#include "server/hub/live.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

#define EXPIRING 16 /* seats that are given up at once: people do not wait behind all of them */

struct present *presence_of(struct live *l, uint64_t person)
{
	struct present *who;

	HASH_FIND(hh, l->present, &person, sizeof(person), who);
	return who;
}

static struct present *present_new(struct live *l, uint64_t person)
{
	struct present *who = x_calloc(1, sizeof(*who));

	who->person = person;
	HASH_ADD(hh, l->present, person, sizeof(who->person), who);
	return who;
}

bool presence_is_here(const struct present *who)
{
	return who && who->n_peers + who->n_elsewhere > 0;
}

static void present_free(struct live *l, struct present *who)
{
	away_take(l, who);
	HASH_DEL(l->present, who);
	limits_fini(&who->limits);
	free(who);
}

void presence_free(struct live *l)
{
	struct present *who, *next;

	HASH_ITER (hh, l->present, who, next)
		present_free(l, who);
}

void presence_forget(struct live *l)
{
	struct present *who, *next;

	HASH_ITER (hh, l->present, who, next)
		if (!presence_is_here(who))
			present_free(l, who);
		else
			who->seen_seq = who->seen_to = 0; /* of the history that is no more */
}

void presence_enter(struct live *l, struct peer *p, uint64_t person)
{
	struct present *who = presence_of(l, person);

	if (!who)
		who = present_new(l, person);
	p->person = person;
	p->present = who;
	p->next_of_person = who->peers;
	who->peers = p;
	who->n_peers++;
	away_take(l, who);
	elsewhere_stir(l);
	digest_stir(l);
}

void presence_leave(struct live *l, struct peer *p)
{
	struct present *who = p->present;
	struct peer **at = who ? &who->peers : NULL;

	while (at && *at && *at != p)
		at = &(*at)->next_of_person;
	if (!at || !*at)
		return;
	*at = p->next_of_person;
	p->present = NULL;
	who->n_peers--;
	if (!presence_is_here(who))
		away_put(l, who);
	elsewhere_stir(l);
	digest_stir(l);
}

void presence_elsewhere(struct live *l, uint64_t person, bool came)
{
	struct present *who = presence_of(l, person);
	bool was_here = presence_is_here(who);

	if (!who)
		who = present_new(l, person);
	who->n_elsewhere += came ? 1 : -1;
	if (presence_is_here(who) == was_here)
		return;
	if (was_here)
		away_put(l, who);
	else
		away_take(l, who);
	digest_stir(l);
}

void presence_seated(struct live *l, const struct event *e)
{
	const struct person *p;
	struct present *who;

	if (e->type != EVT_PEOPLE_JOINED && e->type != EVT_PEOPLE_RETURNED)
		return;
	p = state_person(&l->state, e->by);
	if (!p || !p->seated)
		return;
	who = presence_of(l, p->id);
	if (!who)
		who = present_new(l, p->id);
	if (!presence_is_here(who))
		away_put(l, who); /* from now on, wherever they came */
}

void presence_loaded(struct live *l)
{
	for (size_t i = 0; i < l->state.people.n; i++) {
		const struct person *p = l->state.people.list[i];

		if (p->seated && !presence_of(l, p->id))
			away_put(l, present_new(l, p->id));
	}
}

static void expire(struct live *l, struct present *who)
{
	struct command c;
	struct blame blame;

	if (codec_command(json_pack("{s:s, s:I}", "command", "people.expire", "who",
				    (json_int_t)who->person),
			  &c, &blame) == OK) {
		l->n_expiring++;
		live_submit(l, &c, 0, NULL, NULL, NULL);
	}
	away_put(l, who); /* asked again later, should it not come to pass */
}

int64_t presence_expires_at(const struct live *l)
{
	return l->away && l->n_expiring < EXPIRING
		       ? l->away->away_since + hub_options(l->hub)->away_ms
		       : 0;
}

void presence_expire(struct live *l)
{
	int64_t late = hub_now(l->hub) - hub_options(l->hub)->away_ms;
	struct present *next;

	for (struct present *who = l->away;
	     who && who->away_since <= late && l->n_expiring < EXPIRING; who = next) {
		const struct person *p = state_person(&l->state, who->person);

		next = who->next_away;
		if (p && p->seated)
			expire(l, who);
		else
			present_free(l, who);
	}
}
