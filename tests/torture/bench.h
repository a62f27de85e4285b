/* A log that is made and grows in batches of three, on any store: what was acknowledged is there, a
 * batch is there whole or not at all, and one refusal does not keep the next attempt from
 * succeeding. */
#ifndef JOBALIKE_TESTS_TORTURE_BENCH_H
#define JOBALIKE_TESTS_TORTURE_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "server/store/store.h"
#include "tests/torture/torture.h"

#define BATCH   3
#define BATCHES 4

struct bench {
	uv_loop_t loop;
	struct store *store;
	char log[32];
	bool came, closed;
	enum err err;
	char epoch[STORE_EPOCH_MAX + 1];
	uint64_t head;  /* of what was read */
	bool in_order;  /* and it was what was appended */
	uint64_t heard; /* events told of the followed log */
};

/* For the store: arg is the bench. */
void bench_notice(void *arg, const struct store_notice *n);
/* Follows the log, appends and reads; what was done by half, or NULL. */
const char *bench_fill(struct bench *b, struct promised *p);
/* And drops it. */
const char *bench_drop(struct bench *b, struct promised *p);
/* Is what was acknowledged there? Reads the log: what is wrong, or NULL. */
const char *bench_check(struct bench *b, const struct promised *p);
/* Closes the store; and: the loop too. */
void bench_close(struct bench *b);
void bench_finish(struct bench *b);

#endif
