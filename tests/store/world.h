/* Instances on one memory store without a loop: time goes by hand, and each parcel has its fate. */
#ifndef JOBALIKE_TESTS_STORE_WORLD_H
#define JOBALIKE_TESTS_STORE_WORLD_H

#include "server/store/held.h"
#include "server/store/memory.h"
#include "tests/lib/seat.h"
#include "tests/store/files.h"

#define HANDLES 3

struct world;

struct instance {
	struct world *world;
	struct store *store;
	uint64_t last; /* delivered, in order */
	bool live, gone;
	unsigned n_notices, n_answers;
	enum store_news ending; /* RESET or BROKEN, or 0 */
	enum err err;           /* of the last answer */
	char epoch[STORE_EPOCH_MAX + 1];
	uint64_t told; /* the highest position that an answer was OK for */
	uint64_t asked;
	bool asking; /* one append at a time, as the hub does */
};

struct world {
	struct memory *memory;
	struct memory_faults faults;
	struct memory_fate next[16]; /* by what: the fate of the next parcels of this kind */
	struct instance instances[HANDLES];
	uint64_t seed;
	unsigned rate; /* of 100 parcels, how many suffer; 0: next[] alone says */
	uint64_t trace;
	int64_t now, ticked;
};

uint64_t chance(struct world *w, uint64_t below);
struct world *world_new(uint64_t seed);
/* Log "a" with one record, by instance 0, without faults. */
struct world *world_begun(void);
void world_free(struct world *w);
/* Time goes on by ms, with a tick for all every 500 ms. */
void go(struct world *w, int64_t ms);
/* Notes the answer of an append or an erasure; arg is the instance. */
void on_done(void *arg, const struct store_answer *a);
/* Instance i appends its own record at `seq`. */
void say(struct world *w, size_t i, uint64_t seq);

#endif
