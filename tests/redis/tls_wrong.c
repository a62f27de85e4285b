/* Who is not proven to be the Redis that was asked for gets no word of ours, and a sentence says
 * why. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/redis/babbler.h"
#include "tests/redis/papers.h"

struct wrong {
	const char *name;           /* what the server shows */
	struct certificate_how how; /* how that was made */
	const char *more[6];        /* words of its command line */
	const char *host;
	const char *pair;                        /* what we show */
	enum { OURS, ANOTHER, SYSTEMS } trusted; /* roots */
	const char *says;
};

#define NAMES     .names = "DNS:localhost,IP:127.0.0.1"
#define NO_PAIRS  "--tls-auth-clients", "no"
#define ASKS_TOO  "it asks for redis.certificate and redis.key"
#define OTHER_KIN "its certificate is not accepted: self"

static const struct wrong wrongs[] = {
	{ "kin", { NAMES }, { NO_PAIRS }, "localhost", NULL, ANOTHER, OTHER_KIN },
	{ "kith", { NAMES }, { NO_PAIRS }, "localhost", NULL, SYSTEMS, OTHER_KIN },
	{ "kin12",
	  { NAMES },
	  { NO_PAIRS, "--tls-protocols", "TLSv1.2" },
	  "127.0.0.1",
	  NULL,
	  ANOTHER,
	  OTHER_KIN },
	{ "name",
	  { .names = "DNS:redis.example.org" },
	  { NO_PAIRS },
	  "localhost",
	  NULL,
	  OURS,
	  "its certificate is not for localhost" },
	{ "address",
	  { .names = "DNS:localhost" },
	  { NO_PAIRS },
	  "127.0.0.1",
	  NULL,
	  OURS,
	  "its certificate is not for 127.0.0.1" },
	{ "old",
	  { NAMES, .from_s = -90, .to_s = -30 },
	  { NO_PAIRS },
	  "localhost",
	  NULL,
	  OURS,
	  "its certificate is not accepted: certificate has expired" },
	{ "asks", { NAMES }, { NULL }, "localhost", NULL, OURS, ASKS_TOO },
	{ "asks12",
	  { NAMES },
	  { "--tls-protocols", "TLSv1.2" },
	  "localhost",
	  NULL,
	  OURS,
	  ASKS_TOO },
	{ "strange", { NAMES }, { NULL }, "localhost", "nobody", OURS, "it refuses us: " },
	{ "clear",
	  { NAMES },
	  { "--tls-port", "0", "--port" },
	  "127.0.0.1",
	  NULL,
	  OURS,
	  "no answer to TLS: is this its tls-port?" },
};
#define N_WRONGS (sizeof(wrongs) / sizeof(wrongs[0]))

static void expect_wrong(const struct probe *p, const char *says)
{
	assert_int_equal(p->err, ERR_UNAVAILABLE);
	assert_false(p->refused); /* it may be mended while we wait */
	if (!strstr(p->trouble, says) || !strstr(p->trouble, "is not reachable"))
		fail_msg("wanted \"%s\" in: %s", says, p->trouble);
	n_refused++;
}

static void who_is_not_proven_is_not_talked_to(void **state)
{
	struct bench *b = *state;
	struct papers p = papers_new(b);
	const char *const roots[] = { p.ca, p.other_ca, "" };
	struct redis_server servers[N_WRONGS];
	struct redis_tls *tls[N_WRONGS];
	struct probe probes[N_WRONGS];

	papers_issue(&p, "nobody", (struct certificate_how){ .by = &p.other });
	for (size_t i = 0; i < N_WRONGS; i++) {
		const struct wrong *w = &wrongs[i];
		struct redis_options o = { .host = w->host, .password = "geheim" };
		const char *more[8] = { 0 };
		char text[8];

		memcpy(more, w->more, sizeof(w->more));
		papers_issue(&p, w->name, w->how);
		o.port = free_port();
		snprintf(text, sizeof(text), "%u", o.port);
		if (more[2] && strcmp(more[2], "--port") == 0)
			more[3] = text;
		papers_start(&servers[i], &p, w->name, o.port, more);
		o.tls = tls[i] = papers_trusting(&p, roots[w->trusted], w->pair);
		probe_open(&probes[i], b, o);
	}
	for (size_t i = 0; i < N_WRONGS; i++) {
		probe_end(&probes[i], b);
		redis_server_end(&servers[i], SIGKILL);
		redis_tls_free(tls[i]);
	}
	papers_free(&p);
	for (size_t i = 0; i < N_WRONGS; i++)
		expect_wrong(&probes[i], wrongs[i].says);
}

#define BYTES(s) .bytes = (s), .n = sizeof(s) - 1

static void what_is_no_tls_hears_nothing(void **state)
{
	static char much[1 << 20];
	struct bench *b = *state;
	struct papers p = papers_new(b);
	struct redis_tls *tls = papers_trusting(&p, p.ca, NULL);
	struct {
		struct babbler it;
		const char *says;
		struct probe probe;
	} all[] = {
		{ { BYTES("-ERR unknown command\r\n") }, "(it does not speak TLS)", { 0 } },
		{ { BYTES("HTTP/1.1 400 Bad Request\r\n\r\n"), .ends = true },
		  "(it does not speak TLS)",
		  { 0 } },
		{ { .bytes = much, .n = sizeof(much) }, "(it does not speak TLS)", { 0 } },
		{ { BYTES("\x16\x03\x03\0\x04\x0e\0\0\0") }, "(it speaks TLS wrongly: ", { 0 } },
		{ { .ends = true }, "(connection closed while TLS was begun)", { 0 } },
		{ { BYTES("\x16\x03\x03\x01"), .ends = true },
		  "(connection closed while TLS was begun)",
		  { 0 } },
		{ { BYTES("\x16\x03\x03\x01") },
		  "(no answer to TLS: is this its tls-port?)",
		  { 0 } },
		{ { .n = 0 }, "(no answer to TLS: is this its tls-port?)", { 0 } },
	};
	size_t n = sizeof(all) / sizeof(all[0]);

	for (size_t i = 0; i < n; i++) {
		struct redis_options o = {
			.host = "127.0.0.1", .tls = tls, .user = "geheim-1", .password = "geheim-2"
		};

		o.port = babble(&all[i].it, &b->loop);
		probe_open(&all[i].probe, b, o);
	}
	for (size_t i = 0; i < n; i++) {
		struct text *told = &all[i].it.told;

		probe_end(&all[i].probe, b);
		expect_wrong(&all[i].probe, all[i].says);
		assert_true(told->len > 100); /* it was greeted */
		assert_int_equal(told->s[0], 0x16);
		assert_null(memmem(told->s, told->len, "geheim", 6));
		assert_null(memmem(told->s, told->len, "INFO", 4));
		babble_end(&all[i].it);
	}
	redis_tls_free(tls);
	papers_free(&p);
}

const struct redis_case tls_wrong_cases[] = {
	CASE(who_is_not_proven_is_not_talked_to),
	CASE(what_is_no_tls_hears_nothing),
};
const size_t n_tls_wrong_cases = sizeof(tls_wrong_cases) / sizeof(tls_wrong_cases[0]);
