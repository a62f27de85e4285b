#include <stdlib.h>
#include <string.h>

#include "protocol/gen/dispatch.h"
#include "server/base/mem.h"
#include "server/base/utf8.h"
#include "server/core/areas.h"
#include "server/core/view.h"

#define QUOTE_GRAPHEMES 100

/* The first words of a line, into words of that size: whole graphemes only. */
static const char *quote(const struct line *l, char *words, size_t size)
{
	size_t graphemes = QUOTE_GRAPHEMES, len = utf8_cut(l->text, graphemes);

	while (len >= size)
		len = utf8_cut(l->text, --graphemes);
	memcpy(words, l->text, len);
	words[len] = '\0';
	return len ? words : NULL;
}

enum err decide_chat_say(const struct state *s, const struct person *who, const struct command *cmd,
			 struct event *out)
{
	const struct chat_say *c = &cmd->chat_say;
	bool to_staff = c->room == ROOM_CHANNEL && role_is_staff(who->role);
	const struct room *r = state_room(s, c->room);
	const struct line *answered = c->reply ? state_line(s, c->reply) : NULL;

	if (!r || (c->room == ROOM_CHANNEL && !to_staff))
		return ERR_NOT_FOUND;
	if (r->closed)
		return ERR_CLOSED;
	if (c->room != who->room && !to_staff)
		return ERR_MOVED; /* said to people who are elsewhere by now */
	if (c->reply && (!answered || answered->room != c->room || !answered->text))
		return ERR_NOT_FOUND;
	out->type = EVT_CHAT_SAID;
	out->chat_said = (struct chat_said){
		.room = c->room,
		.text = c->text,
		.reply = c->reply,
		.quote = answered ? quote(answered, out->words, EVENT_WORDS) : NULL,
	};
	return OK;
}

void reduce_chat_said(struct state *s, const struct event *e)
{
	const struct chat_said *c = &e->chat_said;
	struct room *r = state_room(s, c->room);
	struct person *by = state_person(s, e->by);
	struct line *l;

	if (!r || !by)
		return;
	l = x_calloc(1, sizeof(*l));
	*l = (struct line){
		.id = e->seq,
		.by = e->by,
		.room = c->room,
		.topic = s->agenda.active,
		.reply = c->reply,
		.at = e->at,
		.text = x_strdup(c->text),
		.quote = x_strdup(c->quote),
	};
	s->chat.list = x_grow(s->chat.list, s->chat.n, sizeof(struct line *));
	s->chat.list[s->chat.n++] = l;
	r->lines = x_grow(r->lines, r->n_lines, sizeof(*r->lines));
	r->lines[r->n_lines++] = l->id;
	people_spoke(s, by, c->room, e->seq);
}

/* A line of one's own that still has its words, in a room that is open. Of rooms that one sat in
 * before, too; the channel is not there for those who are not staff (any more). */
static enum err find_own(const struct state *s, const struct person *who, uint64_t id,
			 const struct line **out)
{
	*out = state_line(s, id);
	if (!*out || ((*out)->room == ROOM_CHANNEL && !role_is_staff(who->role)))
		return ERR_NOT_FOUND;
	if ((*out)->by != who->id)
		return ERR_FORBIDDEN;
	if (!(*out)->text)
		return ERR_NOT_FOUND;
	return state_room(s, (*out)->room)->closed ? ERR_CLOSED : OK;
}

enum err decide_chat_edit(const struct state *s, const struct person *who,
			  const struct command *cmd, struct event *out)
{
	const struct line *l;
	enum err err = find_own(s, who, cmd->chat_edit.line, &l);

	if (err)
		return err;
	out->type = EVT_CHAT_EDITED;
	out->chat_edited = (struct chat_edited){
		.room = l->room,
		.line = l->id,
		.text = cmd->chat_edit.text,
	};
	return OK;
}

void reduce_chat_edited(struct state *s, const struct event *e)
{
	struct line *l = state_line(s, e->chat_edited.line);

	if (!l || !l->text)
		return;
	free(l->text);
	l->text = x_strdup(e->chat_edited.text);
	l->edited = e->at;
}

enum err decide_chat_remove(const struct state *s, const struct person *who,
			    const struct command *cmd, struct event *out)
{
	const struct line *l;
	enum err err = find_own(s, who, cmd->chat_remove.line, &l);

	if (err)
		return err;
	out->type = EVT_CHAT_REMOVED;
	out->chat_removed = (struct chat_removed){ .room = l->room, .line = l->id };
	return OK;
}

/* It keeps its place and loses everything else; what others quoted of it stays theirs. */
void reduce_chat_removed(struct state *s, const struct event *e)
{
	struct line *l = state_line(s, e->chat_removed.line);

	if (!l)
		return;
	free(l->text);
	free(l->quote);
	free(l->reactions);
	l->text = NULL;
	l->quote = NULL;
	l->reactions = NULL;
	l->n_reactions = 0;
	l->edited = 0;
}

/* Where this reaction stands; the number of reactions if nowhere. */
static size_t place_of(const struct line *l, uint64_t by, enum reaction kind)
{
	size_t at = 0;

	while (at < l->n_reactions && (l->reactions[at].by != by || l->reactions[at].kind != kind))
		at++;
	return at;
}

enum err decide_chat_react(const struct state *s, const struct person *who,
			   const struct command *cmd, struct event *out)
{
	const struct chat_react *c = &cmd->chat_react;
	const struct line *l = state_line(s, c->line);

	if (!l || !l->text || !view_reads(who, l->room))
		return ERR_NOT_FOUND;
	if (state_room(s, l->room)->closed)
		return ERR_CLOSED;
	if (c->on == (place_of(l, who->id, c->kind) < l->n_reactions))
		return ERR_CONFLICT;
	out->type = EVT_CHAT_REACTED;
	out->chat_reacted = (struct chat_reacted){
		.room = l->room,
		.line = l->id,
		.kind = c->kind,
		.on = c->on,
	};
	return OK;
}

void reduce_chat_reacted(struct state *s, const struct event *e)
{
	const struct chat_reacted *c = &e->chat_reacted;
	struct line *l = state_line(s, c->line);
	size_t at;

	if (!l || !l->text || !state_person(s, e->by))
		return;
	at = place_of(l, e->by, c->kind);
	if (c->on == (at < l->n_reactions))
		return;
	if (c->on) {
		l->reactions = x_grow(l->reactions, l->n_reactions, sizeof(*l->reactions));
		l->reactions[l->n_reactions++] = (struct reacted){ c->kind, e->by };
		return;
	}
	l->n_reactions--;
	memmove(&l->reactions[at], &l->reactions[at + 1],
		(l->n_reactions - at) * sizeof(*l->reactions));
}
