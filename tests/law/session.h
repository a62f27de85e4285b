/* One random session while it is held against the laws. session.c leads it from its first command
 * to the replay of its log, try.c sees what comes of each command, pairs.c whether it commutes. */
#ifndef JOBALIKE_TESTS_LAW_SESSION_H
#define JOBALIKE_TESTS_LAW_SESSION_H

#include "tests/law/law.h"

/* What all sessions come to, and where it is told. */
struct report {
	unsigned seeds, failed;
	uint64_t events, refused, pairs, answers;
	uint64_t of_type[EVT_COUNT];
	FILE *dump; /* of what people saw; NULL: none */
	long dump_until;
	bool loud; /* prints the log */
};

/* One session: the same log in two states. */
struct law {
	struct report *report;
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

/* session.c: what happens from that seed on. Prints what is wrong. */
void session_run(uint64_t seed, struct report *report);
/* Says what, before the why that is there; always false. */
bool session_wrong(struct law *l, const char *what);
bool session_same_states(struct law *l);

/* try.c: somebody asks, and it is granted or refused in both states, with all that must hold then.
 */
bool try_command(struct law *l, const struct asked *asked);

/* pairs.c: commands of others, decided before and after a marked one. */
#define PAIRS 3

struct pair {
	struct asked asked;
	enum err err;
	struct msg *body;
	bool counts;
};

void pairs_before(struct law *l, const struct asked *first, struct pair *pairs);
/* Ends them too; they are compared if the first was granted. */
bool pairs_after(struct law *l, const struct asked *first, struct pair *pairs, bool granted);

#endif
