/* Who comes: a CSV file whose first line names its columns. name and school have to be there; job,
 * area, language (en or zh), role and arrive_s (seconds from the beginning) may be, in any order.
 */
#ifndef JOBALIKE_CLI_ROSTER_H
#define JOBALIKE_CLI_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clients/cli/csv.h"
#include "protocol/gen/protocol.h"

/* Texts are the file's; one that is absent or empty is NULL. */
struct attendee {
	const char *name, *school, *job, *area;
	enum language language;
	enum role role;    /* 0: not said */
	int64_t arrive_ms; /* -1: not said */
};

struct roster {
	struct attendee *list;
	size_t n;
	struct csv csv; /* what the texts point into */
};

/* On false, why names line and column, and there is nothing to free. */
bool roster_read(const char *text, size_t len, struct roster *out, char *why, size_t size);
void roster_free(struct roster *r);

#endif
