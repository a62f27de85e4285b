/* The shorthand of vectors: what is written for people to read, made into events and commands. */
#ifndef JOBALIKE_TESTS_STORY_H
#define JOBALIKE_TESTS_STORY_H

#include <jansson.h>

#include "server/core/state.h"
#include "tests/lib/step.h"

/* The id of who or what is called so: a person by name, a room or topic by title, a line by its
 * words. False: nothing is. */
bool story_find(const struct state *s, const char *name, uint64_t *id);

/* One entry of `given` happens: ["rooms.moved","Ana","Blue"], or {"by":"Mo","command":...}.
 * why: one sentence when it cannot. */
bool story_tell(struct state *s, const json_t *entry, char *why, size_t why_size);

/* What a `when` is: who asks (0: the server), at which time, and the rest as the message it is. */
struct when {
	uint64_t by;
	int64_t at;
	json_t *message;
};

bool story_when(const struct state *s, const json_t *when, struct when *out, char *why,
		size_t why_size);

/* expected is a part of actual: every field it names, lists item by item; null: there is no such
 * field. Where actual has a number, "+90000" is a time, that many ms after the beginning, and other
 * strings are names. */
bool story_match(const struct state *s, const json_t *expected, const json_t *actual, char *why,
		 size_t why_size);

#endif
