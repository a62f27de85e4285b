/* The laws of the core on random sessions.
 *
 *	law              14 seeds; LONG=1: two thousand
 *	SEED=7 law       that one, and its log
 *	law --dump FILE  also writes what people saw, for the law of the client; at most 24 MB
 *
 * For each event: two states agree byte for byte, and so does a replay of the log at the end;
 * views, events, digests and answers have their shapes; who is told nothing has the view they
 * had; a marked command is decided alike before and after that of somebody else; seats, roles
 * and mutes hold. Events that make no sense do no harm. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/law/law.h"

#define SEEDS      14
#define SEEDS_LONG 2000
#define STEPS      600
#define PAIRS      3  /* tried with each marked command that is granted */
#define NONSENSE   60 /* events that nobody decided, at the end of each session */
#define DUMP_BYTES (24 << 20)

static struct {
	unsigned seeds, failed;
	uint64_t events, refused, pairs, answers;
	uint64_t of_type[EVT_COUNT], err[ERR_COUNT];
	FILE *dump;
	long dump_until;
	bool loud;
} count;

/* One random session: the same log in two states. */
struct law {
	uint64_t seed, start, dump_seed; /* what is dumped does not change what happens */
	int64_t now;
	struct state a;     /* reduces what was read from the log */
	struct state b;     /* reduces the event as it was decided */
	struct views views; /* of a, now */
	struct text log;    /* a line for each event */
	unsigned dumped[EVT_COUNT][SEEN_COUNT];
	bool had_organizer;
	struct asked last; /* to be repeated */
	char why[WHY];
};

static bool wrong(struct law *l, const char *what)
{
	char why[WHY];

	snprintf(why, sizeof(why), "%s%s%.300s", what, *l->why ? ": " : "", l->why);
	memcpy(l->why, why, sizeof(why));
	return false;
}

static bool same_states(struct law *l)
{
	char *a = step_state(&l->a), *b = step_state(&l->b);
	bool same = strcmp(a, b) == 0;

	free(a);
	free(b);
	return same || wrong(l, "two states differ");
}

/* --- commutes ------------------------------------------------------------------------------------
 */

struct pair {
	struct asked asked;
	enum err err;
	struct msg *body;
	bool counts;
};

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

static void pairs_before(struct law *l, const struct asked *first, struct pair *pairs)
{
	for (int i = 0; i < PAIRS; i++) {
		struct pair *p = &pairs[i];

		ask_commuting(&l->a, &l->seed, &p->asked);
		p->counts = !same_person(&l->a, first, &p->asked);
		if (p->counts)
			p->body = decide_second(l, &p->asked, l->a.seq + 2, &p->err);
	}
}

static bool pair_after(struct law *l, struct pair *p, const struct asked *first)
{
	enum err err;
	struct msg *body = decide_second(l, &p->asked, l->a.seq + 1, &err);
	bool same = err == p->err && !body == !p->body &&
		    (!body || strcmp(body->text, p->body->text) == 0);

	count.pairs++;
	if (!same)
		snprintf(l->why, WHY, "%s after %s: %s, %s",
			 command_specs[p->asked.command.type].name,
			 command_specs[first->command.type].name,
			 p->body ? p->body->text : err_names[p->err],
			 body ? body->text : err_names[err]);
	msg_unref(&body);
	return same || wrong(l, "does not commute");
}

static bool pairs_end(struct law *l, struct pair *pairs, const struct asked *first, bool granted)
{
	bool ok = true;

	for (int i = 0; i < PAIRS; i++) {
		if (granted && pairs[i].counts && ok)
			ok = pair_after(l, &pairs[i], first);
		msg_unref(&pairs[i].body);
		command_free(&pairs[i].asked.command);
	}
	return ok;
}

/* --- what happened -------------------------------------------------------------------------------
 */

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
			return wrong(l, "somebody is told nothing and has another view");
		}
	}
	return true;
}

/* A few of each kind from each seed, so that all kinds are there and the file is not too large. */
static void dump(struct law *l, const struct views *before, const struct event *e)
{
	struct views few = { .list = before->list };
	char name[64];

	if (!count.dump || ftell(count.dump) > count.dump_until)
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
		views_dump(&few, name, &l->a, e, count.dump);
	}
}

static bool check_after(struct law *l, const struct event *e)
{
	const struct person *p = state_person(&l->a, random_person(&l->a, &l->seed));

	if (!check_seats(&l->a, l->why) || !check_capacity(&l->a, l->why) ||
	    !check_sent(&l->a, e, l->why) || !check_sights(&l->a, &l->seed, l->why))
		return wrong(l, event_specs[e->type].name);
	l->had_organizer = l->had_organizer || check_organizer(&l->a, l->why);
	*l->why = '\0';
	if (l->had_organizer && !check_organizer(&l->a, l->why))
		return wrong(l, event_specs[e->type].name);
	if (!p)
		return true;
	if (!check_view(&l->a, p, l->why))
		return wrong(l, "view");
	if (!check_digest(&l->a, p, &l->seed, l->why))
		return wrong(l, "digest");
	count.answers++;
	return check_answer(&l->a, p, &l->seed, l->why) || wrong(l, "answer");
}

static bool happened(struct law *l, const struct step *step)
{
	struct views before = l->views;
	bool ok;

	count.events++;
	count.of_type[step->event.type]++;
	text_puts(&l->log, step->body->text);
	text_puts(&l->log, "\n");
	l->views = views_take(&l->a);
	dump(l, &before, &step->event);
	ok = (percent(&l->seed, 75) || same_states(l)) && check_untold(l, &before, &step->event) &&
	     check_after(l, &step->event);
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
		return wrong(l, "two states decide differently");
	if (err || verdict.already)
		return true;
	body = codec_write_event(&e, true);
	same = strcmp(body->text, step->body->text) == 0;
	msg_unref(&body);
	if (!same)
		return wrong(l, "two states make different events");
	state_reduce(&l->b, &e);
	return true;
}

static bool refused(struct law *l, const struct step *step, const char *before)
{
	char *after = step_state(&l->a);
	bool same = strcmp(before, after) == 0;

	free(after);
	count.refused++;
	count.err[step->err]++;
	return same || wrong(l, "a refusal changed the state");
}

static bool try(struct law *l, const struct asked *asked)
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
	if (granted && ok)
		ok = check_event(&l->a, &step.event, l->why) ||
		     wrong(l, event_specs[step.event.type].name);
	if (granted && ok) {
		state_reduce(&l->a, &step.event);
		ok = happened(l, &step);
	} else if (ok && before) {
		ok = refused(l, &step, before);
	}
	if (marked)
		ok = pairs_end(l, pairs, asked, granted && ok) && ok;
	free(before);
	step_free(&step);
	return ok;
}

/* --- one session ---------------------------------------------------------------------------------
 */

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
	return ok || wrong(l, "a command was granted twice");
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
	ok = try(l, &asked) && repeat(l);
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
			wrong(l, t.s);
		step_free(&step);
		text_free(&t);
	}
	return ok || wrong(l, "nonsense");
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
	ok = (ok && strcmp(a, b) == 0) || wrong(l, "a replay gives another state");
	ok = ok && bear_nonsense(l, &s);
	free(a);
	free(b);
	state_free(&s);
	return ok;
}

static void run(uint64_t seed)
{
	struct law l = { .seed = seed, .start = seed, .dump_seed = seed, .now = STEP_BEGIN };
	bool ok = true;
	unsigned step;

	for (step = 0; ok && step < STEPS; step++) {
		ok = step_on(&l, step);
		if (step == 150 && seed % 4 == 0 && l.a.people.n)
			ok = ok && talk_on(&l, LIMIT_WINDOW + 10);
	}
	ok = ok && same_states(&l) && replay(&l);
	count.seeds++;
	count.failed += !ok;
	if (count.loud)
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

static void summary(void)
{
	unsigned types = 0, all = 0;

	for (unsigned i = 1; i < EVT_COUNT; i++) {
		if (event_specs[i].log)
			continue;
		all++;
		types += count.of_type[i] != 0;
		printf("%-20s %8" PRIu64 "%s\n", event_specs[i].name, count.of_type[i],
		       count.of_type[i] ? "" : "  never happened");
	}
	printf("refused %" PRIu64 ", answered %" PRIu64 "\n", count.refused, count.answers);
	if (types != all && count.seeds >= SEEDS)
		count.failed++;
	printf("suite=law seeds=%u events=%" PRIu64 " types=%u/%u pairs=%" PRIu64 " failed=%u\n",
	       count.seeds, count.events, types, all, count.pairs, count.failed);
}

int main(int argc, char **argv)
{
	const char *only = getenv("SEED"), *is_long = getenv("LONG");
	uint64_t seeds = is_long ? SEEDS_LONG : SEEDS;

	if (argc == 3 && strcmp(argv[1], "--dump") == 0) {
		count.dump = fopen(argv[2], "w");
		if (!count.dump) {
			perror(argv[2]);
			return 2;
		}
	}
	count.loud = only != NULL;
	for (uint64_t i = 1; i <= seeds && !only; i++) {
		count.dump_until = (long)((double)DUMP_BYTES / (double)seeds * (double)i);
		run(i);
	}
	if (only) {
		count.dump_until = DUMP_BYTES;
		run(strtoull(only, NULL, 10));
	}
	if (count.dump && fclose(count.dump) != 0)
		return 2;
	summary();
	return count.failed != 0;
}
