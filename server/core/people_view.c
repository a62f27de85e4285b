/* How people are written: for themselves, for staff, on rosters, and as a whole. */
#include <stdlib.h>
#include <string.h>

#include "protocol/gen/dispatch.h"
#include "server/base/mem.h"
#include "server/base/utf8.h"
#include "server/core/areas.h"

static const char *name_of(const struct state *s, uint64_t id)
{
	return state_person(s, id)->name;
}

static void write_who(const struct person *p, struct text *out)
{
	text_id(out, "id", p->id);
	text_string(out, "name", p->name);
	text_string(out, "school", p->school);
	text_string(out, "job", p->job);
	text_string(out, "area", p->area);
}

static void write_mute(const struct state *s, const struct mute *m, struct text *out)
{
	if (!m->until)
		return;
	text_object(out, "mute");
	text_int(out, "until", m->until);
	text_id(out, "by", m->by);
	text_string(out, "name", name_of(s, m->by));
	text_string(out, "reason", reason_names[m->reason]);
	text_string(out, "note", m->note);
	text_object_end(out);
}

static void write_moved(const struct state *s, const struct move *m, struct text *out)
{
	if (!m->at)
		return;
	text_object(out, "moved");
	text_int(out, "at", m->at);
	text_id(out, "by", m->by);
	text_string(out, "name", name_of(s, m->by));
	text_id(out, "from", m->from);
	text_string(out, "reason", m->reason);
	text_object_end(out);
}

static void write_watches(const struct person *p, struct text *out)
{
	if (!p->n_watches)
		return;
	text_array(out, "watches");
	for (size_t i = 0; i < p->n_watches; i++)
		text_id(out, NULL, p->watches[i]);
	text_array_end(out);
}

void people_you(const struct state *s, const struct person *p, struct text *out)
{
	const struct room *back = p->back ? state_room(s, p->back) : NULL;

	write_who(p, out);
	text_string(out, "language", language_names[p->language]);
	text_string(out, "role", role_names[p->role]);
	text_id(out, "room", p->room);
	text_opt_id(out, "back", back && !back->closed ? back->id : 0);
	text_opt_id(out, "hand", p->hand);
	text_opt_id(out, "called", p->called);
	write_mute(s, &p->mute, out);
	write_moved(s, &p->moved, out);
	write_watches(p, out);
}

static void write_person(const struct state *s, const struct person *p, struct text *out)
{
	write_who(p, out);
	text_string(out, "language", language_names[p->language]);
	text_string(out, "role", role_names[p->role]);
	text_id(out, "room", p->room);
	text_opt_bool(out, "left", !p->seated && !p->removed);
	text_opt_bool(out, "removed", p->removed);
	text_opt_id(out, "hand", p->hand);
	text_opt_id(out, "called", p->called);
	write_mute(s, &p->mute, out);
}

void people_view(const struct state *s, const struct person *p, struct text *out)
{
	if (!role_is_staff(p->role))
		return;
	text_puts(out, ",");
	text_array(out, "list");
	for (size_t i = 0; i < s->people.n; i++) {
		text_object(out, NULL);
		write_person(s, s->people.list[i], out);
		text_object_end(out);
	}
	text_array_end(out);
}

static void write_whole(const struct state *s, const struct person *p, struct text *out)
{
	text_string(out, "sub", p->sub);
	write_person(s, p, out);
	text_opt_id(out, "back", p->back);
	write_moved(s, &p->moved, out);
	write_watches(p, out);
	text_id(out, "sight_seq", p->sight_seq);
	text_int(out, "issued", p->issued);
	text_int(out, "left_at", p->left);
}

void people_write(const struct state *s, struct text *out)
{
	text_id(out, "seated", s->people.seated);
	text_array(out, "list");
	for (size_t i = 0; i < s->people.n; i++) {
		text_object(out, NULL);
		write_whole(s, s->people.list[i], out);
		text_object_end(out);
	}
	text_array_end(out);
}

void people_free(struct state *s)
{
	HASH_CLEAR(hh, s->people.by_sub);
	for (size_t i = 0; i < s->people.n; i++) {
		struct person *p = s->people.list[i];

		free(p->sub);
		free(p->name);
		free(p->school);
		free(p->job);
		free(p->area);
		free(p->folded);
		free(p->mute.note);
		free(p->moved.reason);
		free(p);
	}
	free(s->people.list);
}

/* Rosters. */

char *people_fold(const char *name, const char *school, const char *job)
{
	struct text all = { 0 };
	char *folded;

	text_printf(&all, "%s\n%s\n%s", name, school, job ? job : "");
	folded = utf8_fold(all.s);
	text_free(&all);
	return folded;
}

static bool same_word(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

static bool is_listed(const struct person *p, const struct people_roster *q, const char *find)
{
	return p->seated && (!q->room || p->room == q->room) &&
	       (!q->area || same_word(p->area, q->area)) && (!find || strstr(p->folded, find));
}

static void write_listed(const struct person *p, struct text *out)
{
	text_object(out, NULL);
	write_who(p, out);
	text_string(out, "role", role_names[p->role]);
	text_id(out, "room", p->room);
	text_object_end(out);
}

enum err answer_people_roster(const struct state *s, const struct person *who,
			      const struct query *query, struct text *out)
{
	const struct people_roster *q = &query->people_roster;
	char *find = q->find ? utf8_fold(q->find) : NULL;
	size_t total = 0, page = 0, after = 0;

	(void)who;
	text_array(out, "people");
	for (size_t i = 0; i < s->people.n; i++) {
		const struct person *p = s->people.list[i];

		if (!is_listed(p, q, find))
			continue;
		total++;
		if (p->id <= q->after)
			continue;
		after++;
		if (page < LIMIT_PAGE) {
			page++;
			write_listed(p, out);
		}
	}
	text_array_end(out);
	text_bool(out, "more", after > page);
	text_id(out, "total", total);
	free(find);
	return OK;
}
