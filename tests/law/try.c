/* What comes of a command: granted or refused alike in both states; a refusal changes nothing;
 * after an event, seats and roles and what people see hold, and who is told nothing has the view
 * they had. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/law/session.h"

static bool check_untold(struct law *l, const struct views *before, const struct event *e)
{
	for (size_t i = 0, j = 0; i < before->n; i++) {
		const struct person *p = state_person(&l->a, before->list[i].id);

		while (j < l->views.n && l->views.list[j].id < p->id)
			j++;
		if (!p->seated || step_seen(&l->a, p, e) != SEEN_NONE)
			continue;
		if (strcmp(before->list[i].text, l->views.list[j].text) != 0) {
			snprintf(l->why, WHY, "%" PRIu64 " after %s", p->id,
				 event_specs[e->type].name);
			return session_wrong(l, "somebody is told nothing and has another view");
		}
	}
	return true;
}

/* A few of each kind from each seed, so that all kinds are there and the file is not too large. */
static void dump(struct law *l, const struct views *before, const struct event *e)
{
	struct views few = { .list = before->list };
	char name[64];

	if (!l->report->dump || ftell(l->report->dump) > l->report->dump_until)
		return;
	snprintf(name, sizeof(name), "seed %" PRIu64 " seq %" PRIu64, l->start, e->seq);
	for (size_t i = 0; i < before->n; i++) {
		const struct person *p = state_person(&l->a, before->list[i].id);
		enum seen seen = step_seen(&l->a, p, e);

		if (!p->seated || !percent(&l->dump_seed, 40) ||
		    l->dumped[e->type][seen] >= (seen == SEEN_EVENT ? 6 : 1))
			continue;
		l->dumped[e->type][seen]++;
		few.list = before->list + i;
		few.n = 1;
		views_dump(&few, name, &l->a, e, l->report->dump);
	}
}

static bool check_after(struct law *l, const struct event *e)
{
	const struct person *p = state_person(&l->a, random_person(&l->a, &l->seed));

	if (!check_seats(&l->a, l->why) || !check_capacity(&l->a, l->why) ||
	    !check_sent(&l->a, e, l->why) || !check_sights(&l->a, &l->seed, l->why))
		return session_wrong(l, event_specs[e->type].name);
	l->had_organizer = l->had_organizer || check_organizer(&l->a, l->why);
	*l->why = '\0';
	if (l->had_organizer && !check_organizer(&l->a, l->why))
		return session_wrong(l, event_specs[e->type].name);
	if (!p)
		return true;
	if (!check_view(&l->a, p, l->why))
		return session_wrong(l, "view");
	if (!check_digest(&l->a, p, &l->seed, l->why))
		return session_wrong(l, "digest");
	l->report->answers++;
	return check_answer(&l->a, p, &l->seed, l->why) || session_wrong(l, "answer");
}

static bool happened(struct law *l, const struct step *step)
{
	struct views before = l->views;
	bool ok;

	l->report->events++;
	l->report->of_type[step->event.type]++;
	text_puts(&l->log, step->body->text);
	text_puts(&l->log, "\n");
	l->views = views_take(&l->a);
	dump(l, &before, &step->event);
	ok = (percent(&l->seed, 75) || session_same_states(l)) &&
	     check_untold(l, &before, &step->event) && check_after(l, &step->event);
	views_free(&before);
	return ok;
}

/* Granted in one state, granted in the other: the event as decided, borrowing from state and
 * command, does what the event from the log does. */
static bool reduce_other(struct law *l, const struct asked *asked, const struct step *step)
{
	char words[EVENT_WORDS];
	struct event e = { .words = words };
	struct verdict verdict;
	enum err err =
		gate_decide(&l->b, asked->by, &asked->command, l->b.seq + 1, l->now, &e, &verdict);
	struct msg *body;
	bool same;

	if (err != step->err || verdict.already != step->verdict.already)
		return session_wrong(l, "two states decide differently");
	if (err || verdict.already)
		return true;
	body = codec_write_event(&e, true);
	same = strcmp(body->text, step->body->text) == 0;
	msg_unref(&body);
	if (!same)
		return session_wrong(l, "two states make different events");
	state_reduce(&l->b, &e);
	return true;
}

static bool refused(struct law *l, const char *before)
{
	char *after = step_state(&l->a);
	bool same = strcmp(before, after) == 0;

	free(after);
	l->report->refused++;
	return same || session_wrong(l, "a refusal changed the state");
}

static bool reduce_and_check(struct law *l, const struct step *step)
{
	if (!check_event(&l->a, &step->event, l->why))
		return session_wrong(l, event_specs[step->event.type].name);
	state_reduce(&l->a, &step->event);
	return happened(l, step);
}

bool try_command(struct law *l, const struct asked *asked)
{
	bool marked = command_specs[asked->command.type].commutes;
	char *before = percent(&l->seed, 10) ? step_state(&l->a) : NULL;
	struct pair pairs[PAIRS] = { 0 };
	struct step step;
	bool granted, ok;

	if (marked)
		pairs_before(l, asked, pairs);
	granted = step_decide(&l->a, asked->by, &asked->command, l->a.seq + 1, l->now, &step);
	ok = reduce_other(l, asked, &step);
	if (granted)
		ok = ok && reduce_and_check(l, &step);
	else if (before)
		ok = ok && refused(l, before);
	if (marked)
		ok = pairs_after(l, asked, pairs, granted && ok) && ok;
	free(before);
	step_free(&step);
	return ok;
}
