/* Timers: a heap of times and what to call then. One thread. */
#ifndef JOBALIKE_CLI_TIMER_H
#define JOBALIKE_CLI_TIMER_H

#include <stddef.h>
#include <stdint.h>

/* Embedded by its owner, who clears it before it goes. Zeroed, but for fire and arg, is valid. */
struct timer {
	void (*fire)(void *arg);
	void *arg;
	int64_t at;
	size_t place; /* in the heap, from 1; 0: not set */
};

struct timers {
	struct timer **heap;
	size_t n;
};

/* Sets it, or sets it anew. when 0: not at all. */
void timers_set(struct timers *t, struct timer *timer, int64_t when);
void timers_clear(struct timers *t, struct timer *timer);
/* Of the earliest; 0: there is none. */
int64_t timers_next(const struct timers *t);
/* Calls those that are due, each once, in order of time. They may set and clear timers. */
void timers_run(struct timers *t, int64_t now);
void timers_fini(struct timers *t);

#endif
