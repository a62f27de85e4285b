/* How often values of which size were seen, for operators: by powers of two. Zeroed is empty and
 * valid. Adding costs a few instructions and no memory. */
#ifndef JOBALIKE_BASE_TALLY_H
#define JOBALIKE_BASE_TALLY_H

#include <stdint.h>

#include "server/base/text.h"

#define TALLY_SIZES 32

struct tally {
	uint64_t upto[TALLY_SIZES]; /* values of at most 1 << i and above the one before; the last
				       has all that are larger */
	uint64_t n, sum, max;
};

static inline void tally_add(struct tally *t, uint64_t value)
{
	unsigned size = value <= 1 ? 0 : 64 - (unsigned)__builtin_clzll(value - 1);

	t->upto[size < TALLY_SIZES ? size : TALLY_SIZES - 1]++;
	t->n++;
	t->sum += value;
	if (value > t->max)
		t->max = value;
}

/* As a histogram that Prometheus reads (text format 0.0.4), with the buckets from 1 << first to
 * 1 << last; a value of one stands for unit of what the name says (1e-6 for microseconds in a name
 * that ends in _seconds). */
void tally_write(struct text *out, const char *name, const char *help, const struct tally *t,
		 double unit, unsigned first, unsigned last);

#endif
