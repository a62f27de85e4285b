/* A hub on a bench: one instance over the memory store, screens made by the test, time and faults
 * by hand. Session "x" is opened first; its log is HUB_LOG. */
#ifndef JOBALIKE_TESTS_UNIT_HUB_BENCH_H
#define JOBALIKE_TESTS_UNIT_HUB_BENCH_H

#include <jansson.h>

#include "server/hub/hub.h"
#include "server/hub/wheel.h"
#include "server/store/memory.h"
#include "tests/unit/unit.h"

#define HUB_SESSION "x"
#define HUB_LOG     "s-x"

/* A connection, and what it was sent: objects, in order. */
struct screen {
	struct peer peer;
	struct bench *bench;
	json_t *got;
	bool slow;   /* takes no events and signals */
	size_t lost; /* not taken */
	size_t runs; /* of several events at once */
	enum bye bye;
	int64_t retry_ms;
};

struct bench {
	struct memory *memory;
	struct store *store;
	struct hub *hub;
	int64_t now, wake; /* wake: what the last turn returned */
	size_t turns;
	struct hub_options options;
	const char *session; /* that those come to who come now; NULL: HUB_SESSION */
	int64_t expires;     /* the tickets of those who come now; 0: never */
	int64_t issued;      /* likewise: when they were given */
	struct memory_faults faults;
	struct memory_fate append, answer, read, word, signal; /* what befalls those, from now on */
	struct memory_fate erase; /* likewise, and drops, after so many that nothing befalls */
	size_t appends, erases;
	struct bench *other; /* the other instance, if there is one; time is the same for both */
};

/* With a session that is open and has the areas hr and finance. */
void bench_begin(struct bench *b);
/* Every screen must be gone. */
void bench_end(struct bench *b);
/* A second instance over the store of the first, until it is killed by bench_part. */
void bench_join(struct bench *b, struct bench *first);
void bench_part(struct bench *b);
/* Another hub over the same store, as after a start. */
void bench_restart(struct bench *b);
/* Lets so many ms pass, turning whenever there is something to do; at the least once. */
void bench_pass(struct bench *b, int64_t ms);
/* One turn, and nothing from the store. */
void bench_turn(struct bench *b);
/* What the store has for us now. */
void bench_store(struct bench *b);

/* Says hello and nothing more: time is the test's. */
void screen_hello(struct screen *s, struct bench *b, const char *sub, enum role role);
/* The same with an epoch, a seq and commands still unconfirmed. */
void screen_resume(struct screen *s, struct bench *b, const char *sub, const char *epoch,
		   uint64_t after, const uint64_t *pending, size_t n_pending);
/* Says hello and has arrived: its view and its digest came. */
void screen_come(struct screen *s, struct bench *b, const char *sub, enum role role);
void screen_go(struct screen *s);
void screen_ask(struct screen *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* chat.say in the plenary. */
void screen_say(struct screen *s, uint64_t n, const char *text);

/* How many messages have this key, and this string at it unless that is NULL. */
size_t screen_count(const struct screen *s, const char *key, const char *value);
/* The last of them; NULL: none. Borrowed. */
json_t *screen_last(const struct screen *s, const char *key, const char *value);
/* The word of the last error about this command; "": none. */
const char *screen_error(const struct screen *s, uint64_t n);
json_int_t number_of(const json_t *o, const char *key);
/* Forgets what was sent so far. */
void screen_clear(struct screen *s);

uint64_t bench_head(const struct bench *b);
/* Reads the session: the error, and the seq of its state. */
enum err bench_read(struct bench *b, uint64_t *seq);
/* Is this person seated, by the state on this instance? */
bool bench_seated(struct bench *b, const char *sub);

#endif
