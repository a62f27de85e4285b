/* Messages from words: `rooms.move who=17 to=23` becomes {"command":"rooms.move","who":17,"to":23},
 *by the tables of the protocol. What a value looks like depends on its type:
 *
 *	17   yes, no, on, off   a text   a word of an enum   2026-11-22T09:00Z for a time
 *	1,4                     a list of ids or words
 *	hr=Human Resources/人力资源,fin=Finance      a list of areas: first field, =, the others by
 * /
 *	[{"key":"hr","en":"..."}]                    any value, as JSON: of lists and structures
 */
#ifndef JOBALIKE_CLI_WORDS_H
#define JOBALIKE_CLI_WORDS_H

#include <jansson.h>
#include <stddef.h>

#include "protocol/gen/protocol.h"
#include "server/base/text.h"

/* words[0] is the name of a command or query. NULL: why says what is wrong. */
json_t *words_message(char *const *words, size_t n, struct text *why);
/* One value of that field. NULL: why says what is wrong. */
json_t *words_value(const struct field *field, const char *text, struct text *why);
/* What a value of this field looks like: "id", "one of en, zh", "text, at most 2000". */
void words_type(const struct field *field, struct text *out);
/* Parts a line at its spaces, in place; what stands in double quotes is one word, without them.
 * Returns how many words there are, most at most. */
size_t words_split(char *rest, char **words, size_t most);
/* The command or query of that name; NULL in both: there is none. */
void words_find(const char *name, const struct command_spec **command,
		const struct query_spec **query);

#endif
