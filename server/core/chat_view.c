/* How lines are written: in windows, in history, and as a whole. */
#include <stdlib.h>

#include "protocol/gen/dispatch.h"
#include "server/core/areas.h"
#include "server/core/view.h"

static void write_reactions(const struct state *s, const struct line *l, struct text *out)
{
	if (!l->n_reactions)
		return;
	text_array(out, "reactions");
	for (size_t i = 0; i < l->n_reactions; i++) {
		const struct reacted *r = &l->reactions[i];

		text_object(out, NULL);
		text_string(out, "kind", reaction_names[r->kind]);
		text_id(out, "by", r->by);
		text_string(out, "school", state_person(s, r->by)->school);
		text_object_end(out);
	}
	text_array_end(out);
}

void chat_write_line(const struct state *s, const struct line *l, struct text *out)
{
	const struct person *by = state_person(s, l->by);

	text_object(out, NULL);
	text_id(out, "id", l->id);
	text_int(out, "at", l->at);
	text_id(out, "by", l->by);
	text_string(out, "name", by->name);
	text_string(out, "school", by->school);
	text_string(out, "text", l->text);
	text_opt_id(out, "topic", l->topic);
	text_opt_id(out, "reply", l->reply);
	text_string(out, "quote", l->quote);
	text_opt_int(out, "edited", l->edited);
	text_opt_bool(out, "removed", !l->text);
	write_reactions(s, l, out);
	text_object_end(out);
}

static void write_lines(const struct state *s, const struct room *r, size_t from, size_t to,
			struct text *out)
{
	text_array(out, "lines");
	for (size_t i = from; i < to; i++)
		chat_write_line(s, state_line(s, r->lines[i]), out);
	text_array_end(out);
}

static void write_talk(const struct state *s, uint64_t room, struct text *out)
{
	const struct room *r = state_room(s, room);
	size_t from = r->n_lines > LIMIT_WINDOW ? r->n_lines - LIMIT_WINDOW : 0;

	text_object(out, NULL);
	text_id(out, "room", room);
	write_lines(s, r, from, r->n_lines, out);
	text_object_end(out);
}

/* Watched rooms are in order of id, and the channel, room 0, is never among them. */
void chat_view(const struct state *s, const struct person *p, struct text *out)
{
	text_array(out, "talks");
	write_talk(s, p->room, out);
	if (role_is_staff(p->role))
		write_talk(s, ROOM_CHANNEL, out);
	for (size_t i = 0; i < p->n_watches; i++)
		if (p->watches[i] != p->room)
			write_talk(s, p->watches[i], out);
	text_array_end(out);
}

void chat_write(const struct state *s, struct text *out)
{
	text_array(out, "list");
	for (size_t i = 0; i < s->chat.n; i++)
		chat_write_line(s, s->chat.list[i], out);
	text_array_end(out);
	text_array(out, "rooms");
	for (size_t i = 0; i < s->chat.n; i++)
		text_id(out, NULL, s->chat.list[i]->room);
	text_array_end(out);
}

void chat_free(struct state *s)
{
	for (size_t i = 0; i < s->chat.n; i++) {
		struct line *l = s->chat.list[i];

		free(l->text);
		free(l->quote);
		free(l->reactions);
		free(l);
	}
	free(s->chat.list);
}

/* How many lines of the room come before that one, which need not be there. */
static size_t count_before(const struct room *r, uint64_t before)
{
	size_t from = 0, to = r->n_lines;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (r->lines[middle] < before)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

enum err answer_chat_history(const struct state *s, const struct person *who,
			     const struct query *query, struct text *out)
{
	const struct chat_history *q = &query->chat_history;
	const struct room *r = state_room(s, q->room);
	size_t from, to;

	if (!r || !view_reads_back(s, who, r->id))
		return ERR_NOT_FOUND;
	to = q->before ? count_before(r, q->before) : r->n_lines;
	from = to > LIMIT_PAGE ? to - LIMIT_PAGE : 0;
	text_id(out, "room", r->id);
	write_lines(s, r, from, to, out);
	text_bool(out, "more", from > 0);
	return OK;
}
