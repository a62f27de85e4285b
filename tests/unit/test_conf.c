/* Options: where they come from, which win, and how mistakes in them are told. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "server/base/log.h"
#include "server/base/text.h"
#include "tests/unit/conf_run.h"

static void defaults_are_complete_and_good(void **state)
{
	struct conf_run r;

	(void)state;
	conf_run(&r, NULL, NULL, NULL);
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
	conf_run_end(&r);
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
	struct conf_run r;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		conf_run(&r, NULL, all[i].flag, NULL);
		assert_int_equal(r.status, -1);
		assert_int_equal(r.c.log.level, all[i].level);
		conf_run_end(&r);
	}
}

static void flag_wins_over_environment_over_file_over_default(void **state)
{
	char *env[] = { "JOBALIKE_LISTEN_PORT=82", "PATH=/bin", NULL };
	struct conf_run r;

	(void)state;
	conf_run(&r, "[listen]\nport = 81\n", NULL, NULL);
	assert_int_equal(r.c.listen.port, 81);
	conf_run_end(&r);
	conf_run(&r, "[listen]\nport = 81\n", NULL, env);
	assert_int_equal(r.c.listen.port, 82);
	conf_run_end(&r);
	conf_run(&r, "[listen]\nport = 81\n", "--listen.port=83", env);
	assert_int_equal(r.status, -1);
	assert_int_equal(r.c.listen.port, 83);
	conf_run_end(&r);
}

/* A value that is overruled need not be good, but it must be a known option. */
static void what_is_overruled_is_not_judged(void **state)
{
	struct conf_run r;

	(void)state;
	conf_run(&r, "[listen]\nport = many\n", "--listen.port=83", NULL);
	assert_int_equal(r.status, -1);
	conf_run_end(&r);
}

static void unknown_names_say_where_and_what_was_meant(void **state)
{
	char *env[] = { "JOBALIKE_LISTEN_PROT=1", NULL };
	char *others[] = { "JOBALIKE_BIN=build/debug", "JOBALIKEX=1", "NOTHING", NULL };
	struct conf_run r;

	(void)state;
	assert_refused("[listen]\n\n; a comment\nprot = 80\n", NULL, NULL,
		       ":4: there is no option listen.prot; is listen.port meant?");
	assert_refused("port = 80\n", NULL, NULL, ":1: there is no option port");
	assert_refused("[colour]\nscheme = dark\n", NULL, NULL,
		       ":2: there is no option colour.scheme\n");
	assert_refused(NULL, "--listen.prt=80", NULL, "is listen.port meant?");
	assert_refused(NULL, "serve", NULL, "what is serve?");
	assert_refused(NULL, NULL, env, "is JOBALIKE_LISTEN_PORT meant?");
	conf_run(&r, NULL, NULL, others);
	assert_int_equal(r.status, -1);
	conf_run_end(&r);
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
	struct conf_run r;

	(void)state;
	conf_run(&r, "[listen]\nport = x\nhots = y\n[store]\nurl = z\n", NULL, NULL);
	assert_int_equal(r.status, 2);
	assert_says(r.err, "listen.port = x");
	assert_says(r.err, "listen.hots");
	assert_says(r.err, "store.url = z");
	assert_says(r.err, "3 mistakes");
	conf_run_end(&r);
}

/* What the library would cut, join or pass over in silence. */
static void files_are_read_to_the_letter(void **state)
{
	char file[700];
	struct conf_run r;

	(void)state;
	snprintf(file, sizeof(file), "[listen]\nport = 81\n[data]\ndir = %0400d\n", 7);
	assert_refused(file, NULL, NULL, ":4: the line is longer than 198 bytes");
	conf_run(&r, "[listen]\nport = 81\n  host = ::1\n\t; indented\n", NULL, NULL);
	assert_int_equal(r.status, -1);
	assert_string_equal(r.c.listen.host, "::1");
	conf_run_end(&r);
	assert_refused("[listen]\nport = 81\nport = 82\n", NULL, NULL, ":3: listen.port was given");
	assert_refused("[listen]\nport\n", NULL, NULL, ":2: neither [section] nor key = value");
	assert_refused("[listen\nport = 1\n", NULL, NULL, ":1: neither [section]");
	assert_refused("[listen]\nport = 81 82\n", NULL, NULL, "81 82 is not a number");
	conf_run(&r, "\xef\xbb\xbf[data]\r\ndir = /srv/a b ; here\r\n", NULL, NULL);
	assert_int_equal(r.status, -1);
	assert_string_equal(r.c.data.dir, "/srv/a b");
	conf_run_end(&r);
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
	struct conf_run r;

	(void)state;
	conf_run(&r,
		 "[http]\nallowed_origins = https://a.org, https://b.org:8443\n"
		 "trusted_proxies = ::1\nallowed_origins = http://localhost:3000\n",
		 NULL, NULL);
	assert_int_equal(r.status, -1);
	assert_int_equal(r.c.http.allowed_origins.n, 3);
	assert_string_equal(r.c.http.allowed_origins.items[0], "https://a.org");
	assert_string_equal(r.c.http.allowed_origins.items[1], "https://b.org:8443");
	assert_string_equal(r.c.http.allowed_origins.items[2], "http://localhost:3000");
	assert_int_equal(r.c.http.trusted_proxies.n, 1);
	conf_run_end(&r);
}

static void what_follows_from_values(void **state)
{
	struct conf_run r;

	(void)state;
	conf_run(&r, "[store]\nurl = memory:\n[data]\ndir = /srv/j\n", "--admin.listen=[::1]:9090",
		 NULL);
	assert_int_equal(r.c.store.kind, CONF_STORE_MEMORY);
	assert_string_equal(r.c.store.path, "");
	assert_string_equal(r.c.admin.host, "::1");
	assert_int_equal(r.c.admin.port, 9090);
	conf_run_end(&r);
	conf_run(&r, "[store]\nurl = sqlite:/srv/x.db\n[http]\npublic_url = https://a.org/b//\n",
		 "--admin.listen=off", NULL);
	assert_string_equal(r.c.store.path, "/srv/x.db");
	assert_string_equal(r.c.http.public_url, "https://a.org/b");
	assert_false(r.c.admin.on);
	conf_run_end(&r);
	conf_run(&r, NULL, "--data.dir=/srv/j", NULL);
	assert_string_equal(r.c.store.path, "/srv/j/jobalike.db");
	conf_run_end(&r);
	conf_run(&r, NULL, "--demo.session", NULL);
	assert_true(r.c.demo.session);
	conf_run_end(&r);
}

static void note(void *arg, const char *option, bool live)
{
	struct text *t = arg;

	text_printf(t, "%s %s\n", option, live ? "now" : "later");
}

static void a_fresh_reading_is_adopted_where_it_may_be(void **state)
{
	struct conf_run now, fresh;
	struct text told = { 0 };

	(void)state;
	conf_run(&now, "[http]\nallowed_origins = https://a.example\n[log]\nlevel = warn\n", NULL,
		 NULL);
	conf_run(&fresh,
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
	conf_run_end(&now);
	conf_run_end(&fresh);
}

static void a_certificate_has_its_key(void **state)
{
	(void)state;
	assert_refused("[tls]\ncertificate = c.pem\n", NULL, NULL, "together or not at all");
	assert_refused("[tls]\nkey = k.pem\n", NULL, NULL, "together or not at all");
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
	cmocka_unit_test(a_fresh_reading_is_adopted_where_it_may_be),
	cmocka_unit_test(a_certificate_has_its_key),
};

const struct unit_group conf_group = UNIT_GROUP("conf", tests);
