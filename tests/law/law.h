/* The laws of the core, on random sessions: everything that happens is a function of the seed. */
#ifndef JOBALIKE_TESTS_LAW_H
#define JOBALIKE_TESTS_LAW_H

#include "protocol/codec.h"
#include "tests/lib/chance.h"
#include "tests/lib/step.h"

/* --- what people ask (ask.c) --- */

#define SUBS 14 /* tickets in a random session */

/* Somebody asks something. by 0: the server. */
struct asked {
	uint64_t by;
	struct command command; /* command_free */
};

/* A random command, legal or not, most often of somebody who may ask it. early: the session is
 * still wanted, do not close it. */
void ask(const struct state *s, uint64_t *seed, bool early, struct asked *out);
/* One that is marked `commutes`. */
void ask_commuting(const struct state *s, uint64_t *seed, struct asked *out);
/* The command that opens a session. */
void ask_open(uint64_t *seed, struct asked *out);
/* What is due, if it is due by then. */
bool ask_due(const struct state *s, int64_t now, struct asked *out);
/* A random query of one who is seated; upward_free. */
void ask_query(const struct state *s, uint64_t *seed, struct upward *out);
/* Some event that nobody decided, as JSON: of any type, about anything, now and then with its texts
 * erased. */
void ask_nonsense(const struct state *s, uint64_t *seed, struct text *out);
/* A person of the state, or 0 (field.c). */
uint64_t random_person(const struct state *s, uint64_t *seed);

/* --- what always holds (check.c) --- */

#define WHY 512

/* All of these: false, and one sentence in why, when it does not hold. */
bool check_seats(const struct state *s, char *why);
bool check_capacity(const struct state *s, char *why);
bool check_organizer(const struct state *s, char *why);
bool check_event(const struct state *before, const struct event *e, char *why);
bool check_sent(const struct state *after, const struct event *e, char *why);
bool check_view(const struct state *s, const struct person *p, char *why);
bool check_digest(const struct state *s, const struct person *p, uint64_t *seed, char *why);
bool check_answer(const struct state *s, const struct person *p, uint64_t *seed, char *why);
bool check_sights(const struct state *s, uint64_t *seed, char *why);

#endif
