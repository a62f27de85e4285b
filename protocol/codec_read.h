/* From parsed JSON into the structs of gen/protocol.h, field by field, by the tables. For codec.c.
 */
#ifndef JOBALIKE_PROTOCOL_CODEC_READ_H
#define JOBALIKE_PROTOCOL_CODEC_READ_H

#include <jansson.h>

#include "protocol/codec.h"

#define ID_MAX   ((json_int_t)9007199254740991) /* 2^53 - 1, as far as browsers count */
#define TIME_MAX ((json_int_t)253402300799999)  /* the end of the year 9999 */

struct reader {
	/* false: a message from outside, held against all that its description says. true: an event
	 * of a log, perhaps written by another version or erased: unknown fields are ignored,
	 * limits are not asked, and texts that are not there are NULL. */
	bool lenient;
	void *lists; /* grows; the message's from then on */
	struct blame *blame;
};

/* Puts the name of the field to blame; only words are repeated. */
void read_blame(struct blame *blame, const char *field);

/* Fills *out, a struct of shape->size. envelope: names that are not of the shape, up to NULL.
 * Texts point into json, whose strings may have been replaced by their normal form. */
enum err read_fields(struct reader *r, const struct shape *shape, json_t *json,
		     const char *const *envelope, void *out);

/* An id from first on. */
bool read_id(const json_t *json, json_int_t first, uint64_t *out);

/* Memory of so many items, zeroed; it ends with the reader's lists. */
void *read_new_list(struct reader *r, size_t n, size_t size);
void read_lists_free(void *lists);

/* May this field be missing? lenient: in an event of a log. */
bool read_may_be_absent(const struct field *f, bool lenient);
/* 0: there is no such command. outside: somebody asks it, who may only name what somebody has the
 * role for. */
enum command_type read_command_type(const char *name, bool outside);
/* 0: there is no such event. */
enum event_type read_event_type(const char *name);

#endif
