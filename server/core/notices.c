#include <stdlib.h>
#include <string.h>

#include "protocol/gen/dispatch.h"
#include "server/base/mem.h"
#include "server/core/areas.h"
#include "server/core/view.h"

static bool is_listed(const uint64_t *rooms, size_t n, uint64_t room)
{
	for (size_t i = 0; i < n; i++)
		if (rooms[i] == room)
			return true;
	return false;
}

enum err decide_notices_announce(const struct state *s, const struct person *who,
				 const struct command *cmd, struct event *out)
{
	const struct notices_announce *c = &cmd->notices_announce;

	(void)who;
	for (size_t i = 0; i < c->n_rooms; i++) {
		const struct room *r = state_room(s, c->rooms[i]);

		if (!r)
			return ERR_NOT_FOUND;
		if (r->closed)
			return ERR_CLOSED;
		if (is_listed(c->rooms, i, r->id))
			return ERR_BAD_REQUEST;
	}
	out->type = EVT_NOTICES_ANNOUNCED;
	out->notices_announced = (struct notices_announced){
		.rooms = c->rooms,
		.n_rooms = c->n_rooms,
		.text = c->text,
		.zh = c->zh,
	};
	return OK;
}

void reduce_notices_announced(struct state *s, const struct event *e)
{
	const struct notices_announced *a = &e->notices_announced;
	struct notice *n;

	if (!state_person(s, e->by))
		return;
	n = x_calloc(1, sizeof(*n));
	*n = (struct notice){
		.id = e->seq,
		.by = e->by,
		.at = e->at,
		.n_rooms = a->n_rooms,
		.text = x_strdup(or_erased(a->text)),
		.zh = x_strdup(a->zh),
	};
	if (a->n_rooms) {
		n->rooms = x_calloc(a->n_rooms, sizeof(*n->rooms));
		memcpy(n->rooms, a->rooms, a->n_rooms * sizeof(*n->rooms));
	}
	s->notices.list = x_grow(s->notices.list, s->notices.n, sizeof(struct notice *));
	s->notices.list[s->notices.n++] = n;
}

static void write_notice(const struct state *s, const struct notice *n, struct text *out)
{
	const struct person *by = state_person(s, n->by);

	text_object(out, NULL);
	text_id(out, "id", n->id);
	text_int(out, "at", n->at);
	text_id(out, "by", n->by);
	text_string(out, "name", by->name);
	text_string(out, "school", by->school);
	if (n->n_rooms) {
		text_array(out, "rooms");
		for (size_t i = 0; i < n->n_rooms; i++)
			text_id(out, NULL, n->rooms[i]);
		text_array_end(out);
	}
	text_string(out, "text", n->text);
	text_string(out, "zh", n->zh);
	text_object_end(out);
}

void notices_view(const struct state *s, const struct person *p, struct text *out)
{
	text_array(out, "list");
	for (size_t i = 0; i < s->notices.n; i++) {
		const struct notice *n = s->notices.list[i];

		if (view_reads_any(p, n->rooms, n->n_rooms))
			write_notice(s, n, out);
	}
	text_array_end(out);
}

void notices_write(const struct state *s, struct text *out)
{
	text_array(out, "list");
	for (size_t i = 0; i < s->notices.n; i++)
		write_notice(s, s->notices.list[i], out);
	text_array_end(out);
}

void notices_free(struct state *s)
{
	for (size_t i = 0; i < s->notices.n; i++) {
		struct notice *n = s->notices.list[i];

		free(n->rooms);
		free(n->text);
		free(n->zh);
		free(n);
	}
	free(s->notices.list);
}
