/* What the tests of the store on Redis share beside the bench of tests/lib/seat.h: each runs on a
 * real server of its own (b->own). */
#ifndef JOBALIKE_TESTS_REDIS_REDIS_H
#define JOBALIKE_TESTS_REDIS_REDIS_H

#include "server/store/redis.h"
#include "tests/lib/redis_kind.h"
#include "tests/lib/redis_server.h"
#include "tests/lib/seat.h"

struct redis_case {
	const char *name;
	void (*run)(void **state);
};

#define CASE(f)                                                                                    \
	{                                                                                          \
#f, f                                                                              \
	}
#define SEAT(i)   bench_seat(*state, i)
#define SERVER(b) ((struct redis_server *)(b)->own)

extern const struct redis_case lost_cases[], fault_cases[], settings_cases[], place_cases[],
	turn_cases[], lie_cases[], tls_cases[], tls_wrong_cases[], failover_cases[];
extern const size_t n_lost_cases, n_fault_cases, n_settings_cases, n_place_cases, n_turn_cases,
	n_lie_cases, n_tls_cases, n_tls_wrong_cases, n_failover_cases;
extern const struct kind lies_kind; /* no server, but somebody who says to be one */

/* Summed up in the last line. */
extern size_t n_kills, n_acked, n_lost, n_doubled, n_restored, n_refused, n_lies;

/* Ticks for all seats, in real time, until it is stopped. */
struct pulse {
	uv_timer_t timer;
	struct bench *bench;
};

void pulse_start(struct pulse *p, struct bench *b);
void pulse_stop(struct pulse *p);
/* Runs the loop for this long. */
void run_for(struct bench *b, uint64_t ms);
/* Ends the server without a warning and starts it again on the same data. */
void restart(struct bench *b);

/* A store without a seat: what it says about its server. */
struct probe {
	struct store *store;
	bool refused, answered, closed;
	enum err err;
	char why[512];     /* it was refused; "" */
	char trouble[512]; /* at the end; "" */
};

/* Asks one thing. */
void probe_open(struct probe *p, struct bench *b, struct redis_options o);
/* Waits for the answer, and for what is wrong if there is none. */
void probe_end(struct probe *p, struct bench *b);

/* A client of one log, as the hub is one: one line at a time, again until it is in the log. */
struct writer {
	struct bench *bench;
	struct store *store;
	uv_timer_t timer;
	char name[8], log[16];
	char epoch[STORE_EPOCH_MAX + 1];
	uint64_t head;
	unsigned n;      /* the line under way */
	bool found;      /* it is in the log, as a conflict says */
	bool stop, over; /* to be stopped; nothing is under way */
	unsigned unknown, unavailable, conflicts, epochs;
	uint64_t asked_at, slowest_ms; /* of an answer */
	uint64_t acked_at;
};

void writer_start(struct writer *w, struct bench *b, struct store *s, const char *name,
		  const char *log);
/* Lets the line under way end, and waits for it. */
void writer_stop(struct writer *w);
/* Reads the log and counts: lines of the writer that are not there, and that are there twice. */
void writer_check(const struct writer *w, struct seat *s, size_t *lost, size_t *doubled);
/* Stops both; nothing of what they were told is in the log may be missing there, or be there twice.
 */
void writers_end(struct writer *one, struct writer *two, struct seat *s);

#endif
