/* The agenda while the session runs: which topic is the active one, and until when. */
#include "protocol/gen/dispatch.h"
#include "server/core/areas.h"

#define MINUTE 60000 /* ms */

static enum err push(uint64_t topic, struct event *out)
{
	if (!topic)
		return ERR_NOT_FOUND;
	out->type = EVT_AGENDA_PUSHED;
	out->agenda_pushed = (struct agenda_pushed){ .topic = topic };
	return OK;
}

enum err decide_agenda_push(const struct state *s, const struct person *who,
			    const struct command *cmd, struct event *out)
{
	uint64_t topic = cmd->agenda_push.topic;

	(void)who;
	if (!state_topic(s, topic))
		return ERR_NOT_FOUND;
	if (s->agenda.active == topic)
		return ERR_CONFLICT;
	return push(topic, out);
}

void agenda_end(struct state *s, int64_t at)
{
	struct topic *t = state_topic(s, s->agenda.active);

	s->agenda.active = 0;
	if (!t)
		return;
	t->state = TOPIC_STATE_DONE;
	t->ends = at;
}

void reduce_agenda_pushed(struct state *s, const struct event *e)
{
	struct topic *t = state_topic(s, e->agenda_pushed.topic);

	if (!t)
		return;
	agenda_end(s, e->at);
	t->state = TOPIC_STATE_ACTIVE;
	t->started = e->at;
	t->ends = e->at + (int64_t)t->minutes * MINUTE;
	s->agenda.active = t->id;
}

/* The first pending topic after that place, or else of all: one that was passed is not lost. */
static uint64_t next_pending(const struct agenda *a)
{
	uint64_t first = 0;
	bool passed = a->active == 0;

	for (size_t i = 0; i < a->n; i++) {
		const struct topic *t = a->list[i];

		if (t->state == TOPIC_STATE_PENDING && passed)
			return t->id;
		if (t->state == TOPIC_STATE_PENDING && !first)
			first = t->id;
		if (t->id == a->active)
			passed = true;
	}
	return first;
}

enum err decide_agenda_next(const struct state *s, const struct person *who,
			    const struct command *cmd, struct event *out)
{
	(void)who;
	if (cmd->agenda_next.from != s->agenda.active)
		return ERR_CONFLICT; /* somebody pressed first */
	return push(next_pending(&s->agenda), out);
}

/* The nearest one above that was done; with none active, or none above, the one that was pushed
 * last. */
static uint64_t last_done(const struct agenda *a)
{
	const struct topic *above = NULL, *last = NULL;
	bool passed = a->active == 0;

	for (size_t i = 0; i < a->n; i++) {
		const struct topic *t = a->list[i];

		passed = passed || t->id == a->active;
		if (t->state != TOPIC_STATE_DONE)
			continue;
		if (!passed)
			above = t;
		if (!last || t->started >= last->started)
			last = t;
	}
	last = above ? above : last;
	return last ? last->id : 0;
}

enum err decide_agenda_back(const struct state *s, const struct person *who,
			    const struct command *cmd, struct event *out)
{
	(void)who;
	if (cmd->agenda_back.from != s->agenda.active)
		return ERR_CONFLICT;
	return push(last_done(&s->agenda), out);
}

/* A topic that is there and active. */
static enum err ask_active(const struct state *s, uint64_t topic)
{
	if (!state_topic(s, topic))
		return ERR_NOT_FOUND;
	return s->agenda.active == topic ? OK : ERR_CONFLICT;
}

/* Nobody's time ends before now: that is agenda.finish. */
enum err decide_agenda_extend(const struct state *s, const struct person *who,
			      const struct command *cmd, struct event *out)
{
	const struct agenda_extend *c = &cmd->agenda_extend;
	enum err err = ask_active(s, c->topic);

	(void)who;
	if (err)
		return err;
	if (c->minutes == 0)
		return ERR_BAD_REQUEST;
	if (c->minutes < 0 && state_topic(s, c->topic)->ends + c->minutes * MINUTE < out->at)
		return ERR_CONFLICT;
	out->type = EVT_AGENDA_EXTENDED;
	out->agenda_extended = (struct agenda_extended){ .topic = c->topic, .minutes = c->minutes };
	return OK;
}

void reduce_agenda_extended(struct state *s, const struct event *e)
{
	struct topic *t = state_topic(s, e->agenda_extended.topic);

	if (t && t->ends)
		t->ends += (int64_t)e->agenda_extended.minutes * MINUTE;
}

enum err decide_agenda_finish(const struct state *s, const struct person *who,
			      const struct command *cmd, struct event *out)
{
	enum err err = ask_active(s, cmd->agenda_finish.topic);

	(void)who;
	if (err)
		return err;
	out->type = EVT_AGENDA_FINISHED;
	out->agenda_finished = (struct agenda_finished){ .topic = cmd->agenda_finish.topic };
	return OK;
}

void reduce_agenda_finished(struct state *s, const struct event *e)
{
	if (s->agenda.active && s->agenda.active == e->agenda_finished.topic)
		agenda_end(s, e->at);
}

enum err decide_agenda_skip(const struct state *s, const struct person *who,
			    const struct command *cmd, struct event *out)
{
	const struct topic *t = state_topic(s, cmd->agenda_skip.topic);

	(void)who;
	if (!t)
		return ERR_NOT_FOUND;
	if (t->state != TOPIC_STATE_PENDING)
		return ERR_CONFLICT;
	out->type = EVT_AGENDA_SKIPPED;
	out->agenda_skipped = (struct agenda_skipped){ .topic = t->id };
	return OK;
}

void reduce_agenda_skipped(struct state *s, const struct event *e)
{
	struct topic *t = state_topic(s, e->agenda_skipped.topic);

	if (t && t->state == TOPIC_STATE_PENDING)
		t->state = TOPIC_STATE_SKIPPED;
}
