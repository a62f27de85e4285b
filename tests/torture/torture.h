/* Torture: everything is done once, and then again and again with one allocation refused, the
 * first, the second, up to the last. Whatever code it hits, ours or a library's, the outcome is one
 * of two: the work ends in a clean error and leaves nothing behind, or the process ends at once
 * saying that it is out of memory (x_end), and what it had promised before is true.
 *
 * Each attempt is a process of its own. malloc and its kin are this program's (alloc.c). */
#ifndef JOBALIKE_TESTS_TORTURE_H
#define JOBALIKE_TESTS_TORTURE_H

#include <stdbool.h>
#include <stddef.h>

/* --- allocations (alloc.c) --- */

/* The nth one from now on is refused; 0: none. Counts from 0 again. */
void alloc_arm(unsigned long nth);
/* Asked for since then, by all threads. */
unsigned long alloc_count(void);
/* Now held. */
long alloc_held(void);

/* --- what is done --- */

/* What outlives an attempt. */
struct promised {
	unsigned attempt;       /* which one this is; its number is in the names of its files */
	unsigned long kept;     /* records that were acknowledged */
	bool dropping, dropped; /* all of them were to go, and are gone for certain */
};

struct victim {
	const char *name;
	/* Before anything is refused, in the process that forks. May be NULL. */
	void (*prepare)(void);
	/* Returns NULL, or in a sentence what was done by half. Frees all it took. */
	const char *(*work)(struct promised *p);
	/* In a process of its own, without refusals, after the attempt ended. May be NULL. */
	const char *(*inspect)(const struct promised *p);
};

extern const struct victim codec_victim, reducers_victim, tickets_victim, conf_victim,
	memory_victim, sqlite_victim, redis_victim;

/* A log to work on: lines of JSON. (From a kept corpus of the fuzz targets.) */
char *torture_file(const char *path);

#endif
