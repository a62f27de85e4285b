#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/conf.h"
#include "server/base/conf_table.h"
#include "server/base/log.h"
#include "server/base/text.h"

#define MAX_ARGS 8

/* One reading of the configuration, and everything it said. */
struct run {
	struct conf c;
	char *out, *err;
	int status;
	char path[64]; /* of the file, when there is one */
};

static void write_file(struct run *r, const char *text)
{
	int fd;

	snprintf(r->path, sizeof(r->path), "/tmp/jobalike-conf-XXXXXX");
	fd = mkstemp(r->path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* file: its text, or NULL. args: one flag or NULL. env: as environ, or NULL. */
static void load(struct run *r, const char *file, const char *flag, char *const *env)
{
	char name[] = "jobalike-server", config[] = "--config", *argv[MAX_ARGS] = { name };
	char *copy = flag ? strdup(flag) : NULL;
	size_t n_out, n_err;
	int argc = 1;
	FILE *out, *err;

	*r = (struct run){ 0 };
	if (file) {
		write_file(r, file);
		argv[argc++] = config;
		argv[argc++] = r->path;
	}
	if (copy)
		argv[argc++] = copy;
	out = open_memstream(&r->out, &n_out);
	err = open_memstream(&r->err, &n_err);
	r->status = conf_load(&r->c, argc, argv, env, out, err);
	fclose(out);
	fclose(err);
	free(copy);
	if (file)
		unlink(r->path);
}

static void unload(struct run *r)
{
	conf_fini(&r->c);
	free(r->out);
	free(r->err);
}

static void assert_says(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("wanted \"%s\" in: %s", part, text);
}

/* Refused with status 2, and the sentence is said. */
static void assert_refused(const char *file, const char *flag, char *const *env, const char *says)
{
	struct run r;

	load(&r, file, flag, env);
	if (r.status != 2)
		fail_msg("status %d instead of 2 for %s%s", r.status, file ? file : "",
			 flag ? flag : "");
	assert_says(r.err, says);
	unload(&r);
}

static void defaults_are_complete_and_good(void **state)
{
	struct run r;

	(void)state;
	load(&r, NULL, NULL, NULL);
	assert_int_equal(r.status, -1);
	assert_string_equal(r.err, "");
	assert_string_equal(r.c.listen.host, "127.0.0.1");
	assert_int_equal(r.c.listen.port, 8080);
	assert_int_equal(r.c.store.kind, CONF_STORE_SQLITE);
	assert_string_equal(r.c.store.path, "./var/jobalike.db");
	assert_int_equal(r.c.store.synchronous, CONF_SYNC_FULL);
	assert_int_equal(r.c.log.level, LEVEL_INFO);
	assert_int_equal(r.c.limits.message_bytes, 16384);
	assert_int_equal(r.c.limits.rate_percent, 100);
	assert_int_equal(r.c.http.allowed_origins.n, 0);
	assert_true(r.c.admin.on);
	assert_string_equal(r.c.admin.host, "127.0.0.1");
	assert_false(r.c.demo.session);
	unload(&r);
}

static void words_are_the_levels_of_the_log(void **state)
{
	static const struct {
		const char *flag;
		int level;
	} all[] = { { "--log.level=none", LEVEL_NONE },
		    { "--log.level=error", LEVEL_ERROR },
		    { "--log.level=warn", LEVEL_WARN },
		    { "--log.level=info", LEVEL_INFO },
		    { "--log.level=debug", LEVEL_DEBUG } };
	struct run r;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		load(&r, NULL, all[i].flag, NULL);
		assert_int_equal(r.status, -1);
		assert_int_equal(r.c.log.level, all[i].level);
		unload(&r);
	}
}

static void flag_wins_over_environment_over_file_over_default(void **state)
{
	char *env[] = { "JOBALIKE_LISTEN_PORT=82", "PATH=/bin", NULL };
	struct run r;

	(void)state;
	load(&r, "[listen]\nport = 81\n", NULL, NULL);
	assert_int_equal(r.c.listen.port, 81);
	unload(&r);
	load(&r, "[listen]\nport = 81\n", NULL, env);
	assert_int_equal(r.c.listen.port, 82);
	unload(&r);
	load(&r, "[listen]\nport = 81\n", "--listen.port=83", env);
	assert_int_equal(r.status, -1);
	assert_int_equal(r.c.listen.port, 83);
	unload(&r);
}

/* A value that is overruled need not be good, but it must be a known option. */
static void what_is_overruled_is_not_judged(void **state)
{
	struct run r;

	(void)state;
	load(&r, "[listen]\nport = many\n", "--listen.port=83", NULL);
	assert_int_equal(r.status, -1);
	unload(&r);
}

static void unknown_names_say_where_and_what_was_meant(void **state)
{
	char *env[] = { "JOBALIKE_LISTEN_PROT=1", NULL };
	char *others[] = { "JOBALIKE_BIN=build/debug", "JOBALIKEX=1", "NOTHING", NULL };
	struct run r;

	(void)state;
	assert_refused("[listen]\n\n; a comment\nprot = 80\n", NULL, NULL,
		       ":4: there is no option listen.prot; is listen.port meant?");
	assert_refused("port = 80\n", NULL, NULL, ":1: there is no option port");
	assert_refused("[colour]\nscheme = dark\n", NULL, NULL,
		       ":2: there is no option colour.scheme\n");
	assert_refused(NULL, "--listen.prt=80", NULL, "is listen.port meant?");
	assert_refused(NULL, "serve", NULL, "what is serve?");
	assert_refused(NULL, NULL, env, "is JOBALIKE_LISTEN_PORT meant?");
	load(&r, NULL, NULL, others);
	assert_int_equal(r.status, -1);
	unload(&r);
}

static void bad_values_say_where_they_came_from(void **state)
{
	char *env[] = { "JOBALIKE_DEMO_SESSION=perhaps", NULL };

	(void)state;
	assert_refused("[listen]\nport = 65536\n", NULL, NULL,
		       ":2: listen.port = 65536 is not a number from 0 to 65535");
	assert_refused("[listen]\nport =\n", NULL, NULL, "is not a number");
	assert_refused("[listen]\nport = +80\n", NULL, NULL, "is not a number");
	assert_refused("[listen]\nport = 80x\n", NULL, NULL, "is not a number");
	assert_refused("[listen]\nport = 99999999999999999999\n", NULL, NULL, "is not a number");
	assert_refused(NULL, NULL, env, "JOBALIKE_DEMO_SESSION: demo.session = perhaps is neither");
	assert_refused(NULL, "--store.synchronous=off", NULL,
		       "--store.synchronous: store.synchronous = off is none of: full normal");
	assert_refused(NULL, "--listen.host=example.org", NULL, "not a numeric address");
	assert_refused(NULL, "--listen.host=", NULL, "is empty");
	assert_refused(NULL, "--store.url=mysql:x", NULL,
		       "neither sqlite:PATH nor redis://HOST:PORT nor memory:");
	assert_refused(NULL, "--admin.listen=127.0.0.1", NULL, "neither off nor an address");
	assert_refused(NULL, "--admin.listen=127.0.0.1:70000", NULL, "neither off nor an address");
	assert_refused(NULL, "--http.public_url=ftp://x", NULL, "not a web address");
	assert_refused(NULL, "--http.public_url=https://", NULL, "not a web address");
	assert_refused(NULL, "--http.allowed_origins=https://a.org https://b.org/x", NULL,
		       "not an origin");
	assert_refused(NULL, "--http.allowed_origins=HTTPS://a.org", NULL, "lower case");
	assert_refused(NULL, "--http.trusted_proxies=10.0.0.0/33", NULL, "number of bits");
	assert_refused(NULL, "--http.trusted_proxies=proxy", NULL, "not an address or network");
	assert_refused(NULL, "--limits.rate_percent=-1", NULL, "limits.rate_percent = -1");
	assert_refused(NULL, "--listen.port", NULL, "--listen.port wants a value");
}

static void every_mistake_is_said_at_once(void **state)
{
	struct run r;

	(void)state;
	load(&r, "[listen]\nport = x\nhots = y\n[store]\nurl = z\n", NULL, NULL);
	assert_int_equal(r.status, 2);
	assert_says(r.err, "listen.port = x");
	assert_says(r.err, "listen.hots");
	assert_says(r.err, "store.url = z");
	assert_says(r.err, "3 mistakes");
	unload(&r);
}

/* What the library would cut, join or pass over in silence. */
static void files_are_read_to_the_letter(void **state)
{
	char file[700];
	struct run r;

	(void)state;
	snprintf(file, sizeof(file), "[listen]\nport = 81\n[data]\ndir = %0400d\n", 7);
	assert_refused(file, NULL, NULL, ":4: the line is longer than 198 bytes");
	load(&r, "[listen]\nport = 81\n  host = ::1\n\t; indented\n", NULL, NULL);
	assert_int_equal(r.status, -1);
	assert_string_equal(r.c.listen.host, "::1");
	unload(&r);
	assert_refused("[listen]\nport = 81\nport = 82\n", NULL, NULL, ":3: listen.port was given");
	assert_refused("[listen]\nport\n", NULL, NULL, ":2: neither [section] nor key = value");
	assert_refused("[listen\nport = 1\n", NULL, NULL, ":1: neither [section]");
	assert_refused("[listen]\nport = 81 82\n", NULL, NULL, "81 82 is not a number");
	load(&r, "\xef\xbb\xbf[data]\r\ndir = /srv/a b ; here\r\n", NULL, NULL);
	assert_int_equal(r.status, -1);
	assert_string_equal(r.c.data.dir, "/srv/a b");
	unload(&r);
}

static void a_missing_file_is_a_mistake(void **state)
{
	(void)state;
	assert_refused(NULL, "--config=/nowhere/jobalike.ini", NULL,
		       "/nowhere/jobalike.ini: No such");
	assert_refused(NULL, "--config=/tmp", NULL, "/tmp: Is a directory");
}

static void lists_are_words_and_lines(void **state)
{
	struct run r;

	(void)state;
	load(&r,
	     "[http]\nallowed_origins = https://a.org, https://b.org:8443\n"
	     "trusted_proxies = ::1\nallowed_origins = http://localhost:3000\n",
	     NULL, NULL);
	assert_int_equal(r.status, -1);
	assert_int_equal(r.c.http.allowed_origins.n, 3);
	assert_string_equal(r.c.http.allowed_origins.items[0], "https://a.org");
	assert_string_equal(r.c.http.allowed_origins.items[1], "https://b.org:8443");
	assert_string_equal(r.c.http.allowed_origins.items[2], "http://localhost:3000");
	assert_int_equal(r.c.http.trusted_proxies.n, 1);
	unload(&r);
}

static void what_follows_from_values(void **state)
{
	struct run r;

	(void)state;
	load(&r, "[store]\nurl = memory:\n[data]\ndir = /srv/j\n", "--admin.listen=[::1]:9090",
	     NULL);
	assert_int_equal(r.c.store.kind, CONF_STORE_MEMORY);
	assert_string_equal(r.c.store.path, "");
	assert_string_equal(r.c.admin.host, "::1");
	assert_int_equal(r.c.admin.port, 9090);
	unload(&r);
	load(&r, "[store]\nurl = sqlite:/srv/x.db\n[http]\npublic_url = https://a.org/b//\n",
	     "--admin.listen=off", NULL);
	assert_string_equal(r.c.store.path, "/srv/x.db");
	assert_string_equal(r.c.http.public_url, "https://a.org/b");
	assert_false(r.c.admin.on);
	unload(&r);
	load(&r, NULL, "--data.dir=/srv/j", NULL);
	assert_string_equal(r.c.store.path, "/srv/j/jobalike.db");
	unload(&r);
	load(&r, NULL, "--demo.session", NULL);
	assert_true(r.c.demo.session);
	unload(&r);
}

#define SECRET "SECRETMARK-0123456789-abcdefghijklmnop"
#define OLDER  "SECRETMARK-9876543210-abcdefghijklmnop"

static void secrets_come_from_files_and_are_never_shown(void **state)
{
	char variable[128], *env[] = { variable, NULL };
	struct run secret = { 0 }, r;

	(void)state;
	write_file(&secret, SECRET "\n" OLDER "\n");
	snprintf(variable, sizeof(variable), "JOBALIKE_KEYS_TICKETS_FILE=%s", secret.path);
	load(&r, NULL, "--print-config", env);
	assert_int_equal(r.status, 0);
	assert_string_equal(r.c.keys.tickets, SECRET " " OLDER);
	assert_null(strstr(r.out, "SECRETMARK"));
	assert_says(r.out, "JOBALIKE_KEYS_TICKETS_FILE");
	unload(&r);
	unlink(secret.path);
	assert_refused(NULL, NULL, env, "No such file");
	load(&r, "[keys]\ntickets = SECRETMARK\n", NULL, NULL);
	assert_int_equal(r.status, 2);
	assert_says(r.err, "keys.tickets is shorter than 32");
	assert_null(strstr(r.err, "SECRETMARK"));
	unload(&r);
	load(&r, NULL, "--keys.tickets=" SECRET, NULL);
	assert_int_equal(r.status, 2);
	assert_says(r.err, "keys.tickets is a secret, which arguments are not");
	assert_says(r.err, "JOBALIKE_KEYS_TICKETS_FILE");
	assert_null(strstr(r.err, "SECRETMARK"));
	unload(&r);
}

static void note(void *arg, const char *option, bool live)
{
	struct text *t = arg;

	text_printf(t, "%s %s\n", option, live ? "now" : "later");
}

static void a_fresh_reading_is_adopted_where_it_may_be(void **state)
{
	struct run now, fresh;
	struct text told = { 0 };

	(void)state;
	load(&now, "[http]\nallowed_origins = https://a.example\n[log]\nlevel = warn\n", NULL,
	     NULL);
	load(&fresh,
	     "[listen]\nport = 9\n[http]\nallowed_origins = https://b.example\n"
	     "[limits]\nconnections = 7\njoins_per_second = 9\n[log]\nlevel = warn\n",
	     NULL, NULL);
	conf_adopt(&now.c, &fresh.c, note, &told);
	assert_string_equal(told.s, "listen.port later\nhttp.allowed_origins now\n"
				    "limits.connections later\nlimits.joins_per_second now\n");
	assert_int_equal(now.c.listen.port, 8080);
	assert_int_equal(now.c.limits.connections, 20000);
	assert_int_equal(now.c.limits.joins_per_second, 9);
	assert_int_equal(now.c.http.allowed_origins.n, 1);
	assert_string_equal(now.c.http.allowed_origins.items[0], "https://b.example");
	text_free(&told);
	unload(&now);
	unload(&fresh);
}

static void a_certificate_has_its_key(void **state)
{
	(void)state;
	assert_refused("[tls]\ncertificate = c.pem\n", NULL, NULL, "together or not at all");
	assert_refused("[tls]\nkey = k.pem\n", NULL, NULL, "together or not at all");
}

/* What is printed, read again, gives the same. */
static void printed_can_be_read_again(void **state)
{
	char *env[] = { "JOBALIKE_HTTP_TRUSTED_PROXIES=10.0.0.0/8,::1", NULL };
	struct run first, second;

	(void)state;
	load(&first, "[listen]\nport = 0\n[log]\nlevel = debug\n", "--print-config", env);
	assert_int_equal(first.status, 0);
	assert_says(first.out, "; default");
	assert_says(first.out, "; JOBALIKE_HTTP_TRUSTED_PROXIES");
	assert_says(first.out, ":2\n");
	load(&second, first.out, NULL, NULL);
	assert_int_equal(second.status, -1);
	assert_int_equal(second.c.listen.port, 0);
	assert_int_equal(second.c.log.level, LEVEL_DEBUG);
	assert_int_equal(second.c.http.trusted_proxies.n, 2);
	unload(&first);
	unload(&second);
}

static void asked_things_are_answered(void **state)
{
	struct run r;

	(void)state;
	load(&r, NULL, "--check-config", NULL);
	assert_int_equal(r.status, 0);
	assert_string_equal(r.out, "the options are good\n");
	unload(&r);
	assert_refused("[listen]\nport = x\n", "--check-config", NULL, "listen.port = x");
	load(&r, NULL, "--version", NULL);
	assert_int_equal(r.status, 0);
	assert_says(r.out, "jobalike-server 0.");
	unload(&r);
	load(&r, NULL, "--help", NULL);
	assert_int_equal(r.status, 0);
	for (size_t i = 0; i < n_conf_options; i++)
		assert_says(r.out, conf_options[i].key);
	unload(&r);
}

static void redis_is_where_it_is_said_to_be(void **state)
{
	char user[] = "JOBALIKE_REDIS_USER=ana", master[] = "JOBALIKE_REDIS_MASTER=main",
	     *env[] = { user, master, NULL };
	const struct conf_redis *one;
	struct run r;

	(void)state;
	load(&r, NULL, "--store.url=redis://127.0.0.1", env);
	assert_int_equal(r.status, -1);
	assert_int_equal(r.c.store.kind, CONF_STORE_REDIS);
	one = &r.c.store.redis.items[0];
	assert_string_equal(one->host, "127.0.0.1");
	assert_int_equal(one->port, 6379);
	assert_string_equal(one->name, "redis://127.0.0.1");
	assert_string_equal(r.c.redis.user, "ana");
	assert_string_equal(r.c.redis.prefix, "jobalike:");
	unload(&r);
	load(&r, NULL,
	     "--store.url=redis://[::1]:7000/3#a redis+unix:///run/r.sock?db=2#b redis://r.example",
	     NULL);
	assert_int_equal(r.status, -1);
	one = r.c.store.redis.items;
	assert_int_equal(r.c.store.redis.n, 3);
	assert_string_equal(one[0].host, "::1");
	assert_int_equal(one[0].port, 7000);
	assert_int_equal(one[0].db, 3);
	assert_string_equal(one[0].name, "a");
	assert_string_equal(one[1].path, "/run/r.sock");
	assert_int_equal(one[1].db, 2);
	assert_string_equal(one[2].host, "r.example");
	unload(&r);
	load(&r, "[store]\nurl = redis:///2\n[redis]\nsentinels = 10.0.0.1:26379 [::1]:26380\n",
	     NULL, env);
	assert_int_equal(r.status, -1);
	assert_int_equal(r.c.redis.sentinels.n, 2);
	assert_int_equal(r.c.store.redis.items[0].db, 2);
	unload(&r);
}

static void redis_is_reached_over_tls_where_it_is_said(void **state)
{
	const struct conf_redis *one;
	struct run r;

	(void)state;
	load(&r,
	     "[store]\nurl = rediss://r.example/2 redis://10.0.0.5:7000\n"
	     "[redis]\nca = ca.pem\ncertificate = c.pem\nkey = k.pem\n",
	     NULL, NULL);
	assert_int_equal(r.status, -1);
	assert_int_equal(r.c.store.kind, CONF_STORE_REDIS);
	one = r.c.store.redis.items;
	assert_string_equal(one[0].host, "r.example");
	assert_string_equal(one[0].name, "rediss://r.example/2");
	assert_int_equal(one[0].port, 6379);
	assert_int_equal(one[0].db, 2);
	assert_true(one[0].tls);
	assert_false(one[1].tls);
	assert_string_equal(r.c.redis.ca, "ca.pem");
	assert_string_equal(r.c.redis.certificate, "c.pem");
	assert_string_equal(r.c.redis.key, "k.pem");
	unload(&r);
	load(&r, "[store]\nurl = rediss:///2\n[redis]\nsentinels = s:1\nmaster = m\n", NULL, NULL);
	assert_int_equal(r.status, -1);
	assert_true(r.c.store.redis.items[0].tls);
	unload(&r);
}

static void redis_that_cannot_be_is_refused(void **state)
{
	static const char *const bad[][2] = {
		{ "--store.url=redis:127.0.0.1", "not like redis://127.0.0.1:6379" },
		{ "--store.url=rediss:127.0.0.1", "not like redis://127.0.0.1:6379" },
		{ "--store.url=rediss+unix:///run/r.sock", "not like redis://127.0.0.1:6379" },
		{ "--store.url=rediss://127.0.0.1:0", "the port is not a number" },
		{ "--store.url=rediss://ana:geheim@127.0.0.1", "belong into redis.user" },
		{ "--store.url=rediss://", "store.url has no host" },
		{ "--store.url=redis://127.0.0.1:0", "the port is not a number" },
		{ "--store.url=redis://127.0.0.1:70000", "the port is not a number" },
		{ "--store.url=redis://127.0.0.1:x", "the port is not a number" },
		{ "--store.url=redis://[::1:7", "is not closed" },
		{ "--store.url=redis://a b", "not like" },
		{ "--store.url=redis://ana:geheim@127.0.0.1", "belong into redis.user" },
		{ "--store.url=redis://127.0.0.1/x", "the database is a number" },
		{ "--store.url=redis://127.0.0.1#", "the name after #" },
		{ "--store.url=redis://a#x redis://b#x", "two servers have one name" },
		{ "--store.url=redis+unix://run/r.sock", "begins with /" },
		{ "--store.url=redis+unix:///run/r.sock?x=1", "only db=NUMBER" },
		{ "--store.url=redis://a,b", "neither a name nor an address" },
		{ "--store.url=redis://", "store.url has no host" },
		{ "--redis.durable=no", "none of: always everysec" },
		{ "--redis.prefix=a b", "more than 64 letters" },
		{ "--redis.sentinels=10.0.0.1:x", "the port is not a number" },
		{ "--redis.sentinels=:26379", "the host is missing" },
		{ "--redis.password=geheim", "redis.password is a secret" },
		{ "--listen.shared=yes", "listen.shared is for instances that share a store" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(NULL, bad[i][0], NULL, bad[i][1]);
	assert_refused("[store]\nurl = redis://a\n[redis]\nsentinels = s:1\nmaster = m\n", NULL,
		       NULL, "store.url is redis:// then");
	assert_refused("[store]\nurl = redis://\n[redis]\nsentinels = s:1\n", NULL, NULL,
		       "give redis.master");
	assert_refused("[store]\nurl = redis://a\n[redis]\nca = ca.pem\n", NULL, NULL,
		       "store.url begins with rediss:// then");
	assert_refused("[store]\nurl = rediss://a\n[redis]\nkey = key.pem\n", NULL, NULL,
		       "redis.certificate and redis.key are given together");
}

/* configs/reference.ini is what --default-config prints; `make reference` writes it anew. */
static void reference_is_the_table(void **state)
{
	static char file[32768];
	FILE *f = fopen("configs/reference.ini", "r");
	struct run r, again;

	(void)state;
	assert_non_null(f);
	file[fread(file, 1, sizeof(file) - 1, f)] = '\0';
	fclose(f);
	load(&r, NULL, "--default-config", NULL);
	assert_int_equal(r.status, 0);
	assert_string_equal(r.out, file);
	load(&again, file, NULL, NULL);
	assert_int_equal(again.status, -1);
	for (size_t i = 0; i < n_conf_options; i++)
		assert_says(file, conf_options[i].doc[0] ? conf_options[i].key : "undocumented");
	unload(&r);
	unload(&again);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(defaults_are_complete_and_good),
	cmocka_unit_test(words_are_the_levels_of_the_log),
	cmocka_unit_test(flag_wins_over_environment_over_file_over_default),
	cmocka_unit_test(what_is_overruled_is_not_judged),
	cmocka_unit_test(unknown_names_say_where_and_what_was_meant),
	cmocka_unit_test(bad_values_say_where_they_came_from),
	cmocka_unit_test(every_mistake_is_said_at_once),
	cmocka_unit_test(files_are_read_to_the_letter),
	cmocka_unit_test(a_missing_file_is_a_mistake),
	cmocka_unit_test(lists_are_words_and_lines),
	cmocka_unit_test(what_follows_from_values),
	cmocka_unit_test(secrets_come_from_files_and_are_never_shown),
	cmocka_unit_test(a_fresh_reading_is_adopted_where_it_may_be),
	cmocka_unit_test(a_certificate_has_its_key),
	cmocka_unit_test(redis_is_where_it_is_said_to_be),
	cmocka_unit_test(redis_is_reached_over_tls_where_it_is_said),
	cmocka_unit_test(redis_that_cannot_be_is_refused),
	cmocka_unit_test(printed_can_be_read_again),
	cmocka_unit_test(asked_things_are_answered),
	cmocka_unit_test(reference_is_the_table),
};
const struct unit_group conf_group = UNIT_GROUP("conf", tests);
