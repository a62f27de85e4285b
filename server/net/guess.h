/* How often one may be wrong about a secret that is short enough to be guessed: so many times a
 * minute, and after too many of them not at all for a while. Only wrong guesses count: a whole hall
 * may come in by the right one behind one address. Zeroed is valid; times are of any clock, in ms.
 */
#ifndef JOBALIKE_NET_GUESS_H
#define JOBALIKE_NET_GUESS_H

#include <stdbool.h>
#include <stdint.h>

#define GUESS_MINUTE      10 /* wrong ones a minute */
#define GUESS_MOST        30 /* wrong ones, not a quiet hour between two of them, and */
#define GUESS_LOCK_MS     INT64_C(900000) /* nothing is taken for so long */
#define GUESS_FORGIVE_MS  INT64_C(3600000)
#define GUESS_ALL_MINUTES 1000 /* wrong ones a minute of everybody together */

struct guesses {
	unsigned in_minute, wrong;
	int64_t minute_at, wrong_at, locked_until;
};

/* May one be tried? 0, or after how many ms. */
int64_t guess_ask(const struct guesses *g, unsigned a_minute, int64_t now);
/* It was wrong. most 0: never locked. */
void guess_wrong(struct guesses *g, unsigned most, int64_t now);
/* Nothing of it matters any more. */
bool guess_forgiven(const struct guesses *g, int64_t now);

#endif
