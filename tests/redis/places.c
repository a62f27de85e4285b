/* Several servers: one after another, as sentinels say, or each with its part of the logs. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/store/spread.h"
#include "tests/redis/redis.h"

#define DIR_SIZE 80

/* --- sentinel --- */

struct watched {
	struct redis_server one, two, sentinel;
	uint16_t ports[3];
	char dirs[3][DIR_SIZE];
};

static void start_one(struct redis_server *s, const char *dir, uint16_t port, uint16_t master)
{
	char text[8], of[8];

	snprintf(text, sizeof(text), "%u", port);
	snprintf(of, sizeof(of), "%u", master);
	redis_server_start(s, dir,
			   (const char *[]){ "--port", text, "--bind", "127.0.0.1",
					     "--repl-diskless-sync-delay", "0",
					     master ? "--replicaof" : NULL, "127.0.0.1", of,
					     NULL });
}

/* Asks until the answer has this in it, for ten seconds. */
static void until(const struct redis_server *s, const char *wanted, const char *a, const char *b,
		  const char *c)
{
	for (int i = 0; i < 500; i++) {
		if (strstr(redis_server_say(s, a, b, c, NULL), wanted))
			return;
		usleep(20000);
	}
	fail_msg("no %s from %s %s %s", wanted, a, b, c);
}

static void start_watched(struct watched *w, struct bench *b)
{
	char conf[600];

	for (size_t i = 0; i < 3; i++) {
		w->ports[i] = free_port();
		snprintf(w->dirs[i], DIR_SIZE, "%s/%zu", b->dir, i);
	}
	start_one(&w->one, w->dirs[0], w->ports[0], 0);
	start_one(&w->two, w->dirs[1], w->ports[1], w->ports[0]);
	/* The first comes with the copy, perhaps; the second only as it is written. */
	redis_server_say(&w->one, "SET", "first", "yes", NULL);
	until(&w->two, "yes", "GET", "first", NULL);
	redis_server_say(&w->one, "SET", "second", "yes", NULL);
	until(&w->two, "yes", "GET", "second", NULL);
	snprintf(conf, sizeof(conf),
		 "port %u\nbind 127.0.0.1\nunixsocket %s/redis.sock\ndir %s\n"
		 "sentinel monitor main 127.0.0.1 %u 1\n"
		 "sentinel down-after-milliseconds main 600\nsentinel failover-timeout main 4000\n",
		 w->ports[2], w->dirs[2], w->dirs[2], w->ports[0]);
	redis_sentinel_start(&w->sentinel, w->dirs[2], conf);
	until(&w->sentinel, "num-slaves\n1\n", "SENTINEL", "master", "main");
}

static void end_watched(struct watched *w)
{
	redis_server_end(&w->sentinel, SIGKILL);
	redis_server_end(&w->one, SIGKILL);
	redis_server_end(&w->two, SIGKILL);
}

static void wait_for_lines(struct writer *w, unsigned n)
{
	for (int i = 0; i < 80 && w->n < n; i++)
		run_for(w->bench, 250);
	assert_true(w->n >= n);
}

/* The master dies under load; its replica takes over, and what it had not got yet is given back. */
static void a_failover_is_followed(void **state)
{
	struct bench *b = *state;
	char text[32];
	const char *list[] = { "127.0.0.1:1", text };
	struct redis_options o = {
		.prefix = "test:", .sentinels = list, .n_sentinels = 2, .master = "main"
	};
	struct watched w;
	struct writer writer;
	struct pulse pulse;
	size_t lost = 0, doubled = 0;

	start_watched(&w, b);
	snprintf(text, sizeof(text), "127.0.0.1:%u", w.ports[2]);
	redis_kind_options(&o);
	pulse_start(&pulse, b);
	seat_follow(SEAT(0), "a", 0);
	writer_start(&writer, b, SEAT(0)->store, "w", "a");
	wait_for_lines(&writer, 100);
	redis_server_end(&w.one, SIGKILL);
	n_kills++;
	wait_for_lines(&writer, writer.n + 10);
	writer_stop(&writer);
	writer_check(&writer, SEAT(1), &lost, &doubled);
	assert_true(writer.epochs >= 1);
	assert_int_equal(count_news(SEAT(0), "a", STORE_RESET), 1);
	n_lost += lost;
	n_doubled += doubled;
	assert_int_equal(lost + doubled, 0);
	pulse_stop(&pulse);
	seat_close(SEAT(0));
	seat_close(SEAT(1));
	redis_kind_options(NULL);
	end_watched(&w);
}

/* --- spread --- */

static void a_log_has_one_place(void **state)
{
	static const char *const names[] = { "one", "two", "three", "four" };
	size_t counts[3] = { 0 }, moved = 0;
	char log[16];

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(log, sizeof(log), "s-%u", i);
		size_t place = spread_place(log, names, 3), now = spread_place(log, names, 4);

		counts[place]++;
		moved += now != place;
		assert_true(now == place || now == 3); /* none moves between those that stay */
	}
	for (size_t i = 0; i < 3; i++)
		assert_in_range(counts[i], 800, 1200);
	assert_in_range(moved, 600, 900);
}

static void no_news(void *arg, const struct store_notice *n)
{
	(void)arg;
	(void)n;
}

static void two_servers_share_the_logs(void **state)
{
	static const char *const names[] = { "one", "two" };
	struct bench *b = *state;
	struct redis_server other;
	struct store *parts[2];
	struct seat *s = &b->seats[0];
	char dir[DIR_SIZE], log[16], key[32];
	size_t counts[2] = { 0 };

	snprintf(dir, sizeof(dir), "%s/other", b->dir);
	redis_server_start(&other, dir, NULL);
	for (size_t i = 0; i < 2; i++)
		parts[i] = redis_open(
			&b->loop,
			&(struct redis_options){ .path = i ? other.socket : SERVER(b)->socket,
						 .prefix = "test:" },
			no_news, NULL);
	*s = (struct seat){ .bench = b, .store = spread_open(parts, names, 2) };
	assert_string_equal(s->store->durable, parts[0]->durable);
	for (unsigned i = 0; i < 40; i++) {
		snprintf(log, sizeof(log), "s-%u", i);
		snprintf(key, sizeof(key), "test:log:%s", log);
		assert_int_equal(append(s, log, "", 1, 2, "x", "y")->err, OK);
		assert_int_equal(read_log(s, log, 1, 9)->n_records, 2);
		size_t place = spread_place(log, names, 2);
		counts[place]++;
		assert_string_equal(
			redis_server_say(place ? &other : SERVER(b), "EXISTS", key, NULL), "1");
		assert_string_equal(
			redis_server_say(place ? SERVER(b) : &other, "EXISTS", key, NULL), "0");
	}
	assert_true(counts[0] > 8 && counts[1] > 8);
	redis_server_end(&other, SIGKILL);
	run_for(b, 200);
	bench_tick(b, 1000);
	assert_non_null(s->store->trouble);
	for (unsigned i = 0, tried = 0; i < 40 && tried < 3; i++) {
		snprintf(log, sizeof(log), "s-%u", i);
		if (spread_place(log, names, 2) == 1)
			continue;
		tried++;
		assert_int_equal(read_log(s, log, 1, 9)->n_records, 2);
	}
	seat_close(s);
}

const struct redis_case place_cases[] = {
	CASE(a_failover_is_followed),
	CASE(a_log_has_one_place),
	CASE(two_servers_share_the_logs),
};
const size_t n_place_cases = sizeof(place_cases) / sizeof(place_cases[0]);
