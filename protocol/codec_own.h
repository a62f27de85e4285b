/* Events straight from the bytes of a log, and commands from those of a client, without building a
 * tree of them first.
 *
 * Only what looks exactly as codec_write_event writes it is taken: keys in the order of the tables,
 * nothing twice, nothing unknown, no space, no list, texts of valid UTF-8. Whatever else a log may
 * hold (of another version, by another hand, damaged) is left to the parser, which also says what
 * is wrong. What is taken, the parser would have read the same: a fuzz target and a test of random
 * changes hold the two together. */
#ifndef JOBALIKE_PROTOCOL_CODEC_OWN_H
#define JOBALIKE_PROTOCOL_CODEC_OWN_H

#include "protocol/codec.h"

/* False: it is for the parser, and out is as it was. Texts live in out->lists. */
bool codec_own_event(const char *text, size_t len, struct event *out);

/* The same for a command from outside, as our own clients write it: the command, n, its fields in
 * the order of the table. It is held against all that its description says; whatever is refused, or
 * unusual, is for the parser. */
bool codec_own_command(const char *text, size_t len, struct command *out);

/* The parser's road, which reads all that codec_read and codec_event read. */
enum err codec_parsed(const char *text, size_t len, struct upward *out, struct blame *blame);
enum err codec_parsed_event(const char *text, size_t len, struct event *out);

#endif
