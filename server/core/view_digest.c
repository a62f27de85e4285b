/* The digest: who and how many are where. Told and forgotten. */
#include "server/core/view.h"

#include <string.h>

#include "server/base/utf8.h"

#define HERE_MAX       50
#define AWAY_MAX       200
#define READERS_MAX    50
#define LAST_LINES     2
#define LAST_GRAPHEMES 80
#define LAST_BYTES     800

typedef bool (*away_fn)(void *arg, uint64_t id);

/* Hands first, in the order they were raised, then by id. */
static bool stands_before(const struct person *a, const struct person *b)
{
	if (a->hand && b->hand)
		return a->hand < b->hand;
	if (a->hand || b->hand)
		return a->hand != 0;
	return a->id < b->id;
}

/* The first HERE_MAX of a room, by insertion: most of a large room stand behind the last one. */
static size_t first_here(const struct room *r, const struct person **here)
{
	size_t n = 0;

	for (size_t i = 0; i < r->seated; i++) {
		const struct person *p = r->here[i];
		size_t at;

		if (n == HERE_MAX && !stands_before(p, here[n - 1]))
			continue;
		if (n < HERE_MAX)
			n++;
		for (at = n - 1; at > 0 && stands_before(p, here[at - 1]); at--)
			here[at] = here[at - 1];
		here[at] = p;
	}
	return n;
}

static void write_present(const struct person *p, bool is_away, struct text *out)
{
	text_object(out, NULL);
	text_id(out, "id", p->id);
	text_string(out, "name", p->name);
	text_string(out, "school", p->school);
	text_string(out, "job", p->job);
	text_string(out, "area", p->area);
	text_string(out, "role", role_names[p->role]);
	text_opt_id(out, "hand", p->hand);
	text_opt_id(out, "called", p->called);
	text_opt_bool(out, "away", is_away);
	text_object_end(out);
}

static void write_here(const struct room *r, away_fn away, void *arg, struct text *out)
{
	const struct person *here[HERE_MAX];
	size_t n = first_here(r, here);

	text_array(out, "here");
	for (size_t i = 0; i < n; i++)
		write_present(here[i], away && away(arg, here[i]->id), out);
	text_array_end(out);
}

/* Nobody reads along unseen. Most rooms are read by nobody else: then nobody is looked at. */
static void write_readers(const struct state *s, const struct room *r, struct text *out)
{
	size_t n = 0;

	for (size_t i = 0; i < s->people.n && n < r->n_watched && n < READERS_MAX; i++) {
		const struct person *p = s->people.list[i];

		if (!p->seated || p->room == r->id || !view_reads(p, r->id))
			continue;
		if (n++ == 0)
			text_array(out, "readers");
		text_object(out, NULL);
		text_id(out, "id", p->id);
		text_string(out, "name", p->name);
		text_object_end(out);
	}
	if (n)
		text_array_end(out);
}

static void write_last(const struct state *s, const struct line *l, struct text *out)
{
	char words[LAST_BYTES];
	size_t graphemes = LAST_GRAPHEMES, len = utf8_cut(l->text, graphemes);

	while (len >= sizeof(words))
		len = utf8_cut(l->text, --graphemes);
	memcpy(words, l->text, len);
	words[len] = '\0';
	text_object(out, NULL);
	text_id(out, "id", l->id);
	text_int(out, "at", l->at);
	text_string(out, "name", state_person(s, l->by)->name);
	text_string(out, "text", words);
	text_object_end(out);
}

/* The last lines that still have words. */
static void write_lasts(const struct state *s, const struct room *r, struct text *out)
{
	const struct line *last[LAST_LINES];
	size_t n = 0;

	for (size_t i = r->n_lines; i > 0 && n < LAST_LINES; i--) {
		const struct line *l = state_line(s, r->lines[i - 1]);

		if (l->text)
			last[n++] = l;
	}
	if (!n)
		return;
	text_array(out, "last");
	while (n > 0)
		write_last(s, last[--n], out);
	text_array_end(out);
}

void view_counts(const struct state *s, bool to_staff, struct text *out)
{
	text_object(out, NULL);
	text_string(out, "signal", "digest");
	text_id(out, "total", s->people.seated);
	text_array(out, "rooms");
	for (size_t i = 0; i < s->rooms.n; i++) {
		const struct room *r = s->rooms.list[i];

		if (r->id == ROOM_CHANNEL && !to_staff)
			continue;
		text_object(out, NULL);
		text_id(out, "room", r->id);
		text_id(out, "people", r->seated);
		text_id(out, "lines", r->n_lines);
		if (to_staff)
			write_lasts(s, r, out);
		text_object_end(out);
	}
	text_array_end(out);
}

static void write_away(const struct state *s, away_fn away, void *arg, struct text *out)
{
	size_t n = 0;

	for (size_t i = 0; i < s->people.n && n < AWAY_MAX; i++) {
		const struct person *p = s->people.list[i];

		if (!p->seated || !away(arg, p->id))
			continue;
		if (n++ == 0)
			text_array(out, "away");
		text_id(out, NULL, p->id);
	}
	if (n)
		text_array_end(out);
}

void view_near(const struct state *s, const struct person *p, away_fn away, void *arg,
	       struct text *out)
{
	const struct room *r = state_room(s, p->room);

	text_id(out, "room", r->id);
	write_here(r, away, arg, out);
	write_readers(s, r, out);
	if (role_is_staff(p->role) && away)
		write_away(s, away, arg, out);
	text_object_end(out);
}
