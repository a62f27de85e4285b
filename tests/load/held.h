/* How long the loops of our own servers were held in one turn, as their /metrics tell: by the
 * clock, and without what the turn waited for a CPU. */
#ifndef JOBALIKE_TESTS_LOAD_HELD_H
#define JOBALIKE_TESTS_LOAD_HELD_H

#include "tests/load/load.h"

#define HELD_SIZES 32

struct turns {
	double longest_ms; /* since the start */
	double edge_ms[HELD_SIZES];
	uint64_t turns[HELD_SIZES]; /* that took so long at most */
	int n;
};

struct held {
	struct turns lag[PORTS_MAX], own[PORTS_MAX]; /* of each instance */
};

struct held held_now(const struct load *l);
/* The longest turn in between: as it was if none was longer before, else at most so long. of: as in
 * print_waits. */
void print_held(const char *of, const struct held *then, const struct held *now);

#endif
