/* Reading and writing the messages of the protocol, driven by the tables of gen/protocol.c.
 * Nothing here knows what a message means. Strings are checked UTF-8, brought to NFC, and measured
 * in graphemes (field `max`) and bytes; ids are whole numbers below 2^53, which browsers can hold.
 */
#ifndef JOBALIKE_PROTOCOL_CODEC_H
#define JOBALIKE_PROTOCOL_CODEC_H

#include <jansson.h>

#include "protocol/gen/protocol.h"
#include "server/base/msg.h"
#include "server/base/text.h"

/* What came up. Texts point into json, lists into memory of their own; both end with upward_free.
 */
enum up { UP_NONE, UP_HELLO, UP_COMMAND, UP_QUERY, UP_SIGNAL };

struct upward {
	enum up kind;
	union {
		struct hello hello;
		struct command command;
		struct query query;
		struct signal signal;
	};
};

/* Where it went wrong. */
struct blame {
	bool has_n;
	uint64_t n;     /* of the message, when it could be read */
	char field[33]; /* the field to blame, or "" */
};

/* Checks size, depth, number of keys and UTF-8 before parsing, then every field by its table;
 * unknown fields, duplicate keys, and commands no person may ask for (no roles) are refused. blame
 * is always filled. After an error there is nothing to free. */
enum err codec_read(const char *text, size_t len, struct upward *out, struct blame *blame);
void upward_free(struct upward *u);

/* One command from parsed JSON (its reference is taken over, also on error), any command: for those
 * the server asks itself and for tools. n may be absent and is 0 then. */
enum err codec_command(json_t *json, struct command *out, struct blame *blame);
void command_free(struct command *c);

/* An event of a log. Unknown fields are ignored and limits are not asked, as logs may be written by
 * another version; an unknown event, or an unknown word of an enum, is ERR_NOT_FOUND. A text, line
 * or name that is missing was erased and reads as NULL, required or not. Texts live until
 * event_free, most of them in out->lists and without any JSON. */
enum err codec_event(const char *text, size_t len, struct event *out);
void event_free(struct event *e);

/* Writes an event: whole, as it is stored, or without its private fields, as it is sent. Texts are
 * NULL when they were erased, and left out. */
struct msg *codec_write_event(const struct event *e, bool whole);

/* Does this JSON have exactly that shape, with what is absent left out (no false, 0 or [] in an
 * optional field)? For tests and for what comes down. why: one sentence, "" when it has. */
bool codec_check(const struct shape *shape, const json_t *json, char *why, size_t why_size);

#endif
