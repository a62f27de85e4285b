/* The power is cut at any moment (powercut.h), and what could be left is opened afterwards: with
 * synchronous=FULL nothing that was answered OK before may be missing. With NORMAL something must
 * be missing in some picture, or the shim would prove nothing. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/store/sqlite.h"
#include "tests/lib/seat.h"
#include "tests/store/contract.h"
#include "tests/store/files.h"
#include "tests/store/powercut.h"

size_t n_cuts, n_cuts_lost, n_normal_cuts, n_normal_lost;

struct writing {
	struct store *store;
	uint64_t next;
	char epoch[STORE_EPOCH_MAX + 1];
	bool done;
};

static void write_on(struct writing *w);

static void on_written(void *arg, const struct store_answer *a)
{
	struct writing *w = arg;

	assert_int_equal(a->err, OK);
	strcpy(w->epoch, a->epoch);
	atomic_store(&powercut.acked, w->next++);
	if (powercut.n_cuts < CUTS_A_ROUND && w->next < 3000)
		write_on(w);
	else
		w->done = true;
}

static void write_on(struct writing *w)
{
	char text[700];

	memset(text, ' ', sizeof(text));
	snprintf(text, sizeof(text), "%" PRIu64, w->next);
	struct msg *body = msg_new(text, sizeof(text));
	store_append(w->store, "p", w->epoch, w->next, &body, 1, on_written, w);
	msg_unref(&body);
}

static void nothing_told(void *arg, const struct store_notice *n)
{
	(void)arg;
	(void)n;
}

static void open_store(struct seat *s, const char *dir, const struct sqlite_options *options)
{
	char path[160], why[256] = "";

	snprintf(path, sizeof(path), "%s/log.db", dir);
	if (sqlite_open(&s->bench->loop, path, options, nothing_told, NULL, &s->store, why,
			sizeof(why)) != OK)
		fail_msg("%s", why);
}

/* How many of the records are there: all from 1 on, each as it was written. */
static unsigned long count_records(struct seat *s)
{
	unsigned long n = 0;
	struct reply *r;

	do {
		r = read_log(s, "p", n + 1, UINT64_MAX);
		assert_true(r->err == OK || (n == 0 && r->err == ERR_NOT_FOUND));
		for (size_t i = 0; i < r->n_records; i++)
			assert_int_equal(strtoul(r->records[i].text, NULL, 10), ++n);
	} while (r->n_records == STORE_SLICE);
	return n;
}

static size_t look_at_pictures(struct bench *b)
{
	size_t n_short = 0;
	char dir[128], command[160];

	for (size_t i = 0; i < powercut.n_cuts; i++) {
		struct seat *s = &b->seats[0];
		*s = (struct seat){ .bench = b };
		snprintf(dir, sizeof(dir), "%s/cut%zu", powercut.dir, i);
		open_store(s, dir, NULL);
		unsigned long n = count_records(s);
		n_short += n < powercut.acked_at[i];
		seat_close(s);
		snprintf(command, sizeof(command), "rm -rf '%s'", dir);
		assert_int_equal(system(command), 0);
	}
	return n_short;
}

/* One file, CUTS_A_ROUND pictures. Returns in how many something is missing. */
static size_t round_of_cuts(struct bench *b, bool sync_normal, int round)
{
	struct sqlite_options options = { .sync_normal = sync_normal, .vfs = POWERCUT_VFS };
	struct writing w = { .next = 1 };
	struct seat *s = &b->seats[0];

	*s = (struct seat){ .bench = b };
	powercut_begin(b->dir, 977 * (uint64_t)(round + 1) + sync_normal);
	open_store(s, b->dir, &options);
	w.store = s->store;
	write_on(&w);
	bench_until(b, &w.done);
	seat_close(s);
	powercut_end();
	size_t n_short = look_at_pictures(b);
	char command[128];
	snprintf(command, sizeof(command), "rm -f '%s'/log.db*", b->dir);
	assert_int_equal(system(command), 0);
	return n_short;
}

static int rounds_wanted(void)
{
	const char *text = getenv("STORE_CUTS");

	return text ? (atoi(text) + CUTS_A_ROUND - 1) / CUTS_A_ROUND : 10;
}

static void full_loses_nothing(void **state)
{
	for (int i = 0; i < rounds_wanted(); i++) {
		n_cuts_lost += round_of_cuts(*state, false, i);
		n_cuts += powercut.n_cuts;
	}
	assert_int_equal(n_cuts_lost, 0);
	assert_true(n_cuts >= CUTS_A_ROUND);
}

static void normal_loses_something(void **state)
{
	for (int i = 0; i < 2; i++) {
		n_normal_lost += round_of_cuts(*state, true, i);
		n_normal_cuts += powercut.n_cuts;
	}
	assert_true(n_normal_lost > 0);
}

const struct contract_case power_cases[] = {
	CASE(full_loses_nothing),
	CASE(normal_loses_something),
};
const size_t n_power_cases = sizeof(power_cases) / sizeof(power_cases[0]);
