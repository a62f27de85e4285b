/* A master dies and sentinels name its replica: in clear, and where all of them speak TLS only. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/redis/papers.h"

enum who { ONE, TWO, SENTINEL };

/* Folders, and pairs of a certificate and its key. */
static const char *const names[] = { "one", "two", "sentinel" };

struct failover {
	struct bench *bench;
	const struct papers *papers; /* NULL: all of it is in clear */
	struct redis_server servers[3];
	uint16_t ports[3];
	struct redis_options options;
	const char *sentinels[2];
	char sentinel[32];
	struct writer writer;
	struct pulse pulse;
};

/* --- two servers, and who watches them --- */

/* master: whose copy it is; 0: nobody's. */
static void start(struct failover *f, enum who who, uint16_t master)
{
	char port[8] = "0", of[8], dir[PATH_SIZE];
	const char *words[] = { "--port",
				port,
				"--bind",
				"127.0.0.1",
				"--tls-replication",
				f->papers ? "yes" : "no",
				"--repl-diskless-sync-delay",
				"0",
				master ? "--replicaof" : NULL,
				"127.0.0.1",
				of,
				NULL };

	snprintf(of, sizeof(of), "%u", master);
	if (f->papers) {
		papers_start(&f->servers[who], f->papers, names[who], f->ports[who], words);
		return;
	}
	snprintf(port, sizeof(port), "%u", f->ports[who]);
	snprintf(dir, sizeof(dir), "%s/%s", f->bench->dir, names[who]);
	redis_server_start(&f->servers[who], dir, words);
}

static void start_sentinel(struct failover *f)
{
	char conf[1200], port[600], dir[PATH_SIZE];

	snprintf(dir, sizeof(dir), "%s/%s", f->bench->dir, names[SENTINEL]);
	snprintf(port, sizeof(port), "port %u\n", f->ports[SENTINEL]);
	if (f->papers)
		snprintf(port, sizeof(port),
			 "port 0\ntls-port %u\ntls-replication yes\ntls-cert-file %s.pem\n"
			 "tls-key-file %s-key.pem\ntls-ca-cert-file %s\n",
			 f->ports[SENTINEL], dir, dir, f->papers->ca);
	snprintf(conf, sizeof(conf),
		 "%sbind 127.0.0.1\nunixsocket %s/redis.sock\ndir %s\n"
		 "sentinel monitor main 127.0.0.1 %u 1\n"
		 "sentinel down-after-milliseconds main 600\nsentinel failover-timeout main 4000\n",
		 port, dir, dir, f->ports[ONE]);
	redis_sentinel_start(&f->servers[SENTINEL], dir, conf);
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

static void start_all(struct failover *f)
{
	struct redis_server *one = &f->servers[ONE], *two = &f->servers[TWO];

	for (size_t i = 0; i < 3; i++)
		f->ports[i] = free_port();
	start(f, ONE, 0);
	start(f, TWO, f->ports[ONE]);
	/* The first comes with the copy, perhaps; the second only as it is written. */
	redis_server_say(one, "SET", "first", "yes", NULL);
	until(two, "yes", "GET", "first", NULL);
	redis_server_say(one, "SET", "second", "yes", NULL);
	until(two, "yes", "GET", "second", NULL);
	start_sentinel(f);
	until(&f->servers[SENTINEL], "num-slaves\n1\n", "SENTINEL", "master", "main");
}

/* --- what each case begins and ends with --- */

static void wait_for_lines(struct writer *w, unsigned n)
{
	for (int i = 0; i < 80 && w->n < n; i++)
		run_for(w->bench, 250);
	assert_true(w->n >= n);
}

/* The master dies under load. */
static void begin(struct failover *f, struct bench *b, const struct papers *p,
		  struct redis_tls *tls)
{
	*f = (struct failover){ .bench = b, .papers = p };
	start_all(f);
	snprintf(f->sentinel, sizeof(f->sentinel), "127.0.0.1:%u", f->ports[SENTINEL]);
	f->sentinels[0] = "127.0.0.1:1";
	f->sentinels[1] = f->sentinel;
	f->options = (struct redis_options){ .tls = tls,
					     .prefix = "test:",
					     .sentinels = f->sentinels,
					     .n_sentinels = 2,
					     .master = "main" };
	redis_kind_options(&f->options);
	pulse_start(&f->pulse, b);
	seat_follow(bench_seat(b, 0), "a", 0);
	writer_start(&f->writer, b, b->seats[0].store, "w", "a");
	wait_for_lines(&f->writer, 100);
	redis_server_end(&f->servers[ONE], SIGKILL);
	n_kills++;
}

/* Its replica takes over, and what it had not got yet is given back. */
static void end(struct failover *f)
{
	struct bench *b = f->bench;
	size_t lost = 0, doubled = 0;

	wait_for_lines(&f->writer, f->writer.n + 10);
	writer_stop(&f->writer);
	writer_check(&f->writer, bench_seat(b, 1), &lost, &doubled);
	assert_true(f->writer.epochs >= 1);
	assert_int_equal(count_news(&b->seats[0], "a", STORE_RESET), 1);
	n_lost += lost;
	n_doubled += doubled;
	assert_int_equal(lost + doubled, 0);
	pulse_stop(&f->pulse);
	seat_close(&b->seats[0]);
	seat_close(&b->seats[1]);
	redis_kind_options(NULL);
	for (size_t i = 0; i < 3; i++)
		redis_server_end(&f->servers[i], SIGKILL);
}

static void a_failover_is_followed(void **state)
{
	struct failover f;

	begin(&f, *state, NULL, NULL);
	end(&f);
}

/* --- behind TLS: whoever connects shows a certificate, replicas and sentinels too --- */

static void issue(const struct papers *p, const char *of_two)
{
	papers_issue(p, "one", (struct certificate_how){ .names = "IP:127.0.0.1" });
	papers_issue(p, "two", (struct certificate_how){ .names = of_two });
	papers_issue(p, "sentinel", (struct certificate_how){ .names = "IP:127.0.0.1" });
	papers_issue(p, "us", (struct certificate_how){ .usage = "clientAuth" });
}

static void a_failover_behind_tls_is_followed(void **state)
{
	struct papers p = papers_new(*state);
	struct failover f;

	issue(&p, "IP:127.0.0.1");
	struct redis_tls *tls = papers_trusting(&p, p.ca, "us");
	begin(&f, *state, &p, tls);
	end(&f);
	redis_tls_free(tls);
	papers_free(&p);
}

static void until_trouble(struct seat *s, const char *words)
{
	for (int i = 0; i < 40; i++) {
		if (s->store->trouble && strstr(s->store->trouble, words))
			return;
		run_for(s->bench, 250);
	}
	fail_msg("not in trouble: %s", words);
}

/* With another certificate, as after it was renewed. */
static void show(const struct redis_server *s, const struct papers *p, const char *name)
{
	char pem[PATH_SIZE], key[PATH_SIZE];

	papers_path(p, name, ".pem", pem);
	papers_path(p, name, "-key.pem", key);
	assert_string_equal(redis_server_say(s, "CONFIG", "SET", "tls-cert-file", pem,
					     "tls-key-file", key, NULL),
			    "OK");
}

/* Sentinels look at who signed a certificate and not at whose it is, so they name a master that is
 * not who it says. It is told nothing; once it shows the right one, everything goes on. */
static void a_new_master_is_believed_by_its_certificate(void **state)
{
	struct papers p = papers_new(*state);
	struct failover f;
	const struct redis_server *two = &f.servers[TWO];
	char length[24], port[16];
	unsigned n;

	issue(&p, "IP:127.0.0.2");
	struct redis_tls *tls = papers_trusting(&p, p.ca, "us");
	begin(&f, *state, &p, tls);
	snprintf(port, sizeof(port), "\n%u\n", f.ports[TWO]);
	until(&f.servers[SENTINEL], port, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main");
	until_trouble(SEAT(0), "its certificate is not for 127.0.0.1");
	snprintf(length, sizeof(length), "%s", redis_server_say(two, "XLEN", "test:log:a", NULL));
	n = f.writer.n;
	run_for(*state, 1500);
	assert_int_equal(f.writer.n, n);
	assert_string_equal(redis_server_say(two, "XLEN", "test:log:a", NULL), length);
	n_refused++;
	show(two, &p, "one");
	end(&f);
	redis_tls_free(tls);
	papers_free(&p);
}

const struct redis_case failover_cases[] = {
	CASE(a_failover_is_followed),
	CASE(a_failover_behind_tls_is_followed),
	CASE(a_new_master_is_believed_by_its_certificate),
};
const size_t n_failover_cases = sizeof(failover_cases) / sizeof(failover_cases[0]);
