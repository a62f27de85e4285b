/* How often one person may ask: asked once, on arrival.
 * The generic cell rate algorithm (ITU-T I.371, annex A): one time for each kind of message instead
 * of a bucket, the time at which it would be empty again. */
#ifndef JOBALIKE_HUB_LIMIT_H
#define JOBALIKE_HUB_LIMIT_H

#include <stddef.h>
#include <stdint.h>

/* What one person has asked lately. Zeroed is valid. */
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

#endif
