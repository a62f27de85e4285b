/* What the files of a human know of each other. human.c is their life, screen.c what reaches them,
 * wish.c what they wait for, ask.c what they may think of. */
#ifndef JOBALIKE_TESTS_SIM_HUMAN_H
#define JOBALIKE_TESTS_SIM_HUMAN_H

#include <jansson.h>

#include "tests/sim/sim.h"

/* screen.c: what is sent to the peer of a human. */
extern const struct peer_ops screen_ops;

/* ask.c: some command that one of this role may think of, without n. */
json_t *ask_anything(struct human *h);

/* wish.c: a new wish, offered at once. Whoever offers is connected. */
void wish_make(struct human *h);
/* All that are unsure are offered once more. */
void wish_offer_again(struct human *h);
/* Those that hello asks about, at most LIMIT_PENDING; returns how many. */
size_t wish_pending(const struct human *h, uint64_t *list);

/* What is heard of them: of one that it is at seq in the history of the screen, or that it was
 * refused with that word; */
void wish_acked(struct human *h, uint64_t n, uint64_t seq);
void wish_refused(struct human *h, uint64_t n, const char *word);
/* of all, that hello was answered, that the screen shows its history now, and that the connection
 * ended. */
void wish_welcome(struct human *h);
void wish_history(struct human *h);
void wish_cut(struct human *h);

#endif
