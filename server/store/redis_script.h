/* The scripts that Redis runs for us, each whole or not at all. Run by their hash, which Redis
 * knows after the first time; it forgets when it restarts or is told to (NOSCRIPT): then the text
 * is sent again.
 *
 * All begin with what is known of a log (look), and make its epoch anew when this Redis is not the
 * one that is noted. They answer with an array: a word, the epoch, the head, and what the word
 * needs; `damaged` brings a sentence instead of the head. */
#ifndef JOBALIKE_STORE_REDIS_SCRIPT_H
#define JOBALIKE_STORE_REDIS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "server/base/text.h"
#include "server/store/redis_link.h"

enum redis_script {
	/* keys about log next; who channel epoch first before n, then body chain of each.
	 * ok; conflict, before, records; wait, -, ms; none, it was dropped */
	SCRIPT_APPEND,
	/* keys about log; from, count. ok, before, records; none */
	SCRIPT_READ,
	/* keys about log of each. (epoch head chain) of each, without a word */
	SCRIPT_HEADS,
	/* keys about log spare; seq stub hash channel. ok; none */
	SCRIPT_ERASE,
	/* keys about log; channel. ok */
	SCRIPT_DROP,
	/* as SCRIPT_APPEND, of records that the log has lost. ok; conflict; none */
	SCRIPT_RESTORE,
	N_SCRIPTS
};

/* A command being written. Zeroed is valid. */
struct redis_words {
	const char **words;
	size_t *lens;
	size_t n;
	char **copies;
	size_t n_copies;
};

/* These bytes must stay until it is sent; what words_put and words_number add is copied. */
void words_add(struct redis_words *w, const char *bytes, size_t len);
void words_put(struct redis_words *w, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Forgets them. */
void words_free(struct redis_words *w);
/* Sends them, and forgets them. */
bool words_send(struct redis_words *w, struct link *l, reply_fn *fn, void *arg);
/* The same, of what has no reply of its own. */
bool words_tell(struct redis_words *w, struct link *l);

/* The hash of each script; once. */
void scripts_init(void);
/* The beginning of a command: keys, then arguments, come next. whole: with the text of the script
 * instead of its hash. */
void script_begin(struct redis_words *w, enum redis_script script, bool whole, size_t n_keys);

#endif
