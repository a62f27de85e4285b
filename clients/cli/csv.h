/* Comma-separated values (RFC 4180): fields in double quotes may hold commas, line ends, and quotes
 * written twice. Lines end in LF or CRLF; empty lines are left out; a byte order mark is skipped.
 */
#ifndef JOBALIKE_CLI_CSV_H
#define JOBALIKE_CLI_CSV_H

#include <stdbool.h>
#include <stddef.h>

struct csv_row {
	char **fields;
	size_t n;
	size_t line; /* where it begins, from 1 */
};

struct csv {
	struct csv_row *rows;
	size_t n;
};

/* On false, why names line and column, and there is nothing to free. */
bool csv_read(const char *text, size_t len, struct csv *out, char *why, size_t size);
void csv_free(struct csv *csv);

#endif
