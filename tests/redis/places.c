/* Several servers, each with its part of the logs. */
#include <signal.h>
#include <stdio.h>

#include "server/store/spread.h"
#include "tests/redis/redis.h"

#define DIR_SIZE 80

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
	CASE(a_log_has_one_place),
	CASE(two_servers_share_the_logs),
};
const size_t n_place_cases = sizeof(place_cases) / sizeof(place_cases[0]);
