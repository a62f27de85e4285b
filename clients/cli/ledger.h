/* The books of a crowd: what was said and acknowledged against what each screen showed. Pure.
 *
 * Each person's screen is a list of stretches: a view begins one, and every line of the room one
 * sits in that comes after it belongs to it. All lines that anybody here has seen, or was told are
 * in the log, are known; a stretch that lacks one of its room between its ends has a hole. So is a
 * window of a view that lacks one. */
#ifndef JOBALIKE_CLI_LEDGER_H
#define JOBALIKE_CLI_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ledger;

struct ledger *ledger_new(size_t n_people);
void ledger_free(struct ledger *l);

/* People are 0 to n_people - 1. by and n name a command; by is the person's id in the session. */
void ledger_said(struct ledger *l);
/* Command n of this person is line seq of the room. */
void ledger_taken(struct ledger *l, size_t person, uint64_t n, uint64_t seq, uint64_t room);

/* The person sits in room and is shown the state at seq, with these lines, the last of the room.
 * all: these are all that the room has. */
void ledger_view(struct ledger *l, size_t person, uint64_t seq, uint64_t room,
		 const uint64_t *lines, size_t n_lines, bool all);
/* A line is shown; texts of one seq have to be equal. n: 0 when it is not told. */
void ledger_line(struct ledger *l, size_t person, uint64_t seq, uint64_t room, uint64_t by,
		 uint64_t n, const char *text);
/* Another event was received: the screen is at seq. */
void ledger_event(struct ledger *l, size_t person, uint64_t seq);
/* An event came that was received before, or came late. */
void ledger_disorder(struct ledger *l, size_t person, uint64_t seq);
/* A line that the server's history was asked for is there, or is not. */
void ledger_found(struct ledger *l, uint64_t seq, bool is_there);

/* The next acknowledged line after seq that no screen has shown: it has to be asked for. 0: none.
 */
uint64_t ledger_unseen(const struct ledger *l, uint64_t seq, size_t *person, uint64_t *room);

struct ledger_sum {
	size_t said, acked;
	size_t lost;    /* acknowledged and not there */
	size_t doubled; /* told twice, or two lines of one command */
	size_t holes;   /* lines missing in the middle of a screen, or with other words */
	size_t unseen;  /* acknowledged, on no screen, and not asked for */
};
struct ledger_sum ledger_sum(const struct ledger *l);

#endif
