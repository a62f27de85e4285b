/* The law of commutes: a command so marked is decided alike, with the same event, before and after
 * somebody else's took the position in front of it. The hub relies on it when it decides a
 * batch of them against one state. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/law/session.h"

/* Who it is about, as a batch asks: the ticket of a join, else the person. */
static bool same_person(const struct state *s, const struct asked *x, const struct asked *y)
{
	const struct asked *both[] = { x, y };
	uint64_t who[2];

	for (int i = 0; i < 2; i++) {
		const struct person *p = NULL;

		if (both[i]->command.type == CMD_PEOPLE_JOIN)
			p = state_person_by_sub(s, both[i]->command.people_join.sub);
		who[i] = p ? p->id : both[i]->by;
	}
	if (x->command.type == CMD_PEOPLE_JOIN && y->command.type == CMD_PEOPLE_JOIN)
		return strcmp(x->command.people_join.sub, y->command.people_join.sub) == 0;
	return who[0] == who[1] && who[0] != 0;
}

/* Decided in s, two positions on, before and after somebody else's command took the first of them.
 */
static struct msg *decide_second(struct law *l, const struct asked *asked, uint64_t seq,
				 enum err *err)
{
	struct step step;
	struct msg *body = NULL;

	if (step_decide(&l->a, asked->by, &asked->command, seq, l->now, &step))
		body = msg_ref(step.body);
	*err = step.err;
	step_free(&step);
	return body;
}

void pairs_before(struct law *l, const struct asked *first, struct pair *pairs)
{
	for (int i = 0; i < PAIRS; i++) {
		struct pair *p = &pairs[i];

		ask_commuting(&l->a, &l->seed, &p->asked);
		p->counts = !same_person(&l->a, first, &p->asked);
		if (p->counts)
			p->body = decide_second(l, &p->asked, l->a.seq + 2, &p->err);
	}
}

static bool pair_after(struct law *l, const struct asked *first, struct pair *p)
{
	enum err err;
	struct msg *body = decide_second(l, &p->asked, l->a.seq + 1, &err);
	bool same = err == p->err && !body == !p->body &&
		    (!body || strcmp(body->text, p->body->text) == 0);

	l->report->pairs++;
	if (!same)
		snprintf(l->why, WHY, "%s after %s: %s, %s",
			 command_specs[p->asked.command.type].name,
			 command_specs[first->command.type].name,
			 p->body ? p->body->text : err_names[p->err],
			 body ? body->text : err_names[err]);
	msg_unref(&body);
	return same || session_wrong(l, "does not commute");
}

bool pairs_after(struct law *l, const struct asked *first, struct pair *pairs, bool granted)
{
	bool ok = true;

	for (int i = 0; i < PAIRS; i++) {
		if (granted && pairs[i].counts && ok)
			ok = pair_after(l, first, &pairs[i]);
		msg_unref(&pairs[i].body);
		command_free(&pairs[i].asked.command);
	}
	return ok;
}
