/* How rooms are written. */
#include <stdlib.h>

#include "server/core/areas.h"

static void write_room(const struct room *r, struct text *out)
{
	text_object(out, NULL);
	text_id(out, "id", r->id);
	text_string(out, "title", r->title);
	text_string(out, "area", r->area);
	text_opt_id(out, "capacity", r->capacity);
	text_opt_bool(out, "locked", r->locked);
	text_opt_bool(out, "closed", r->closed);
	text_object_end(out);
}

static void write_recall(const struct state *s, struct text *out)
{
	const struct person *by = state_person(s, s->rooms.recall_by);

	if (!s->rooms.recall_until || !by)
		return;
	text_object(out, "recall");
	text_int(out, "until", s->rooms.recall_until);
	text_id(out, "by", by->id);
	text_string(out, "name", by->name);
	text_object_end(out);
}

void rooms_view(const struct state *s, const struct person *p, struct text *out)
{
	text_array(out, "list");
	for (size_t i = 0; i < s->rooms.n; i++)
		if (s->rooms.list[i]->id != ROOM_CHANNEL || role_is_staff(p->role))
			write_room(s->rooms.list[i], out);
	text_array_end(out);
	text_bool(out, "sent", s->rooms.sent);
	write_recall(s, out);
}

void rooms_write(const struct state *s, struct text *out)
{
	text_array(out, "list");
	for (size_t i = 0; i < s->rooms.n; i++)
		write_room(s->rooms.list[i], out);
	text_array_end(out);
	text_array(out, "seated");
	for (size_t i = 0; i < s->rooms.n; i++)
		text_id(out, NULL, s->rooms.list[i]->seated);
	text_array_end(out);
	text_array(out, "lines");
	for (size_t i = 0; i < s->rooms.n; i++)
		text_id(out, NULL, s->rooms.list[i]->n_lines);
	text_array_end(out);
	text_bool(out, "sent", s->rooms.sent);
	write_recall(s, out);
}

void rooms_free(struct state *s)
{
	for (size_t i = 0; i < s->rooms.n; i++) {
		struct room *r = s->rooms.list[i];

		free(r->title);
		free(r->area);
		free(r->here);
		free(r->lines);
		free(r);
	}
	free(s->rooms.list);
}
