/* Which characters people may send, and how much of them.
 *
 * text: line breaks and tabs, no other controls; characters that turn the direction of what follows
 *       are taken out, as they come unseen with pasted text; at most 16 marks on one another.
 * line: no line breaks, no controls, nothing that is not seen, at most 3 marks on one another (a
 *       Tibetan name such as Dolma has three); space around it is taken off.
 * name: a line, and nothing that looks like nothing or means something else everywhere: no fillers,
 *       no code points that are not assigned.
 * All: NFC, 1 to max graphemes, not only white space, no private use, no noncharacters. What joins
 * emoji and the letters of scripts that need it (ZWJ, ZWNJ, tags of flags) may stand in lines,
 * there. */
#ifndef JOBALIKE_PROTOCOL_CODEC_TEXT_H
#define JOBALIKE_PROTOCOL_CODEC_TEXT_H

#include <stddef.h>

#include "protocol/gen/protocol.h"

/* A grapheme may be long; so many bytes are four for each grapheme allowed and 64 more. */
static inline size_t codec_text_bytes(size_t max)
{
	return 4 * max + 64;
}

/* kind: FIELD_TEXT, FIELD_LINE or FIELD_NAME. s is valid UTF-8. *out is what to take instead, the
 * caller's to free(), or NULL when s is right as it is. ERR_TOO_LARGE or ERR_BAD_REQUEST: *out is
 * NULL. */
enum err codec_text(enum field_kind kind, size_t max, const char *s, char **out);

/* 1 to 32 of A-Z a-z 0-9 _ - */
bool codec_word(const char *s);

#endif
