/* kill -9 at any moment: what was answered OK is there afterwards. And several processes that start
 * at once on one file: one gets it. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "server/base/mem.h"
#include "server/store/sqlite.h"
#include "tests/lib/seat.h"
#include "tests/store/contract.h"
#include "tests/store/files.h"

#define LOGS 8

size_t n_kills, n_acked, n_lost;

static size_t kills_wanted(void)
{
	const char *text = getenv("STORE_KILLS");

	return text ? (size_t)atoi(text) : 20;
}

/* How far each log has come, as the parent found it. */
struct heads {
	uint64_t head[LOGS];
	char epoch[LOGS][STORE_EPOCH_MAX + 1];
};

struct ack {
	uint32_t log;
	uint64_t seq;
};

/* --- the child: appends to all logs as fast as it can, and says what was answered OK --- */

struct writing {
	struct child *child;
	uint32_t log;
	uint64_t next;
	size_t n; /* records under way */
	char epoch[STORE_EPOCH_MAX + 1];
};

struct child {
	struct store *store;
	int acks;
	struct writing logs[LOGS];
};

static void write_on(struct writing *w);

static void on_written(void *arg, const struct store_answer *a)
{
	struct writing *w = arg;

	if (a->err != OK)
		_exit(3);
	strcpy(w->epoch, a->epoch);
	w->next += w->n;
	struct ack ack = { .log = w->log, .seq = w->next - 1 };
	if (write(w->child->acks, &ack, sizeof(ack)) != sizeof(ack))
		_exit(4);
	write_on(w);
}

static void write_on(struct writing *w)
{
	struct msg *bodies[3];
	char name[8];

	w->n = 1 + w->next % 3;
	snprintf(name, sizeof(name), "k%" PRIu32, w->log);
	for (size_t i = 0; i < w->n; i++)
		bodies[i] = msg_format("%s %" PRIu64, name, w->next + i);
	store_append(w->child->store, name, w->epoch, w->next, bodies, w->n, on_written, w);
	for (size_t i = 0; i < w->n; i++)
		msg_unref(&bodies[i]);
}

static void child_main(const char *path, int acks, const struct heads *heads)
{
	struct child c = { .acks = acks };
	uv_loop_t loop;
	char why[256];

	uv_loop_init(&loop);
	if (sqlite_open(&loop, path, NULL, NULL, NULL, &c.store, why, sizeof(why)) != OK) {
		fprintf(stderr, "%s\n", why);
		_exit(2);
	}
	for (uint32_t i = 0; i < LOGS; i++) {
		c.logs[i] = (struct writing){ .child = &c, .log = i, .next = heads->head[i] + 1 };
		strcpy(c.logs[i].epoch, heads->epoch[i]);
		write_on(&c.logs[i]);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	_exit(5);
}

/* --- the parent --- */

static uint64_t chance(void)
{
	static uint64_t seed = 20261122;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Starts a child, kills it a random while after its first ack, and takes in what it said. */
static void let_write_and_kill(const char *path, const struct heads *heads, uint64_t acked[LOGS])
{
	int ends[2], status;
	struct ack ack;
	bool alive = true;

	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(ends[0]);
		child_main(path, ends[1], heads);
	}
	close(ends[1]);
	while (read(ends[0], &ack, sizeof(ack)) == sizeof(ack)) {
		assert_true(ack.log < LOGS);
		acked[ack.log] = ack.seq;
		n_acked++;
		if (alive && chance() % 100 == 0) {
			struct timespec while_ = { .tv_nsec = (long)(chance() % 3000000) };
			nanosleep(&while_, NULL);
			kill(pid, SIGKILL);
			alive = false;
		}
	}
	close(ends[0]);
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	n_kills++;
}

/* Reads all logs, each record as it was written, none missing; notes how far they have come. */
static void read_heads(struct seat *s, struct heads *heads)
{
	char name[8], text[32];

	for (uint32_t i = 0; i < LOGS; i++) {
		uint64_t from = 1;
		struct reply *r;
		snprintf(name, sizeof(name), "k%" PRIu32, i);
		do {
			r = read_log(s, name, from, UINT64_MAX);
			if (r->err == ERR_NOT_FOUND)
				break;
			assert_int_equal(r->err, OK);
			for (size_t k = 0; k < r->n_records; k++) {
				snprintf(text, sizeof(text), "%s %" PRIu64, name, from);
				assert_int_equal(r->records[k].seq, from++);
				assert_string_equal(r->records[k].text, text);
			}
		} while (r->n_records == STORE_SLICE);
		heads->head[i] = from - 1;
		strcpy(heads->epoch[i], r->epoch);
	}
}

static void killed_at_any_moment(void **state)
{
	struct bench *b = *state;
	struct heads heads = { 0 };
	uint64_t acked[LOGS] = { 0 };
	char path[96];

	snprintf(path, sizeof(path), "%s/log.db", b->dir);
	for (size_t i = 0; i < kills_wanted(); i++) {
		let_write_and_kill(path, &heads, acked);
		read_heads(bench_seat(b, 0), &heads);
		seat_close(&b->seats[0]);
		for (size_t k = 0; k < LOGS; k++)
			n_lost += acked[k] > heads.head[k] ? acked[k] - heads.head[k] : 0;
	}
	assert_int_equal(n_lost, 0);
	assert_true(n_acked > kills_wanted());
}

/* --- a drop --- */

#define DROP_RECORDS 9000

static void never(void *arg, const struct store_answer *a)
{
	(void)arg;
	(void)a;
}

static void drop_and_wait(const char *path, int begun)
{
	struct store *store;
	uv_loop_t loop;
	char why[256];

	uv_loop_init(&loop);
	if (sqlite_open(&loop, path, NULL, NULL, NULL, &store, why, sizeof(why)) != OK)
		_exit(2);
	store_drop(store, "d", never, NULL);
	if (write(begun, "x", 1) != 1)
		_exit(4);
	uv_run(&loop, UV_RUN_DEFAULT);
	_exit(5);
}

static void drop_and_kill(const char *path)
{
	struct timespec while_ = { .tv_nsec = (long)(chance() % 12000000) };
	int ends[2], status;
	char byte;

	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		drop_and_wait(path, ends[1]);
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	nanosleep(&while_, NULL);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status));
	n_kills++;
}

static bool has_text(const char *path)
{
	char command[160];

	snprintf(command, sizeof(command), "cat '%s'* | grep -qaF 'd %d'", path, DROP_RECORDS - 1);
	return system(command) == 0;
}

/* Whole or gone, and asking again finishes it. */
static void killed_while_it_drops(void **state)
{
	struct bench *b = *state;
	size_t whole = 0, gone = 0;
	char path[96], epoch[STORE_EPOCH_MAX + 1];

	snprintf(path, sizeof(path), "%s/log.db", b->dir);
	append_many(bench_seat(b, 0), "d", epoch, 1, DROP_RECORDS);
	assert_true(has_text(path));
	for (int i = 0; i < 40 && !gone; i++) {
		seat_close(&b->seats[0]);
		drop_and_kill(path);
		struct reply *r = read_log(bench_seat(b, 0), "d", DROP_RECORDS - 9, DROP_RECORDS);
		whole += r->err == OK;
		gone += r->err == ERR_NOT_FOUND;
		assert_int_equal(r->n_records, r->err == OK ? 10 : 0);
		if (r->err == OK)
			assert_string_equal(r->epoch, epoch);
	}
	assert_true(whole + gone > 0);
	assert_int_equal(drop(bench_seat(b, 0), "d")->err, OK);
	assert_int_equal(read_log(bench_seat(b, 0), "d", 1, 9)->err, ERR_NOT_FOUND);
	assert_false(has_text(path));
}

/* --- at once --- */

/* Waits for the start, opens, holds the file until the end. Exits with 0: had it, 1: in use. */
static void open_and_hold(const char *path, int start, int opened, int end)
{
	struct store *s;
	uv_loop_t loop;
	char why[256], byte;

	uv_loop_init(&loop);
	if (read(start, &byte, 1) != 0)
		_exit(9);
	enum err err = sqlite_open(&loop, path, NULL, NULL, NULL, &s, why, sizeof(why));
	if (write(opened, "x", 1) != 1)
		_exit(9);
	if (err == OK && read(end, &byte, 1) != 0)
		_exit(9);
	_exit(err == OK ? 0 : err == ERR_CONFLICT ? 1 : 2);
}

static void of_many_that_start_at_once_one_gets_it(void **state)
{
	struct bench *b = *state;
	char path[96], byte;
	int start[2], opened[2], end[2], status;
	enum { N = 10 };

	for (int round = 0; round < 5; round++) {
		size_t had = 0, in_use = 0;
		snprintf(path, sizeof(path), "%s/log%d.db", b->dir, round);
		assert_int_equal(pipe(start) | pipe(opened) | pipe(end), 0);
		for (int i = 0; i < N; i++) {
			pid_t pid = fork();
			assert_true(pid >= 0);
			if (pid == 0) {
				close(start[1]);
				close(end[1]);
				open_and_hold(path, start[0], opened[1], end[0]);
			}
		}
		close(start[1]); /* now */
		for (int i = 0; i < N; i++)
			assert_int_equal(read(opened[0], &byte, 1), 1);
		close(end[1]);
		for (int i = 0; i < N; i++) {
			assert_true(wait(&status) > 0);
			assert_true(WIFEXITED(status));
			had += WEXITSTATUS(status) == 0;
			in_use += WEXITSTATUS(status) == 1;
		}
		assert_int_equal(had, 1);
		assert_int_equal(in_use, N - 1);
		close(start[0]);
		close(opened[0]);
		close(opened[1]);
		close(end[0]);
	}
}

const struct contract_case kill_cases[] = {
	CASE(killed_at_any_moment),
	CASE(killed_while_it_drops),
	CASE(of_many_that_start_at_once_one_gets_it),
};
const size_t n_kill_cases = sizeof(kill_cases) / sizeof(kill_cases[0]);
