#include "protocol/gen/dispatch.h"
#include "server/core/areas.h"

enum err decide_hands_raise(const struct state *s, const struct person *who,
			    const struct command *cmd, struct event *out)
{
	(void)s, (void)cmd;
	if (who->hand)
		return ERR_CONFLICT;
	out->type = EVT_HANDS_RAISED;
	return OK;
}

void reduce_hands_raised(struct state *s, const struct event *e)
{
	struct person *p = state_person(s, e->by);

	if (p && p->seated && !p->hand)
		p->hand = e->seq;
}

static enum err lower(const struct person *p, struct event *out)
{
	if (!p->hand)
		return ERR_CONFLICT;
	out->type = EVT_HANDS_LOWERED;
	out->hands_lowered = (struct hands_lowered){ .who = p->id };
	return OK;
}

enum err decide_hands_lower(const struct state *s, const struct person *who,
			    const struct command *cmd, struct event *out)
{
	(void)s, (void)cmd;
	return lower(who, out);
}

enum err decide_hands_dismiss(const struct state *s, const struct person *who,
			      const struct command *cmd, struct event *out)
{
	(void)who;
	return lower(state_person(s, cmd->hands_dismiss.who), out);
}

/* Who lowers their own hand learns of it by the event, others by their view. */
void reduce_hands_lowered(struct state *s, const struct event *e)
{
	struct person *p = state_person(s, e->hands_lowered.who);

	if (!p || !p->hand)
		return;
	p->hand = 0;
	if (p->id != e->by)
		state_turn(s, p, e->seq);
}

enum err decide_hands_call(const struct state *s, const struct person *who,
			   const struct command *cmd, struct event *out)
{
	const struct person *p = state_person(s, cmd->hands_call.who);

	(void)who;
	if (!p->seated)
		return ERR_NOT_FOUND;
	if (p->called && !p->hand)
		return ERR_CONFLICT; /* they have the word already */
	out->type = EVT_HANDS_CALLED;
	out->hands_called = (struct hands_called){ .who = p->id };
	return OK;
}

void reduce_hands_called(struct state *s, const struct event *e)
{
	struct person *p = state_person(s, e->hands_called.who);

	if (!p || !p->seated)
		return;
	p->hand = 0;
	p->called = e->seq;
	state_turn(s, p, e->seq);
}
