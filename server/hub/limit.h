/* How often one person may ask, and how much may be said in one room: asked once, on arrival.
 * The generic cell rate algorithm (ITU-T I.371, annex A): one time for each kind of message instead
 * of a bucket, the time at which it would be empty again. */
#ifndef JOBALIKE_HUB_LIMIT_H
#define JOBALIKE_HUB_LIMIT_H

#include <stddef.h>
#include <stdint.h>

/* What one person has asked lately, or what was said in each room. Zeroed is valid. */
struct limits {
	struct limit {
		const void *what;
		int64_t empty_at;
	} * list;
	size_t n;
};

void limits_fini(struct limits *l);

/* May `what` (its spec) be asked now, at so many a minute with a burst of a third of that, at least
 * 5? Returns 0: yes, and it is counted; else after how many ms. */
int64_t limits_ask(struct limits *l, const void *what, unsigned per_minute, int64_t now);
/* The same with one each step_ms and a burst of so many. */
int64_t limits_take(struct limits *l, const void *what, int64_t step_ms, int64_t burst,
		    int64_t now);

#endif
