/* Options that say where Redis is, and how it is reached. */
#include "tests/unit/unit.h"

#include "tests/unit/conf_run.h"

static void redis_is_where_it_is_said_to_be(void **state)
{
	char user[] = "JOBALIKE_REDIS_USER=ana", master[] = "JOBALIKE_REDIS_MASTER=main",
	     *env[] = { user, master, NULL };
	const struct conf_redis *one;
	struct conf_run r;

	(void)state;
	conf_run(&r, NULL, "--store.url=redis://127.0.0.1", env);
	assert_int_equal(r.status, -1);
	assert_int_equal(r.c.store.kind, CONF_STORE_REDIS);
	one = &r.c.store.redis.items[0];
	assert_string_equal(one->host, "127.0.0.1");
	assert_int_equal(one->port, 6379);
	assert_string_equal(one->name, "redis://127.0.0.1");
	assert_string_equal(r.c.redis.user, "ana");
	assert_string_equal(r.c.redis.prefix, "jobalike:");
	conf_run_end(&r);
	conf_run(&r, NULL,
		 "--store.url=redis://[::1]:7000/3#a redis+unix:///run/r.sock?db=2#b "
		 "redis://r.example",
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
	conf_run_end(&r);
	conf_run(&r, "[store]\nurl = redis:///2\n[redis]\nsentinels = 10.0.0.1:26379 [::1]:26380\n",
		 NULL, env);
	assert_int_equal(r.status, -1);
	assert_int_equal(r.c.redis.sentinels.n, 2);
	assert_int_equal(r.c.store.redis.items[0].db, 2);
	conf_run_end(&r);
}

static void redis_is_reached_over_tls_where_it_is_said(void **state)
{
	const struct conf_redis *one;
	struct conf_run r;

	(void)state;
	conf_run(&r,
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
	conf_run_end(&r);
	conf_run(&r, "[store]\nurl = rediss:///2\n[redis]\nsentinels = s:1\nmaster = m\n", NULL,
		 NULL);
	assert_int_equal(r.status, -1);
	assert_true(r.c.store.redis.items[0].tls);
	conf_run_end(&r);
}

static void redis_that_cannot_be_is_refused(void **state)
{
	static const char *const bad[][2] = {
		{ "--store.url=redis:127.0.0.1", "not like redis://127.0.0.1:6379" },
		{ "--store.url=rediss:127.0.0.1", "not like redis://127.0.0.1:6379" },
		{ "--store.url=rediss+unix:///run/r.sock", "not like redis://127.0.0.1:6379" },
		{ "--store.url=rediss://127.0.0.1:0", " is wrong: the port is not a number" },
		{ "--store.url=rediss://ana:geheim@127.0.0.1",
		  "store.url is wrong: user and password belong into redis.user" },
		{ "--store.url=rediss://", "store.url has no host" },
		{ "--store.url=redis://127.0.0.1:0", " is wrong: the port is not a number" },
		{ "--store.url=redis://127.0.0.1:70000", " is wrong: the port is not a number" },
		{ "--store.url=redis://127.0.0.1:x", " is wrong: the port is not a number" },
		{ "--store.url=redis://[::1:7",
		  " is wrong: the bracket of an IPv6 address is not closed" },
		{ "--store.url=redis://a b", "not like" },
		{ "--store.url=redis://ana:geheim@127.0.0.1",
		  "store.url is wrong: user and password belong into redis.user" },
		{ "--store.url=redis://127.0.0.1/x", " is wrong: the database is a number" },
		{ "--store.url=redis://127.0.0.1#", " is wrong: the name after #" },
		{ "--store.url=redis://a#x redis://b#x", " is wrong: two servers have one name" },
		{ "--store.url=redis+unix://run/r.sock",
		  " is wrong: the path of the socket begins with /" },
		{ "--store.url=redis+unix:///run/r.sock?x=1", " is wrong: after ? only db=NUMBER" },
		{ "--store.url=redis://a,b",
		  " is wrong: the host is neither a name nor an address" },
		{ "--store.url=redis://", "store.url has no host" },
		{ "--redis.durable=no", "none of: always everysec" },
		{ "--redis.prefix=a b", "more than 64 letters" },
		{ "--redis.sentinels=10.0.0.1:x", " is wrong: the port is not a number" },
		{ "--redis.sentinels=:26379", " is wrong: the host is missing" },
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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(redis_is_where_it_is_said_to_be),
	cmocka_unit_test(redis_is_reached_over_tls_where_it_is_said),
	cmocka_unit_test(redis_that_cannot_be_is_refused),
};

const struct unit_group conf_redis_group = UNIT_GROUP("conf_redis", tests);
