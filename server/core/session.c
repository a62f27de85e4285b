#include <stdlib.h>
#include <string.h>

#include "protocol/gen/dispatch.h"
#include "server/base/mem.h"
#include "server/core/areas.h"

static bool has_twice(const struct area *areas, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(areas[i].key, areas[j].key) == 0)
				return true;
	return false;
}

/* One at least, and none of them twice. */
static bool are_languages(const enum language *languages, size_t n)
{
	bool named[LANGUAGE_COUNT] = { false };

	for (size_t i = 0; i < n; i++) {
		if (named[languages[i]])
			return false;
		named[languages[i]] = true;
	}
	return n > 0;
}

enum err decide_session_open(const struct state *s, const struct person *who,
			     const struct command *cmd, struct event *out)
{
	const struct session_open *c = &cmd->session_open;

	(void)who;
	if (s->seq != 0)
		return ERR_CONFLICT;
	if (c->end <= c->start || has_twice(c->areas, c->n_areas) ||
	    !are_languages(c->languages, c->n_languages))
		return ERR_BAD_REQUEST;
	out->type = EVT_SESSION_OPENED;
	out->session_opened = (struct session_opened){
		.session = c->session,
		.title = c->title,
		.hashtag = c->hashtag,
		.format = c->format,
		.languages = c->languages,
		.n_languages = c->n_languages,
		.areas = c->areas,
		.n_areas = c->n_areas,
		.start = c->start,
		.end = c->end,
		.open = c->open,
		.rooms_by = c->rooms_by,
	};
	return OK;
}

static struct area *copy_areas(const struct area *areas, size_t n)
{
	struct area *copy = x_calloc(n, sizeof(*copy));

	for (size_t i = 0; i < n; i++)
		copy[i] = (struct area){
			.key = x_strdup(areas[i].key),
			.en = x_strdup(or_erased(areas[i].en)),
			.zh = x_strdup(areas[i].zh),
		};
	return copy;
}

void reduce_session_opened(struct state *s, const struct event *e)
{
	const struct session_opened *o = &e->session_opened;
	struct session *session = &s->session;

	if (session->id)
		return;
	*session = (struct session){
		.id = x_strdup(o->session),
		.title = x_strdup(or_erased(o->title)),
		.hashtag = x_strdup(o->hashtag),
		.format = o->format,
		.phase = PHASE_LOBBY,
		.areas = copy_areas(o->areas, o->n_areas),
		.n_areas = o->n_areas,
		.start = o->start,
		.end = o->end,
		.open = o->open,
		.rooms_by = o->rooms_by,
	};
	for (size_t i = 0; i < o->n_languages; i++)
		session->speaks[o->languages[i]] = true;
	rooms_add(s, ROOM_CHANNEL, "Facilitators");
	rooms_add(s, ROOM_PLENARY, "Plenary");
}

enum err decide_session_change(const struct state *s, const struct person *who,
			       const struct command *cmd, struct event *out)
{
	const struct session_change *c = &cmd->session_change;
	int64_t start = c->start ? c->start : s->session.start;
	int64_t end = c->end ? c->end : s->session.end;

	(void)who;
	if (!c->title && !c->hashtag && !c->format && !c->start && !c->end && !c->rooms_by)
		return ERR_BAD_REQUEST;
	if (end <= start)
		return ERR_BAD_REQUEST;
	out->type = EVT_SESSION_CHANGED;
	out->session_changed = (struct session_changed){
		.title = c->title,
		.hashtag = c->hashtag,
		.format = c->format,
		.start = c->start,
		.end = c->end,
		.rooms_by = c->rooms_by,
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

void reduce_session_changed(struct state *s, const struct event *e)
{
	const struct session_changed *c = &e->session_changed;
	struct session *session = &s->session;

	if (!session->id)
		return;
	replace(&session->title, c->title);
	replace(&session->hashtag, c->hashtag);
	if (c->format)
		session->format = c->format;
	if (c->start)
		session->start = c->start;
	if (c->end)
		session->end = c->end;
	if (c->rooms_by)
		session->rooms_by = c->rooms_by;
}

enum err decide_session_phase(const struct state *s, const struct person *who,
			      const struct command *cmd, struct event *out)
{
	enum phase phase = cmd->session_phase.phase;

	(void)who;
	if (phase == PHASE_CLOSED)
		return ERR_BAD_REQUEST; /* closing has a command of its own */
	if (phase == s->session.phase)
		return ERR_CONFLICT;
	out->type = EVT_SESSION_PHASED;
	out->session_phased = (struct session_phased){ .phase = phase };
	return OK;
}

void reduce_session_phased(struct state *s, const struct event *e)
{
	enum phase phase = e->session_phased.phase;

	if (s->session.id && s->session.phase != PHASE_CLOSED && phase != PHASE_CLOSED)
		s->session.phase = phase;
}

enum err decide_session_close(const struct state *s, const struct person *who,
			      const struct command *cmd, struct event *out)
{
	(void)s, (void)who, (void)cmd;
	out->type = EVT_SESSION_CLOSED;
	return OK;
}

/* Everybody is due a view: from now on all may read all rooms, and nothing goes on any more. */
void reduce_session_closed(struct state *s, const struct event *e)
{
	if (!s->session.id || s->session.phase == PHASE_CLOSED)
		return;
	s->session.phase = PHASE_CLOSED;
	s->session.closed_at = e->at;
	s->rooms.recall_until = 0;
	s->rooms.recall_by = 0;
	agenda_end(s, e->at);
	for (size_t i = 0; i < s->people.n; i++) {
		s->people.list[i]->hand = 0;
		s->people.list[i]->called = 0;
		state_turn(s, s->people.list[i], e->seq);
	}
}

static void write_areas(const struct session *session, struct text *out)
{
	text_array(out, "areas");
	for (size_t i = 0; i < session->n_areas; i++) {
		text_object(out, NULL);
		text_string(out, "key", session->areas[i].key);
		text_string(out, "en", session->areas[i].en);
		text_string(out, "zh", session->areas[i].zh);
		text_object_end(out);
	}
	text_array_end(out);
}

/* Nothing of it is private: view and state are written alike. */
void session_write(const struct state *s, struct text *out)
{
	const struct session *session = &s->session;

	text_string(out, "session", session->id);
	text_string(out, "title", session->title);
	text_string(out, "hashtag", session->hashtag);
	text_string(out, "format", format_names[session->format]);
	text_string(out, "phase", phase_names[session->phase]);
	text_array(out, "languages");
	for (int i = 1; i < LANGUAGE_COUNT; i++)
		if (session->speaks[i])
			text_string(out, NULL, language_names[i]);
	text_array_end(out);
	write_areas(session, out);
	text_int(out, "start", session->start);
	text_int(out, "end", session->end);
	text_bool(out, "open", session->open);
	text_string(out, "rooms_by", rooms_by_names[session->rooms_by]);
	text_opt_int(out, "closed_at", session->closed_at);
}

void session_view(const struct state *s, const struct person *p, struct text *out)
{
	(void)p;
	session_write(s, out);
}

void session_free(struct state *s)
{
	struct session *session = &s->session;

	free(session->id);
	free(session->title);
	free(session->hashtag);
	for (size_t i = 0; i < session->n_areas; i++) {
		free((char *)session->areas[i].key);
		free((char *)session->areas[i].en);
		free((char *)session->areas[i].zh);
	}
	free(session->areas);
}
