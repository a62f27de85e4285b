/* How long a turn of the loop holds it: what comes meanwhile waits. A turn begins as the kernel
 * lets the loop go on, and ends before the loop may wait again. One loop for each process. */
#ifndef JOBALIKE_NET_LAG_H
#define JOBALIKE_NET_LAG_H

#include <stdint.h>

struct lag {
	uint64_t ns;  /* by the clock */
	uint64_t own; /* ns of it that were not spent waiting for a CPU that others had: the CPU
			 time of this thread, or all if the turn waited for anything else */
};

/* The kernel was asked to wait, and has let the loop go on. */
void lag_begin(void);
/* The turn is over; zeroes for the first. The next one begins here, unless it waits before. */
struct lag lag_end(void);

#endif
