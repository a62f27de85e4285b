/* A crowd: many people in one process, each with a connection of their own. Private to crowd.c (the
 * whole: options, beginning, end), member.c (one person), member_ticket.c (their ticket), act.c
 * (what they do by the script), crowd_orders.c (what is typed meanwhile). */
#ifndef JOBALIKE_CLI_CROWD_H
#define JOBALIKE_CLI_CROWD_H

#include <stdio.h>

#include "clients/cli/enter.h"
#include "clients/cli/ledger.h"
#include "clients/cli/roster.h"
#include "clients/cli/script.h"
#include "clients/cli/session.h"
#include "clients/cli/sign.h"

#define RECENT 16 /* lines to reply or react to */

struct crowd;

/* What a person asked and has no word of yet. */
struct asked {
	struct asked *prev, *next;
	uint64_t n, room; /* room: of a line */
	char *text;       /* of a line; NULL: something else */
	enum asked_for { FOR_SCRIPT, FOR_ORDER, FOR_BARRIER, FOR_PROOF } why;
	uint64_t proof; /* the line that is looked for */
};

struct member {
	struct crowd *crowd;
	size_t index;
	const struct attendee *who;
	struct session *session; /* NULL: not here yet, or over */
	char *ticket;
	struct timer arrive, act, topic_due;
	uint64_t dice;
	bool joined; /* was live once */
	bool over;
	bool passed; /* at the end: everything before has arrived */
	uint64_t said;
	struct asked *asked;

	/* of the last view, and of events since */
	json_t *rooms, *areas, *topics;
	uint64_t room, topic;
	bool hand;
	struct {
		uint64_t id;
		char author[64];
	} recent[RECENT];
	size_t n_recent;
};

struct crowd {
	const struct subcommand *self;
	struct visitor visitor;
	struct place place;
	struct net *net;
	struct roster roster;
	struct script script;
	bool has_script, paused;
	bool has_keys;
	struct keys keys;
	struct ledger *ledger;
	FILE *log;
	struct member *members;
	size_t joined, over, asking; /* asking: for tickets, now */
	size_t refusals[ERR_COUNT];
	size_t drops;
	int64_t rate, seconds, seed;
	enum { CROWD_ON, CROWD_SETTLING, CROWD_PROVING, CROWD_DONE } phase;
	struct timer clock; /* of the phase */
	uint64_t proving;   /* the line that history is asked for */
	int status;
};

/* crowd.c */
void crowd_begin_end(struct crowd *c); /* no more acts; settle, prove, stop */
void crowd_check_end(struct crowd *c); /* is this phase of the end over? */
void crowd_print_stats(const struct crowd *c);
void crowd_joined(struct crowd *c);
void crowd_log(struct crowd *c, json_t *line); /* takes the reference */

/* member.c */
void member_init(struct member *m, struct crowd *c, size_t index);
void member_fini(struct member *m);
void member_ask(struct member *m, json_t *message, enum asked_for why, uint64_t proof);
void member_say(struct member *m, const char *text, uint64_t reply, enum asked_for why);
/* Are there commands without an answer? */
bool member_is_busy(const struct member *m);
void member_connect(struct member *m); /* with their ticket */
void member_end(struct member *m, const char *why);

/* member_ticket.c */
void member_arrive(void *member);

/* act.c */
void act_begin(struct member *m); /* sets the time of the next act */
void act_topic(struct member *m); /* a topic was pushed */
void act_on_time(void *member);
void act_on_topic(void *member);

/* crowd_orders.c */
void crowd_order(void *crowd, char *line);

#endif
