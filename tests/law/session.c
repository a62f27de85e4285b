/* One random session: it is opened, people ask, what is due happens, now and then something is
 * asked twice; then its log is read again from the beginning, and events that make no sense do no
 * harm. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/law/session.h"

#define STEPS    600
#define NONSENSE 60 /* events that nobody decided, at the end of each session */

bool session_wrong(struct law *l, const char *what)
{
	char why[WHY];

	snprintf(why, sizeof(why), "%s%s%.300s", what, *l->why ? ": " : "", l->why);
	memcpy(l->why, why, sizeof(why));
	return false;
}

bool session_same_states(struct law *l)
{
	char *a = step_state(&l->a), *b = step_state(&l->b);
	bool same = strcmp(a, b) == 0;

	free(a);
	free(b);
	return same || session_wrong(l, "two states differ");
}

/* So much is said that the first lines are in no window any more. Only reduced, to save time. */
static bool talk_on(struct law *l, unsigned lines)
{
	bool ok = true;

	while (ok && lines--) {
		const struct person *p = state_person(&l->a, random_person(&l->a, &l->seed));
		struct text t = { 0 };
		struct step a, b;

		text_printf(&t,
			    "{\"event\":\"chat.said\",\"seq\":%" PRIu64 ",\"at\":%" PRId64
			    ",\"by\":%" PRIu64 ",\"name\":\"%s\",\"school\":\"%s\",\"room\":1"
			    ",\"text\":\"On and on\"}",
			    l->a.seq + 1, l->a.at, p->id, p->name, p->school);
		ok = step_happen(&l->a, t.s, &a) && step_happen(&l->b, t.s, &b);
		text_puts(&l->log, t.s);
		text_puts(&l->log, "\n");
		text_free(&t);
		step_free(&a);
		step_free(&b);
	}
	views_free(&l->views);
	l->views = views_take(&l->a);
	return ok;
}

/* The same again: it must be answered with the seq it has. */
static bool repeat(struct law *l)
{
	uint64_t seq = state_taken(&l->a, l->last.by, l->last.command.n);
	struct step step;
	bool ok;

	if (!l->last.command.n)
		return true;
	ok = !step_decide(&l->a, l->last.by, &l->last.command, l->a.seq + 1, l->now, &step) || !seq;
	ok = ok && step.verdict.already == seq;
	step_free(&step);
	return ok || session_wrong(l, "a command was granted twice");
}

static bool step_on(struct law *l, unsigned step)
{
	struct asked asked = { 0 };
	bool ok;

	if (percent(&l->seed, 5))
		l->now -= 2000; /* clocks do that */
	else
		l->now += below(&l->seed, percent(&l->seed, 5) ? 400000 : 4000);
	if (step == 0)
		ask_open(&l->seed, &asked);
	else if (!ask_due(&l->a, l->now > l->a.at ? l->now : l->a.at, &asked))
		ask(&l->a, &l->seed, step < STEPS - 40, &asked);
	ok = try_command(l, &asked) && repeat(l);
	command_free(&l->last.command);
	l->last = asked;
	return ok;
}

/* Reducers are total: whatever happens, they come to an end, and everybody sits where they sit. */
static bool bear_nonsense(struct law *l, struct state *s)
{
	bool ok = true;

	for (int i = 0; ok && i < NONSENSE; i++) {
		struct text t = { 0 };
		struct step step;
		const struct person *p;

		ask_nonsense(s, &l->seed, &t);
		ok = step_happen(s, t.s, &step) && check_seats(s, l->why);
		p = state_person(s, random_person(s, &l->seed));
		if (ok && p)
			ok = check_view(s, p, l->why);
		if (!ok)
			session_wrong(l, t.s);
		step_free(&step);
		text_free(&t);
	}
	return ok || session_wrong(l, "nonsense");
}

/* The log as it is stored, read again from the beginning. */
static bool replay(struct law *l)
{
	struct state s = { 0 };
	char *a = step_state(&l->a), *b = NULL;
	bool ok = true;

	for (char *line = l->log.s, *end; ok && line && (end = strchr(line, '\n'));
	     line = end + 1) {
		struct step step;

		*end = '\0';
		ok = step_happen(&s, line, &step);
		step_free(&step);
		*end = '\n'; /* it is printed in the end */
	}
	b = step_state(&s);
	ok = (ok && strcmp(a, b) == 0) || session_wrong(l, "a replay gives another state");
	ok = ok && bear_nonsense(l, &s);
	free(a);
	free(b);
	state_free(&s);
	return ok;
}

void session_run(uint64_t seed, struct report *report)
{
	struct law l = {
		.report = report, .seed = seed, .start = seed, .dump_seed = seed, .now = STEP_BEGIN
	};
	bool ok = true;
	unsigned step;

	for (step = 0; ok && step < STEPS; step++) {
		ok = step_on(&l, step);
		if (step == 150 && seed % 4 == 0 && l.a.people.n)
			ok = ok && talk_on(&l, LIMIT_WINDOW + 10);
	}
	ok = ok && session_same_states(&l) && replay(&l);
	report->seeds++;
	report->failed += !ok;
	if (report->loud)
		fputs(l.log.s, stdout);
	if (!ok)
		printf("seed %" PRIu64 ", step %u, seq %" PRIu64 ": %s\n", seed, step, l.a.seq,
		       l.why);
	command_free(&l.last.command);
	views_free(&l.views);
	text_free(&l.log);
	state_free(&l.a);
	state_free(&l.b);
}
