/* Who is here now, on this instance, and the digest that tells it. None of it is in the log, but
 * for one consequence: who was away too long is submitted as people.left. */
#include "server/hub/live.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

#define DIGEST_MS                                                                                  \
	250 /* at most one in this time, or in one ms for each receiver if that is longer */

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

static void present_free(struct live *l, struct present *who)
{
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
		if (!who->n_peers)
			present_free(l, who);
}

void presence_enter(struct live *l, struct peer *p, uint64_t person)
{
	struct present *who = presence_of(l, person);

	if (!who)
		who = present_new(l, person);
	p->person = person;
	p->next_of_person = who->peers;
	who->peers = p;
	who->n_peers++;
	presence_stir(l);
}

static void is_away(struct live *l, struct present *who)
{
	int64_t until;

	who->away_since = hub_now(l->hub);
	until = who->away_since + hub_options(l->hub)->away_ms;
	if (l->away_at == 0 || until < l->away_at)
		l->away_at = until;
}

void presence_leave(struct live *l, struct peer *p)
{
	struct present *who = presence_of(l, p->person);
	struct peer **at = who ? &who->peers : NULL;

	while (at && *at && *at != p)
		at = &(*at)->next_of_person;
	if (!at || !*at)
		return;
	*at = p->next_of_person;
	if (--who->n_peers == 0)
		is_away(l, who);
	presence_stir(l);
}

void presence_expect(struct live *l, const char *sub)
{
	const struct person *p = state_person_by_sub(&l->state, sub);

	if (p && p->seated && !presence_of(l, p->id))
		is_away(l, present_new(l, p->id));
}

void presence_loaded(struct live *l)
{
	for (size_t i = 0; i < l->state.people.n; i++) {
		const struct person *p = l->state.people.list[i];

		if (p->seated && !presence_of(l, p->id))
			is_away(l, present_new(l, p->id));
	}
}

static void expire(struct live *l, struct present *who)
{
	struct command c;
	struct blame blame;

	if (codec_command(json_pack("{s:s, s:I}", "command", "people.expire", "who",
				    (json_int_t)who->person),
			  &c, &blame) == OK)
		live_submit(l, &c, 0, NULL, NULL, NULL);
	is_away(l, who); /* asked again later, should it not come to pass */
}

void presence_expire(struct live *l)
{
	int64_t late = hub_now(l->hub) - hub_options(l->hub)->away_ms;
	struct present *who, *next;

	l->away_at = 0;
	HASH_ITER (hh, l->present, who, next) {
		const struct person *p = state_person(&l->state, who->person);
		int64_t until = who->away_since + hub_options(l->hub)->away_ms;

		if (who->n_peers)
			continue;
		if (!p || !p->seated)
			present_free(l, who);
		else if (who->away_since <= late)
			expire(l, who);
		else if (l->away_at == 0 || until < l->away_at)
			l->away_at = until;
	}
}

/* --- the digest ---------------------------------------------------------------------------------
 */

void presence_stir(struct live *l)
{
	live_stir(l);
	l->digest_due = true;
}

static bool has_no_connection(void *arg, uint64_t id)
{
	struct present *who = presence_of(arg, id);

	return !who || who->n_peers == 0;
}

static struct msg *digest_for(struct live *l, const struct person *who)
{
	struct msg *m = cache_find(&l->digests, who);
	struct text t = { 0 };

	if (m)
		return m;
	view_digest(&l->state, who, has_no_connection, l, &t);
	m = cache_add(&l->digests, who, msg_new(t.s, t.len));
	text_free(&t);
	return m;
}

void presence_digest_to(struct live *l, struct peer *p, const struct person *who)
{
	struct msg *m = digest_for(l, who);

	fan_catch_up(l, p);
	if (p->digest && p->digest->len == m->len && memcmp(p->digest->text, m->text, m->len) == 0)
		return;
	if (!p->ops->send(p, m, LOAD_SIGNAL))
		return;
	msg_unref(&p->digest);
	p->digest = msg_ref(m);
}

void presence_digests(struct live *l)
{
	int64_t now = hub_now(l->hub);
	int64_t pause = l->n_peers > DIGEST_MS ? (int64_t)l->n_peers : DIGEST_MS;

	if (!l->digest_due || now < l->digest_at)
		return;
	l->digest_due = false;
	l->digest_at = now + pause;
	cache_clear(&l->digests);
	fan_turn(l, true); /* in the same writes */
	for (struct present *who = l->present; who; who = who->hh.next)
		for (struct peer *p = who->peers; p; p = p->next_of_person)
			if (!p->due_view && !p->behind && !p->leaving)
				presence_digest_to(l, p, state_person(&l->state, p->person));
}
