#include "server/core/export.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/core/areas.h"
#include "server/core/view.h"

static bool is_closed(const struct state *s)
{
	return s->session.phase == PHASE_CLOSED;
}

bool export_is_for(const struct state *s, const struct person *who)
{
	return !who->removed && (who->seated || is_closed(s));
}

bool export_reads(const struct state *s, const struct person *who, uint64_t room)
{
	return export_is_for(s, who) && view_reads_back(s, who, room);
}

bool export_tells_room(const struct state *s, const struct person *who, uint64_t room)
{
	return export_reads(s, who, ROOM_CHANNEL) || export_reads(s, who, room);
}

bool export_reads_notice(const struct state *s, const struct person *who, const struct notice *n)
{
	for (size_t i = 0; i < n->n_rooms; i++)
		if (export_tells_room(s, who, n->rooms[i]))
			return true;
	return n->n_rooms == 0;
}

/* Position in the list, which is in order of id; n when there is none. */
static size_t find_person(const struct people *people, uint64_t id)
{
	size_t low = 0, high = people->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (people->list[middle]->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < people->n && people->list[low]->id == id ? low : people->n;
}

bool *export_people(const struct state *s, const struct person *who)
{
	bool *in = x_calloc(s->people.n + 1, sizeof(*in));

	for (size_t i = 0; i < s->people.n; i++)
		in[i] = role_is_staff(who->role) || s->people.list[i]->seated;
	for (size_t i = 0; i < s->chat.n; i++) {
		const struct line *l = s->chat.list[i];

		if (l->text && export_reads(s, who, l->room))
			in[find_person(&s->people, l->by)] = true;
	}
	return in;
}

const struct area *export_area(const struct state *s, const char *key)
{
	for (size_t i = 0; key && i < s->session.n_areas; i++)
		if (strcmp(s->session.areas[i].key, key) == 0)
			return &s->session.areas[i];
	return NULL;
}

static void write_session(const struct state *s, const struct person *who, struct text *out)
{
	text_object(out, "session");
	session_view(s, who, out);
	text_object_end(out);
}

static void begin_stretch(const struct state *s, uint64_t topic, struct text *out)
{
	const struct topic *t = state_topic(s, topic);

	text_object(out, NULL);
	text_opt_id(out, "topic", topic);
	text_string(out, "title", t ? t->title : NULL);
	text_array(out, "lines");
}

static void end_stretch(struct text *out)
{
	text_array_end(out);
	text_object_end(out);
}

static void write_talk(const struct state *s, const struct room *r, struct text *out)
{
	const struct line *before = NULL;

	text_array(out, "topics");
	for (size_t i = 0; i < r->n_lines; i++) {
		const struct line *l = state_line(s, r->lines[i]);

		if (!l || !l->text)
			continue;
		if (before && before->topic != l->topic)
			end_stretch(out);
		if (!before || before->topic != l->topic)
			begin_stretch(s, l->topic, out);
		chat_write_line(s, l, out);
		before = l;
	}
	if (before)
		end_stretch(out);
	text_array_end(out);
}

static void write_room(const struct state *s, const struct room *r, struct text *out)
{
	const struct area *area = export_area(s, r->area);

	text_object(out, NULL);
	text_id(out, "id", r->id);
	text_string(out, "title", r->title);
	text_string(out, "area", r->area);
	text_string(out, "zh", area ? area->zh : NULL);
	text_opt_bool(out, "locked", r->locked);
	text_opt_bool(out, "closed", r->closed);
	write_talk(s, r, out);
	text_object_end(out);
}

static void write_rooms(const struct state *s, const struct person *who, struct text *out)
{
	text_array(out, "rooms");
	for (size_t i = 0; i < s->rooms.n; i++)
		if (export_reads(s, who, s->rooms.list[i]->id))
			write_room(s, s->rooms.list[i], out);
	text_array_end(out);
}

static void write_notice(const struct state *s, const struct person *who, const struct notice *n,
			 struct text *out)
{
	const struct person *by = state_person(s, n->by);

	text_object(out, NULL);
	text_id(out, "id", n->id);
	text_int(out, "at", n->at);
	text_id(out, "by", n->by);
	text_string(out, "name", by ? by->name : NULL);
	text_string(out, "school", by ? by->school : NULL);
	if (n->n_rooms) {
		text_array(out, "rooms");
		for (size_t i = 0; i < n->n_rooms; i++)
			if (export_tells_room(s, who, n->rooms[i]))
				text_id(out, NULL, n->rooms[i]);
		text_array_end(out);
	}
	text_string(out, "text", n->text);
	text_string(out, "zh", n->zh);
	text_object_end(out);
}

static void write_notices(const struct state *s, const struct person *who, struct text *out)
{
	text_array(out, "notices");
	for (size_t i = 0; i < s->notices.n; i++)
		if (export_reads_notice(s, who, s->notices.list[i]))
			write_notice(s, who, s->notices.list[i], out);
	text_array_end(out);
}

/* Where somebody sits is for the others on the roster only while they sit; mutes are no record. */
static void write_person(const struct person *p, bool staff, struct text *out)
{
	text_object(out, NULL);
	text_id(out, "id", p->id);
	text_string(out, "name", p->name);
	text_string(out, "school", p->school);
	text_string(out, "job", p->job);
	text_string(out, "area", p->area);
	text_string(out, "role", role_names[p->role]);
	if (staff || p->seated)
		text_id(out, "room", p->room);
	if (staff) {
		text_string(out, "language", language_names[p->language]);
		text_opt_bool(out, "left", !p->seated && !p->removed);
		text_opt_bool(out, "removed", p->removed);
	}
	text_object_end(out);
}

static void write_people(const struct state *s, const struct person *who, struct text *out)
{
	bool *in = export_people(s, who);

	text_array(out, "people");
	for (size_t i = 0; i < s->people.n; i++)
		if (in[i])
			write_person(s->people.list[i], role_is_staff(who->role), out);
	text_array_end(out);
	free(in);
}

void export_json(const struct state *s, const struct person *who, struct text *out)
{
	text_object(out, NULL);
	text_id(out, "seq", s->seq);
	text_int(out, "at", s->at);
	write_session(s, who, out);
	agenda_topics(s, "agenda", out);
	write_rooms(s, who, out);
	write_notices(s, who, out);
	write_people(s, who, out);
	text_object_end(out);
}
