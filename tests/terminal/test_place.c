/* Links and addresses. */
#include <string.h>

#include "clients/cli/place.h"
#include "tests/unit/unit.h"

static void links_are_read(void **arg)
{
	static const struct {
		const char *text, *host, *session, *token, *shown;
		int port;
		bool tls;
	} cases[] = {
		{ "http://127.0.0.1:8080", "127.0.0.1", NULL, NULL, "127.0.0.1:8080", 8080, false },
		{ "https://meet.example.org/", "meet.example.org", NULL, NULL, "meet.example.org",
		  443, true },
		{ "https://x.org/s/ab-C_1", "x.org", "ab-C_1", NULL, "x.org", 443, true },
		{ "http://[::1]:81/s/a/#ticket=e.y%2Bz", "::1", "a", "e.y+z", "[::1]:81", 81,
		  false },
		{ "abc", "h.org", "abc", NULL, "h.org:99", 99, false },
	};

	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct place p;
		char why[300] = "", host[100];

		if (!place_read(cases[i].text, "http://h.org:99", &p, why, sizeof(why)))
			fail_msg("%s", why);
		assert_string_equal(p.host, cases[i].host);
		assert_int_equal(p.port, cases[i].port);
		assert_int_equal(p.tls, cases[i].tls);
		if (cases[i].session)
			assert_string_equal(p.session, cases[i].session);
		else
			assert_null(p.session);
		if (cases[i].token)
			assert_string_equal(p.token, cases[i].token);
		else
			assert_null(p.token);
		assert_string_equal(place_host(&p, host, sizeof(host)), cases[i].shown);
		place_fini(&p);
	}
}

static void what_is_no_link_is_refused_with_a_sentence(void **arg)
{
	static const char *const cases[] = {
		"ftp://x",
		"http://",
		"http://:80",
		"http://x:0",
		"http://x:99999",
		"http://x:",
		"http://x/s/",
		"http://x/other",
		"http://x#ticket=a",
		"http://x/s/a#ticket=",
		"http://x/s/a?b",
		"a b",
		"",
		"http://[::1",
	};

	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct place p;
		char why[300] = "";

		if (place_read(cases[i], "http://h.org", &p, why, sizeof(why)))
			fail_msg("%s was taken", cases[i]);
		assert_true(strlen(why) > 10);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(links_are_read),
	cmocka_unit_test(what_is_no_link_is_refused_with_a_sentence),
};

const struct unit_group place_group = UNIT_GROUP("place", tests);
