/* What the tests of the stores stand on: a bench (a loop and one kind of store) and seats at it
 * (one handle each, with all it was ever told). */
#ifndef JOBALIKE_TESTS_LIB_SEAT_H
#define JOBALIKE_TESTS_LIB_SEAT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <uv.h>

#include "server/store/store.h"

#define BENCH_SEATS 4

struct told {
	enum store_news news;
	char log[STORE_LOG_MAX + 1];
	char epoch[STORE_EPOCH_MAX + 1];
	uint64_t seq;
	char *text; /* of the record, or why */
};

/* An answer that has come, or is waited for. */
struct reply {
	struct seat *seat;
	bool came;
	enum err err;
	char epoch[STORE_EPOCH_MAX + 1];
	struct told *records;
	size_t n_records;
	unsigned order; /* the how manieth callback of the bench it was */
};

struct seat {
	struct bench *bench;
	struct store *store;
	struct told *told;
	size_t n_told;
	void (*also)(struct seat *seat, const struct store_notice *n); /* after noting it */
	bool closed;
};

/* A kind of store. Kinds with one handle on the data at a time have n_seats 1. */
struct kind {
	const char *name;
	size_t n_seats;
	bool keeps; /* a new handle finds what the last one left */
	void (*make)(struct bench *b);
	struct store *(*open)(struct bench *b, unsigned number, store_notice_fn told, void *arg);
	void (*end)(struct bench *b);
};

extern const struct kind *const kinds[];
extern const size_t n_kinds;
extern const struct kind memory_kind, sqlite_kind, redis_kind;

struct bench {
	const struct kind *kind;
	uv_loop_t loop;
	void *own; /* of the kind */
	struct seat seats[BENCH_SEATS];
	unsigned in_call; /* a call into the store is on the stack */
	unsigned n_callbacks;
	int64_t now;
	char dir[64]; /* a directory of its own, removed at the end */
};

/* Setup and teardown for cmocka: *state is the kind before, the bench after. */
int bench_setup(void **state);
int bench_teardown(void **state);

/* Opens seat i if it is not open. */
struct seat *bench_seat(struct bench *b, size_t i);
void seat_close(struct seat *s);
/* Runs the loop once, or for up to thirty seconds until *flag. */
void bench_turn(struct bench *b);
void bench_until(struct bench *b, const bool *flag);
void bench_until_told(struct seat *s, size_t n_told);
void bench_until_news(struct seat *s, const char *log, enum store_news news);
/* A tick of all seats, this much later. */
void bench_tick(struct bench *b, int64_t ms);

/* The calls, watched: a callback from inside of one fails the test. */
void ask_append(struct seat *s, const char *log, const char *epoch, uint64_t first, size_t n,
		const char *const *texts, struct reply *r);
void ask_read(struct seat *s, const char *log, uint64_t from, uint64_t to, struct reply *r);
void ask_erase(struct seat *s, const char *log, uint64_t seq, const char *stub, struct reply *r);
void ask_drop(struct seat *s, const char *log, struct reply *r);
void seat_follow(struct seat *s, const char *log, uint64_t after);
void seat_unfollow(struct seat *s, const char *log);
void seat_signal(struct seat *s, const char *log, const char *text);

/* The same, and wait for the answer. The reply is the seat's until the next such call. */
struct reply *append(struct seat *s, const char *log, const char *epoch, uint64_t first, size_t n,
		     ...);
struct reply *read_log(struct seat *s, const char *log, uint64_t from, uint64_t to);
struct reply *erase(struct seat *s, const char *log, uint64_t seq, const char *stub);
struct reply *drop(struct seat *s, const char *log);
void reply_free(struct reply *r);
/* Appends records "<log> <seq>" up to seq `to`, in batches of 100; from 1 makes the log. */
void append_many(struct seat *s, const char *log, char *epoch, uint64_t from, uint64_t to);

/* Of what this seat was told of this log: events from + 1 ... to in order, none twice, each with
 * the text that append_many gives. */
void expect_events(const struct seat *s, const char *log, uint64_t from, uint64_t to);
size_t count_news(const struct seat *s, const char *log, enum store_news news);
void forget(struct seat *s);

#endif
