#include <stdlib.h>
#include <string.h>

#include "protocol/gen/dispatch.h"
#include "server/base/mem.h"
#include "server/core/areas.h"

/* Where the topic stands in the agenda; the number of topics if nowhere. */
static size_t place_of(const struct agenda *a, uint64_t id)
{
	size_t at = 0;

	while (at < a->n && a->list[at]->id != id)
		at++;
	return at;
}

enum err decide_agenda_add(const struct state *s, const struct person *who,
			   const struct command *cmd, struct event *out)
{
	const struct agenda_add *c = &cmd->agenda_add;

	(void)who;
	if (s->agenda.n >= LIMIT_TOPICS)
		return ERR_FULL;
	out->type = EVT_AGENDA_ADDED;
	out->agenda_added = (struct agenda_added){
		.title = c->title,
		.prompt = c->prompt,
		.minutes = c->minutes,
		.owner = c->owner,
	};
	return OK;
}

void reduce_agenda_added(struct state *s, const struct event *e)
{
	const struct agenda_added *a = &e->agenda_added;
	struct topic *t = x_calloc(1, sizeof(*t));

	*t = (struct topic){
		.id = e->seq,
		.title = x_strdup(or_erased(a->title)),
		.prompt = x_strdup(a->prompt),
		.owner = x_strdup(a->owner),
		.minutes = a->minutes,
		.state = TOPIC_STATE_PENDING,
	};
	s->agenda.list = x_grow(s->agenda.list, s->agenda.n, sizeof(struct topic *));
	s->agenda.list[s->agenda.n++] = t;
}

enum err decide_agenda_edit(const struct state *s, const struct person *who,
			    const struct command *cmd, struct event *out)
{
	const struct agenda_edit *c = &cmd->agenda_edit;
	const struct topic *t = state_topic(s, c->topic);

	(void)who;
	if (!t)
		return ERR_NOT_FOUND;
	if (!c->title && !c->prompt && !c->minutes && !c->owner)
		return ERR_BAD_REQUEST;
	if (c->minutes && t->state == TOPIC_STATE_ACTIVE)
		return ERR_CONFLICT; /* its time is running: that is agenda.extend */
	out->type = EVT_AGENDA_EDITED;
	out->agenda_edited = (struct agenda_edited){
		.topic = c->topic,
		.title = c->title,
		.prompt = c->prompt,
		.minutes = c->minutes,
		.owner = c->owner,
	};
	return OK;
}

static void replace(char **text, const char *with)
{
	if (!with)
		return;
	free(*text);
	*text = x_strdup(with);
}

void reduce_agenda_edited(struct state *s, const struct event *e)
{
	const struct agenda_edited *c = &e->agenda_edited;
	struct topic *t = state_topic(s, c->topic);

	if (!t)
		return;
	replace(&t->title, c->title);
	replace(&t->prompt, c->prompt);
	replace(&t->owner, c->owner);
	if (c->minutes)
		t->minutes = c->minutes;
}

enum err decide_agenda_remove(const struct state *s, const struct person *who,
			      const struct command *cmd, struct event *out)
{
	const struct topic *t = state_topic(s, cmd->agenda_remove.topic);

	(void)who;
	if (!t)
		return ERR_NOT_FOUND;
	if (t->started)
		return ERR_CONFLICT; /* lines were said to it */
	out->type = EVT_AGENDA_REMOVED;
	out->agenda_removed = (struct agenda_removed){ .topic = t->id };
	return OK;
}

static void free_topic(struct topic *t)
{
	free(t->title);
	free(t->prompt);
	free(t->owner);
	free(t);
}

static void take_out(struct agenda *a, size_t at)
{
	a->n--;
	memmove(&a->list[at], &a->list[at + 1], (a->n - at) * sizeof(struct topic *));
}

void reduce_agenda_removed(struct state *s, const struct event *e)
{
	size_t at = place_of(&s->agenda, e->agenda_removed.topic);

	if (at == s->agenda.n || s->agenda.active == e->agenda_removed.topic)
		return;
	free_topic(s->agenda.list[at]);
	take_out(&s->agenda, at);
}

/* Whom it would stand before; 0: it would be the last. */
static uint64_t next_of(const struct agenda *a, uint64_t id)
{
	size_t at = place_of(a, id);

	return at + 1 < a->n ? a->list[at + 1]->id : 0;
}

enum err decide_agenda_order(const struct state *s, const struct person *who,
			     const struct command *cmd, struct event *out)
{
	const struct agenda_order *c = &cmd->agenda_order;

	(void)who;
	if (!state_topic(s, c->topic) || (c->before && !state_topic(s, c->before)))
		return ERR_NOT_FOUND;
	if (c->before == c->topic || c->before == next_of(&s->agenda, c->topic))
		return ERR_CONFLICT;
	out->type = EVT_AGENDA_ORDERED;
	out->agenda_ordered = (struct agenda_ordered){ .topic = c->topic, .before = c->before };
	return OK;
}

void reduce_agenda_ordered(struct state *s, const struct event *e)
{
	struct agenda *a = &s->agenda;
	uint64_t before = e->agenda_ordered.before;
	size_t at = place_of(a, e->agenda_ordered.topic);
	struct topic *t;

	if (at == a->n)
		return;
	t = a->list[at];
	take_out(a, at);
	at = before ? place_of(a, before) : a->n;
	memmove(&a->list[at + 1], &a->list[at], (a->n - at) * sizeof(struct topic *));
	a->list[at] = t;
	a->n++;
}

void agenda_view(const struct state *s, const struct person *p, struct text *out)
{
	(void)p;
	agenda_write(s, out);
}

static void write_topic(const struct topic *t, struct text *out)
{
	text_object(out, NULL);
	text_id(out, "id", t->id);
	text_string(out, "title", t->title);
	text_string(out, "prompt", t->prompt);
	text_int(out, "minutes", t->minutes);
	text_string(out, "owner", t->owner);
	text_string(out, "state", topic_state_names[t->state]);
	text_opt_int(out, "started", t->started);
	text_opt_int(out, "ends", t->ends);
	text_object_end(out);
}

void agenda_topics(const struct state *s, const char *name, struct text *out)
{
	text_array(out, name);
	for (size_t i = 0; i < s->agenda.n; i++)
		write_topic(s->agenda.list[i], out);
	text_array_end(out);
}

/* Nothing of it is private: view and state are written alike. */
void agenda_write(const struct state *s, struct text *out)
{
	agenda_topics(s, "topics", out);
	text_opt_id(out, "active", s->agenda.active);
}

void agenda_free(struct state *s)
{
	for (size_t i = 0; i < s->agenda.n; i++)
		free_topic(s->agenda.list[i]);
	free(s->agenda.list);
}
