/* Writing Markdown (CommonMark, with GitHub's additions) around words that strangers wrote.
 * Whatever they wrote comes out as plain words: everything that could begin markup, HTML, a link or
 * an entity is escaped; control characters and marks that turn the direction of the text around it
 * are left out. Zeroed text is fine, as ever. */
#ifndef JOBALIKE_CORE_MARKDOWN_H
#define JOBALIKE_CORE_MARKDOWN_H

#include "server/base/text.h"

/* Within a line, also at its beginning: line ends become spaces. NULL writes nothing. */
void markdown_words(struct text *out, const char *words);

/* As a block of its own: every line behind the prefix ("> "), line ends kept. Ends in a newline. */
void markdown_block(struct text *out, const char *prefix, const char *words);

/* "2026-11-22 09:00:00", of Unix milliseconds, UTC. */
void markdown_time(struct text *out, int64_t at);
/* "09:00:00" */
void markdown_clock(struct text *out, int64_t at);

#endif
