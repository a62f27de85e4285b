/* Join codes: six characters that lead to a session, to be read from a screen and typed. A code
 * follows from the session's id and the installation's key, so that every instance knows it and
 * nothing is kept but a table of them. There are 31^6 = 887 million (29.7 bits). */
#ifndef JOBALIKE_NET_CODE_H
#define JOBALIKE_NET_CODE_H

#include <stdbool.h>

#include "server/hub/directory.h"
#include "server/net/keys.h"

#define CODE_SIZE     7                           /* with its NUL */
#define CODE_AFTER_MS (INT64_C(24) * 3600 * 1000) /* good for so long after the planned end */

void code_of(const struct keys *k, const char *session, char out[CODE_SIZE]);
/* As it is typed: in any case, with blanks and dashes. False: it is no code. */
bool code_read(const char *text, char out[CODE_SIZE]);
/* Is the code of this session good now? */
bool code_is_live(const struct directory_put *session, int64_t now);
/* The codes of all sessions of the list, each computed once. Zeroed is valid: none yet. */
struct codes {
	struct coded *all; /* by code */
	const struct entry *last;
	unsigned begun; /* the list that this is of */
};

/* Takes in what the list has that is not here yet, at most so many. */
void codes_read(struct codes *c, const struct keys *k, const struct directory *d, size_t most);
/* Forgets them: the key is another one. */
void codes_fini(struct codes *c);
/* The session of a code that is good now, or NULL. Two sessions of one code are none. */
const struct directory_put *code_find(struct codes *c, const struct keys *k,
				      const struct directory *d, const char code[CODE_SIZE],
				      int64_t now);

#endif
