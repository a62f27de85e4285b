/* Which servers are used, which are refused and with what sentence; users, databases, names. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/redis/redis.h"

static struct redis_options at(const struct redis_server *server, struct redis_options o)
{
	o.path = server->socket;
	return o;
}

static void probe(struct probe *p, struct bench *b, const struct redis_server *server,
		  struct redis_options o)
{
	probe_open(p, b, at(server, o));
	probe_end(p, b);
}

struct wrong {
	const char *more[8]; /* of its command line */
	struct redis_options options;
	const char *says;
};

static const struct wrong wrongs[] = {
	{ { "--appendonly", "no" }, { 0 }, "set appendonly yes" },
	{ { "--appendfsync", "no" }, { .everysec = true }, "set appendfsync always" },
	{ { "--appendfsync", "everysec" }, { 0 }, "redis.durable = everysec" },
	{ { "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru" },
	  { 0 },
	  "set maxmemory-policy noeviction" },
	{ { "--requirepass", "geheim" }, { 0 }, "set redis.user and redis.password" },
	{ { "--requirepass", "geheim" }, { .password = "other" }, "does not take this user" },
	{ { "--replicaof", "127.0.0.1", "1" }, { 0 }, "give the address of the master" },
	{ { "--user", "ana", "on", ">geheim", "~*", "+@all", "-config" },
	  { .user = "ana", .password = "geheim" },
	  "ACL SETUSER ana" },
};
#define N_WRONGS (sizeof(wrongs) / sizeof(wrongs[0]))

static void a_server_that_loses_things_is_refused(void **state)
{
	struct bench *b = *state;
	struct redis_server servers[N_WRONGS];
	struct probe probes[N_WRONGS];
	char dir[80];

	for (size_t i = 0; i < N_WRONGS; i++) {
		snprintf(dir, sizeof(dir), "%s/wrong%zu", b->dir, i);
		redis_server_start(&servers[i], dir, wrongs[i].more);
		probe_open(&probes[i], b, at(&servers[i], wrongs[i].options));
	}
	for (size_t i = 0; i < N_WRONGS; i++) {
		probe_end(&probes[i], b);
		redis_server_end(&servers[i], SIGKILL);
		assert_true(probes[i].refused);
		if (!strstr(probes[i].why, wrongs[i].says))
			fail_msg("wanted \"%s\" in: %s", wrongs[i].says, probes[i].why);
		assert_int_equal(probes[i].err, ERR_UNAVAILABLE);
		n_refused++;
	}
}

static void everysec_is_good_where_it_is_wanted(void **state)
{
	struct bench *b = *state;
	struct redis_server server;
	char dir[80];
	struct probe p;

	snprintf(dir, sizeof(dir), "%s/weak", b->dir);
	redis_server_start(&server, dir, (const char *[]){ "--appendfsync", "everysec", NULL });
	probe(&p, b, &server, (struct redis_options){ .everysec = true });
	assert_false(p.refused);
	assert_int_equal(p.err, ERR_NOT_FOUND);
	redis_server_end(&server, SIGKILL);
}

/* One that was right is not used any more when it comes back wrong, and used again when it is
 * mended; nobody is told to end. */
static void a_later_mistake_is_waited_out(void **state)
{
	struct seat *s = SEAT(0);
	struct bench *b = s->bench;
	char dir[sizeof(SERVER(b)->dir)], epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 2);
	snprintf(dir, sizeof(dir), "%s", SERVER(b)->dir);
	redis_server_end(SERVER(b), SIGKILL);
	redis_server_start(SERVER(b), dir, (const char *[]){ "--appendfsync", "everysec", NULL });
	run_for(b, 1500);
	assert_non_null(s->store->trouble);
	assert_non_null(strstr(s->store->trouble, "appendfsync is everysec"));
	assert_int_equal(read_log(s, "a", 1, 2)->err, ERR_UNAVAILABLE);
	redis_server_say(SERVER(b), "CONFIG", "SET", "appendfsync", "always", NULL);
	run_for(b, 1500);
	assert_null(s->store->trouble);
	assert_int_equal(read_log(s, "a", 1, 2)->n_records, 2);
}

/* The user of configs/redis.conf may do all that we do, and the file is one that Redis takes. */
static void the_sample_configuration_serves(void **state)
{
	struct bench *b = *state;
	char dir[80], socket[100], *sample = realpath("configs/redis.conf", NULL);
	struct redis_server server;
	struct probe p;

	assert_non_null(sample);
	snprintf(dir, sizeof(dir), "%s/sample", b->dir);
	snprintf(socket, sizeof(socket), "%s/redis.sock", dir);
	redis_server_start(&server, dir,
			   (const char *[]){ "--include", sample, "--dir", dir, "--unixsocket",
					     socket, NULL });
	struct redis_options o = { .path = server.socket,
				   .prefix = "jobalike:",
				   .user = "jobalike",
				   .password = "change-this-password" };
	redis_kind_options(&o);
	struct seat *s = SEAT(0), *t = SEAT(1);
	char epoch[STORE_EPOCH_MAX + 1];
	seat_follow(t, "a", 0);
	append_many(s, "a", epoch, 1, 200);
	bench_until_told(t, 201);
	assert_int_equal(append(t, "a", epoch, 200, 1, "x")->err, ERR_CONFLICT);
	assert_int_equal(append(t, "a", epoch, 201, 1, "x")->err, OK);
	seat_signal(s, "a", "typing");
	bench_until_news(t, "a", STORE_SIGNAL);
	assert_int_equal(erase(s, "a", 7, "stub")->err, OK);
	bench_until_news(t, "a", STORE_RESET);
	seat_close(s);
	seat_close(t);
	probe(&p, b, &server, (struct redis_options){ .prefix = "jobalike:" });
	assert_true(p.refused); /* there is no default user */
	redis_kind_options(NULL);
	redis_server_end(&server, SIGKILL);
	free(sample);
}

static void a_database_and_a_prefix_of_ones_own(void **state)
{
	struct bench *b = *state;
	struct redis_options o = { .path = SERVER(b)->socket, .prefix = "mine:", .db = 3 };
	char epoch[STORE_EPOCH_MAX + 1];

	redis_kind_options(&o);
	append_many(SEAT(0), "a", epoch, 1, 3);
	redis_kind_options(NULL);
	assert_int_equal(read_log(SEAT(1), "a", 1, 3)->err, ERR_NOT_FOUND);
	assert_string_equal(redis_server_say(SERVER(b), "DBSIZE", NULL), "0");
	assert_non_null(
		strstr(redis_server_say(SERVER(b), "INFO", "keyspace", NULL), "db3:keys=2"));
}

/* Its clock is ours plus an offset; here both are one. */
static void the_clock_is_the_servers(void **state)
{
	struct seat *s = SEAT(0);

	read_log(s, "a", 1, 1);
	run_for(s->bench, 100);
	assert_true(s->store->clock_ms > -50 && s->store->clock_ms < 50);
}

static void a_name_is_looked_up(void **state)
{
	struct bench *b = *state;
	struct redis_server server;
	char dir[80], port[8];
	struct redis_options o = { .host = "localhost", .prefix = "test:" };

	snprintf(dir, sizeof(dir), "%s/named", b->dir);
	o.port = free_port();
	snprintf(port, sizeof(port), "%u", o.port);
	redis_server_start(&server, dir,
			   (const char *[]){ "--port", port, "--bind", "127.0.0.1", "-::1", NULL });
	redis_kind_options(&o);
	assert_int_equal(append(SEAT(0), "a", "", 1, 1, "a 1")->err, OK);
	o.host = "no-such-name.invalid";
	assert_int_equal(read_log(SEAT(1), "a", 1, 1)->err, ERR_UNAVAILABLE);
	assert_non_null(strstr(SEAT(1)->store->trouble, "its name"));
	redis_kind_options(NULL);
	redis_server_end(&server, SIGKILL);
}

const struct redis_case settings_cases[] = {
	CASE(a_server_that_loses_things_is_refused),
	CASE(everysec_is_good_where_it_is_wanted),
	CASE(a_later_mistake_is_waited_out),
	CASE(the_sample_configuration_serves),
	CASE(a_database_and_a_prefix_of_ones_own),
	CASE(the_clock_is_the_servers),
	CASE(a_name_is_looked_up),
};
const size_t n_settings_cases = sizeof(settings_cases) / sizeof(settings_cases[0]);
