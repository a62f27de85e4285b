/* Are two messages of one shape the same? For tests that read one in two ways. */
#ifndef JOBALIKE_TESTS_LIB_SAME_H
#define JOBALIKE_TESTS_LIB_SAME_H

#include <string.h>

#include "protocol/codec.h"

/* What a message was read as by the parser; NULL: by the short road. */
static inline const json_t *json_of(const struct upward *u)
{
	switch (u->kind) {
	case UP_HELLO:
		return u->hello.json;
	case UP_COMMAND:
		return u->command.json;
	case UP_QUERY:
		return u->query.json;
	case UP_SIGNAL:
		return u->signal.json;
	case UP_NONE:
		break;
	}
	return NULL;
}

/* Of everything but structs and lists. */
static inline bool same_value(const struct field *f, const void *a, const void *b)
{
	const char *one, *other;

	switch (f->kind) {
	case FIELD_ID:
	case FIELD_TIME:
		return memcmp(a, b, sizeof(uint64_t)) == 0;
	case FIELD_INT:
		return memcmp(a, b, sizeof(int)) == 0;
	case FIELD_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case FIELD_ENUM:
		return memcmp(a, b, sizeof(unsigned)) == 0;
	case FIELD_TEXT:
	case FIELD_LINE:
	case FIELD_NAME:
	case FIELD_WORD:
		memcpy(&one, a, sizeof(one));
		memcpy(&other, b, sizeof(other));
		return one && other ? strcmp(one, other) == 0 : one == other;
	case FIELD_STRUCT:
	case FIELD_LIST:
		break;
	}
	return false;
}

static inline bool same_command(const struct command *a, const struct command *b)
{
	const struct command_spec *spec = &command_specs[a->type];

	if (a->type != b->type || a->n != b->n)
		return false;
	for (size_t i = 0; i < spec->fields->n; i++) {
		const struct field *f = &spec->fields->fields[i];
		size_t at = spec->body + f->offset;

		/* A list or a struct that is there is never taken by the short road. */
		if (f->kind != FIELD_LIST && f->kind != FIELD_STRUCT &&
		    !same_value(f, (const char *)a + at, (const char *)b + at))
			return false;
	}
	return true;
}

#endif
