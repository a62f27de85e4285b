/* A Redis behind TLS (rediss://) is one like any other. Who is none: tls_wrong.c; what TLS itself
 * does is tested without sockets in tests/unit/test_redis_tls.c. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/redis/papers.h"

static const char *const no_pairs[] = { "--tls-auth-clients", "no", NULL };

static void expect_service(struct seat *s, struct seat *t)
{
	static char large[60001];
	char epoch[STORE_EPOCH_MAX + 1];

	memset(large, 'x', sizeof(large) - 1);
	seat_follow(t, "a", 0);
	append_many(s, "a", epoch, 1, 300);
	bench_until_told(t, 301);
	expect_events(t, "a", 0, 300);
	seat_signal(s, "a", "typing");
	bench_until_news(t, "a", STORE_SIGNAL);
	assert_int_equal(append(s, "b", "", 1, 3, large, "small", large)->err, OK);
	struct reply *r = read_log(t, "b", 1, 3);
	assert_int_equal(r->n_records, 3);
	assert_string_equal(r->records[2].text, large);
	assert_int_equal(erase(s, "a", 7, "stub")->err, OK);
	bench_until_news(t, "a", STORE_RESET);
}

/* Both versions, by name and by address, asked for a certificate and not. */
static const struct {
	const char *name, *host, *pair, *password, *more[5];
	unsigned db;
} ways[] = {
	{ .name = "new",
	  .host = "localhost",
	  .more = { "--tls-auth-clients", "no", "--tls-protocols", "TLSv1.3" } },
	{ .name = "old",
	  .host = "127.0.0.1",
	  .pair = "us",
	  .more = { "--tls-protocols", "TLSv1.2" } },
	{ .name = "closed",
	  .host = "localhost",
	  .pair = "us",
	  .password = "geheim",
	  .more = { "--requirepass", "geheim" },
	  .db = 3 },
};

static void over_tls_it_serves(void **state)
{
	struct bench *b = *state;
	struct papers p = papers_new(b);

	papers_issue(&p, "us", (struct certificate_how){ .usage = "clientAuth" });
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct redis_tls *tls = papers_trusting(&p, p.ca, ways[i].pair);
		struct redis_server server;
		struct redis_options o = { .host = ways[i].host,
					   .tls = tls,
					   .prefix = "test:",
					   .password = ways[i].password,
					   .db = ways[i].db };

		papers_issue(&p, ways[i].name,
			     (struct certificate_how){ .names = "DNS:localhost,IP:127.0.0.1" });
		o.port = papers_start(&server, &p, ways[i].name, 0, ways[i].more);
		redis_kind_options(&o);
		expect_service(SEAT(0), SEAT(1));
		seat_close(SEAT(0));
		seat_close(SEAT(1));
		redis_kind_options(NULL);
		redis_server_end(&server, SIGKILL);
		redis_tls_free(tls);
	}
	papers_free(&p);
}

static void killed_and_cut_behind_tls_nothing_is_lost(void **state)
{
	struct bench *b = *state;
	struct papers p = papers_new(b);
	struct redis_server server;
	struct writer one, two;
	struct pulse pulse;

	papers_issue(&p, "redis", (struct certificate_how){ .names = "DNS:localhost" });
	struct redis_tls *tls = papers_trusting(&p, p.ca, NULL);
	struct redis_options o = { .host = "localhost", .tls = tls, .prefix = "test:" };
	o.port = papers_start(&server, &p, "redis", 0, no_pairs);
	redis_kind_options(&o);
	pulse_start(&pulse, b);
	seat_follow(SEAT(2), "a", 0);
	writer_start(&one, b, SEAT(0)->store, "one", "a");
	writer_start(&two, b, SEAT(1)->store, "two", "a");
	for (int i = 0; i < 4; i++) {
		run_for(b, 90);
		redis_server_say(&server, "CLIENT", "KILL", "TYPE", i % 2 ? "normal" : "pubsub",
				 NULL);
	}
	redis_server_end(&server, SIGKILL);
	papers_start(&server, &p, "redis", o.port, no_pairs);
	n_kills++;
	run_for(b, 2500);
	writers_end(&one, &two, SEAT(3));
	bench_until_news(SEAT(2), "a", STORE_RESET);
	assert_int_equal(count_news(SEAT(2), "a", STORE_RESET), 1);
	assert_true(one.epochs >= 1 && two.epochs >= 1);
	pulse_stop(&pulse);
	for (size_t i = 0; i < 4; i++)
		seat_close(SEAT(i));
	redis_kind_options(NULL);
	redis_server_end(&server, SIGKILL);
	redis_tls_free(tls);
	papers_free(&p);
}

/* The sentinel and the Redis that it names, by a name and not by an address, both behind TLS;
 * whoever is asked by what is not in its certificate is not believed. */
static void a_sentinel_speaks_tls_too(void **state)
{
	struct bench *b = *state;
	struct papers p = papers_new(b);
	struct redis_server master, sentinel;
	struct probe good, wrong;
	char conf[1200], dir[PATH_SIZE], right[32], left[32];
	uint16_t port, at = free_port();

	papers_issue(&p, "redis", (struct certificate_how){ .names = "DNS:localhost" });
	struct redis_tls *tls = papers_trusting(&p, p.ca, NULL);
	port = papers_start(&master, &p, "redis", 0, no_pairs);
	papers_path(&p, "sentinel", "", dir);
	snprintf(conf, sizeof(conf),
		 "port 0\ntls-port %u\nbind 127.0.0.1\nunixsocket %s/redis.sock\ndir %s\n"
		 "tls-cert-file %s/redis.pem\ntls-key-file %s/redis-key.pem\n"
		 "tls-ca-cert-file %s\ntls-auth-clients no\ntls-replication yes\n"
		 "sentinel resolve-hostnames yes\nsentinel announce-hostnames yes\n"
		 "sentinel monitor main localhost %u 1\n",
		 at, dir, dir, b->dir, b->dir, p.ca, port);
	redis_sentinel_start(&sentinel, dir, conf);
	snprintf(right, sizeof(right), "localhost:%u", at);
	snprintf(left, sizeof(left), "127.0.0.1:%u", at);
	struct redis_options o = { .tls = tls, .n_sentinels = 1, .master = "main" };
	o.sentinels = (const char *[]){ right };
	probe_open(&good, b, o);
	o.sentinels = (const char *[]){ left };
	probe_open(&wrong, b, o);
	probe_end(&good, b);
	probe_end(&wrong, b);
	assert_int_equal(good.err, ERR_NOT_FOUND);
	assert_int_equal(wrong.err, ERR_UNAVAILABLE);
	assert_string_equal(wrong.trouble, "No sentinel says where the Redis main is (its "
					   "certificate is not for 127.0.0.1).");
	n_refused++;
	redis_server_end(&sentinel, SIGKILL);
	redis_server_end(&master, SIGKILL);
	redis_tls_free(tls);
	papers_free(&p);
}

const struct redis_case tls_cases[] = {
	CASE(over_tls_it_serves),
	CASE(killed_and_cut_behind_tls_nothing_is_lost),
	CASE(a_sentinel_speaks_tls_too),
};
const size_t n_tls_cases = sizeof(tls_cases) / sizeof(tls_cases[0]);
