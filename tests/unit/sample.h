/* Messages made from the tables: what the descriptions allow, at its least and at its most. */
#ifndef JOBALIKE_TESTS_SAMPLE_H
#define JOBALIKE_TESTS_SAMPLE_H

#include <jansson.h>

#include "protocol/gen/protocol.h"

enum sample {
	SAMPLE_LEAST, /* no optional field, one letter, one item, the smallest number */
	SAMPLE_MOST   /* all fields, texts and numbers at their limits, two items */
};

/* A new object with such fields. */
json_t *sample_fields(const struct shape *shape, enum sample how);
json_t *sample_value(const struct field *f, enum sample how);
/* A text of so many graphemes. */
json_t *sample_text(size_t graphemes);

#endif
