/* A log of whatever events, one JSON object a line: it is reduced to a state in which everybody
 * sits where they sit, of which every view has its shape, and which a second reading gives again.
 */
#include "protocol/codec.h"
#include "server/core/export.h"
#include "tests/fuzz/fuzz.h"
#include "tests/law/law.h"

#define EVENTS 300

static bool nobody(void *arg, uint64_t id)
{
	(void)arg;
	return id % 2;
}

/* Positions are given by the store. */
static void fold(struct state *s, struct bytes in)
{
	char *line;

	for (int i = 0; i < EVENTS && (line = take_line(&in)); i++) {
		struct event e;

		if (codec_event(line, strlen(line), &e) == OK) {
			e.seq = s->seq + 1;
			state_reduce(s, &e);
			event_free(&e);
		}
		free(line);
	}
}

/* Logs may be of another version, with other limits, and other words; never of another shape. */
static bool is_of_limits(const char *why)
{
	static const char *const limits[] = { "is not a word", "is empty", "not at most",
					      "out of bounds", "whom a ticket is about" };

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (strstr(why, limits[i]))
			return true;
	return false;
}

static void look(const struct state *s, const struct person *p)
{
	struct text t = { 0 };
	char why[WHY] = "";

	if (!check_view(s, p, why) && !is_of_limits(why))
		fail(why);
	view_digest(s, p, nobody, NULL, &t);
	text_clear(&t);
	export_json(s, p, &t);
	text_clear(&t);
	export_markdown(s, p, &t);
	text_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { (const char *)data, size };
	struct state s = { 0 }, again = { 0 };
	bool seen[ROLE_COUNT] = { false };
	const char *command = NULL;
	char why[WHY] = "", *a, *b;

	fold(&s, in);
	must(check_seats(&s, why));
	for (size_t i = 0; i < s.people.n; i++) {
		const struct person *p = s.people.list[i];

		if (!p->seated || seen[p->role])
			continue;
		seen[p->role] = true;
		look(&s, p);
	}
	must((state_due(&s, &command) != 0) == (command != NULL));
	fold(&again, in);
	a = step_state(&s);
	b = step_state(&again);
	must(strcmp(a, b) == 0);
	free(a);
	free(b);
	state_free(&s);
	state_free(&again);
	return 0;
}
