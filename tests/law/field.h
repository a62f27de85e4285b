/* Random values, as commands, queries and events of the laws have them. */
#ifndef JOBALIKE_TESTS_LAW_FIELD_H
#define JOBALIKE_TESTS_LAW_FIELD_H

#include "tests/law/law.h"

/* Ids: now and then of something else, or of nothing. random_person (law.h) is never wrong. */
uint64_t random_who(const struct state *s, uint64_t *seed);
uint64_t random_room(const struct state *s, uint64_t *seed);
uint64_t random_line(const struct state *s, uint64_t *seed);
/* The key of an area, which the session may not have. */
const char *random_key(uint64_t *seed);
/* Writes the field into the object that is open. One of structs is left out. */
void put_field(const struct state *s, uint64_t *seed, const struct field *f, struct text *t);

#endif
