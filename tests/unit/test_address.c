/* Who comes from where: whose word for it is taken, what an address may have, and when it is
 * forgotten. */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <string.h>

#include "server/net/address.h"

#define MAX      3
#define A_SECOND 2

struct world {
	char *items[3];
	struct conf_list proxies;
	struct addresses all;
};

static void begin(struct world *w, const char *one, const char *other)
{
	*w = (struct world){ .items = { (char *)(uintptr_t)one, (char *)(uintptr_t)other } };
	w->proxies = (struct conf_list){ w->items, (one != NULL) + (other != NULL) };
	w->all = (struct addresses){ .proxies = &w->proxies,
				     .max = MAX,
				     .tickets = A_SECOND,
				     .arrivals = 1000,
				     .work = 50000 };
}

static void end(struct world *w)
{
	addresses_fini(&w->all);
}

static struct address *come(struct world *w, const char *from, int64_t now)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET6, from, &v6.sin6_addr) == 1)
		return address_take(&w->all, (struct sockaddr *)&v6, now);
	assert_int_equal(inet_pton(AF_INET, from, &v4.sin_addr), 1);
	return address_take(&w->all, (struct sockaddr *)&v4, now);
}

/* How the log would call whoever is behind it. */
static const char *who(struct address *a, const char *forwarded)
{
	static char shown[ADDRESS_SHOWN];

	return address_shown(a, forwarded, shown);
}

static void a_stranger_is_not_believed(void **state)
{
	struct world w;
	struct address *a;

	(void)state;
	begin(&w, "10.0.0.1", "fd00::/112");
	a = come(&w, "198.51.100.7", 1);
	assert_string_equal(who(a, "203.0.113.9"), "198.51.100.0/24");
	assert_ptr_equal(address_claim(a, "203.0.113.9", 1), a);
	assert_false(address_is_proxy(a));
	a = come(&w, "2001:db8:7::1", 1);
	assert_string_equal(who(a, "203.0.113.9"), "2001:db8:7::/48");
	end(&w);
}

/* Addresses of IPv6 count by their first half, but trust is in whole ones. */
static void a_neighbour_of_a_proxy_is_not_believed(void **state)
{
	static const char *const neighbours[] = { "fd00::1:5", "fd00::5:0:0:1", "fd00::1:0" };
	struct world w;

	(void)state;
	begin(&w, "fd00::/112", "fd00::2:0:0:0");
	for (size_t i = 0; i < sizeof(neighbours) / sizeof(neighbours[0]); i++) {
		struct address *a = come(&w, neighbours[i], 1);

		assert_false(address_is_proxy(a));
		assert_string_equal(who(a, "203.0.113.9"), "fd00::/48");
		assert_ptr_equal(address_claim(a, "203.0.113.9", 1), a);
	}
	assert_null(come(&w, "fd00::1:6", 1)); /* one too many of this half */
	struct address *proxy = come(&w, "fd00::5", 1);

	assert_true(address_is_proxy(proxy));
	assert_string_equal(who(proxy, "203.0.113.9"), "203.0.113.0/24");
	end(&w);
}

static void the_last_word_that_is_no_proxys_counts(void **state)
{
	static const struct {
		const char *forwarded, *who;
	} cases[] = {
		{ "203.0.113.9", "203.0.113.0/24" },
		{ "1.2.3.4, 203.0.113.9", "203.0.113.0/24" },
		{ "1.2.3.4,5.6.7.8,203.0.113.9,10.0.0.1", "203.0.113.0/24" },
		{ "1.2.3.4, 203.0.113.9, 10.0.0.1, 10.0.0.1", "203.0.113.0/24" },
		{ "nonsense, 203.0.113.9", "203.0.113.0/24" },
		{ "203.0.113.9:51234", "203.0.113.0/24" },
		{ "[2001:db8:7::1]:443", "2001:db8:7::/48" },
		{ "[2001:db8:7::1]", "2001:db8:7::/48" },
		{ "2001:db8:7::1", "2001:db8:7::/48" },
		{ "::ffff:203.0.113.9", "203.0.113.0/24" },
		/* Who says nothing that can be read is the proxy itself. */
		{ "", "10.0.0.0/24" },
		{ "unknown", "10.0.0.0/24" },
		{ "203.0.113.9, unknown", "10.0.0.0/24" },
		{ "203.0.113.9, ", "10.0.0.0/24" },
		{ "10.0.0.1", "10.0.0.0/24" },
	};
	struct world w;
	struct address *proxy;

	(void)state;
	begin(&w, "10.0.0.1", NULL);
	proxy = come(&w, "10.0.0.1", 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(who(proxy, cases[i].forwarded), cases[i].who);
	end(&w);
}

static void networks_have_their_bits(void **state)
{
	static const struct {
		const char *network, *address;
		bool in;
	} cases[] = {
		{ "10.0.0.0/8", "10.255.0.1", true },
		{ "10.0.0.0/8", "11.0.0.1", false },
		{ "10.0.0.0/31", "10.0.0.1", true },
		{ "10.0.0.0/31", "10.0.0.2", false },
		{ "10.0.0.1/32", "10.0.0.1", true },
		{ "10.0.0.1/32", "10.0.0.0", false },
		{ "0.0.0.0/0", "203.0.113.9", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "10.0.0.128/25", "10.0.0.129", true },
		{ "10.0.0.128/25", "10.0.0.1", false },
		{ "2001:db8::/33", "2001:db8::1", true },
		{ "2001:db8::/33", "2001:db8:8000::", false },
		{ "::/0", "2001:db8::1", true },
		{ "::1", "::1", true },
		{ "::1", "::2", false },
		{ "::1/128", "::1", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w;

		begin(&w, cases[i].network, NULL);
		if (address_is_proxy(come(&w, cases[i].address, 1)) != cases[i].in)
			fail_msg("%s, %s", cases[i].network, cases[i].address);
		end(&w);
	}
}

static void an_address_has_so_many_connections(void **state)
{
	struct world w;
	struct address *a = NULL;

	(void)state;
	begin(&w, "10.0.0.1", NULL);
	for (int i = 0; i < MAX; i++)
		assert_non_null(a = come(&w, "198.51.100.7", 1));
	assert_null(come(&w, "198.51.100.7", 1));
	assert_non_null(come(&w, "198.51.100.8", 1));
	address_release(a);
	assert_non_null(come(&w, "198.51.100.7", 1));
	for (int i = 0; i < 10 * MAX; i++)
		assert_non_null(come(&w, "10.0.0.1", 1)); /* that is who they are behind */
	end(&w);
}

static void behind_a_proxy_too(void **state)
{
	struct world w;
	struct address *proxy, *real = NULL;

	(void)state;
	begin(&w, "10.0.0.1", NULL);
	for (int i = 0; i < MAX; i++) {
		proxy = come(&w, "10.0.0.1", 1);
		assert_non_null(real = address_claim(proxy, "203.0.113.9", 1));
		assert_ptr_not_equal(real, proxy);
	}
	proxy = come(&w, "10.0.0.1", 1);
	assert_int_equal(proxy->connections, 1);
	assert_null(address_claim(proxy, "203.0.113.9", 1));
	assert_int_equal(proxy->connections, 1);
	assert_ptr_not_equal(address_claim(proxy, "203.0.113.10", 1), real);
	end(&w);
}

static void an_address_comes_only_so_fast(void **state)
{
	struct world w;
	struct address *proxy;
	int direct = 0, behind = 0;

	(void)state;
	begin(&w, "10.0.0.1", NULL);
	w.all.arrivals = A_SECOND;
	proxy = come(&w, "10.0.0.1", 1);
	for (int i = 0; i < 100; i++) {
		struct address *a = come(&w, "198.51.100.7", 1000);

		direct += a != NULL;
		if (a)
			address_release(a);
		proxy->connections++;
		a = address_claim(proxy, "203.0.113.9", 1000);
		behind += a != NULL;
		address_release(a ? a : proxy);
	}
	assert_int_equal(direct, A_SECOND * ADDRESS_BURST);
	assert_int_equal(behind, A_SECOND * ADDRESS_BURST);
	assert_null(come(&w, "198.51.100.7", 1400));
	assert_non_null(come(&w, "198.51.100.7", 1500));
	end(&w);
}

static void tickets_are_asked_for_only_so_fast(void **state)
{
	struct world w;
	struct address *a;

	(void)state;
	begin(&w, "10.0.0.1", NULL);
	a = come(&w, "198.51.100.7", 1000);
	for (int i = 0; i < A_SECOND * ADDRESS_BURST; i++)
		assert_int_equal(address_ask(a, "203.0.113.9", 1000), 0); /* not believed */
	assert_true(address_ask(a, "203.0.113.10", 1000) > 0);
	assert_int_equal(address_ask(a, "", 1500), 0);
	end(&w);
}

#define SHARE (50000 * ADDRESS_BURST) /* us that may be taken at once */

static void work_is_done_for_only_so_long(void **state)
{
	struct world w;
	struct address *a, *proxy, *real;

	(void)state;
	begin(&w, "10.0.0.1", NULL);
	a = address_asks(come(&w, "198.51.100.7", 1000), "203.0.113.9");
	address_took(a, SHARE - 1, 1000);
	assert_int_equal(address_waits(a, 1000), 0);
	address_took(a, 100001, 1000); /* one answer may cost much */
	assert_in_range(address_waits(a, 1000), 1999, 2002);
	assert_true(address_waits(a, 2900) > 0);
	assert_int_equal(address_waits(a, 3010), 0);
	address_answered(a);

	proxy = come(&w, "10.0.0.1", 3000);
	real = address_asks(proxy, "203.0.113.9");
	address_took(real, SHARE + 1, 3000);
	assert_true(address_waits(real, 3000) > 0);
	assert_int_equal(address_waits(address_asks(proxy, "203.0.113.10"), 3000), 0);
	address_took(proxy, 10 * SHARE, 3000);
	assert_int_equal(address_waits(proxy, 3000), 0);
	addresses_sweep(&w.all, 3000 + 3600000);
	assert_int_equal(HASH_COUNT(w.all.table), 4); /* two ask still, two are here */
	end(&w);
}

static void who_is_gone_is_forgotten(void **state)
{
	struct world w;
	struct address *a;

	(void)state;
	begin(&w, NULL, NULL);
	a = come(&w, "198.51.100.7", 1000);
	address_ask(a, "", 1000);
	guess_wrong(address_guesses(a, ""), GUESS_MOST, 1000);
	addresses_sweep(&w.all, 1000 + 2 * GUESS_FORGIVE_MS);
	assert_int_equal(HASH_COUNT(w.all.table), 1); /* is here */
	address_release(a);
	addresses_sweep(&w.all, 1000 + GUESS_FORGIVE_MS / 2);
	assert_int_equal(HASH_COUNT(w.all.table), 1); /* guessed a while ago */
	addresses_sweep(&w.all, 1000 + 2 * GUESS_FORGIVE_MS);
	assert_int_equal(HASH_COUNT(w.all.table), 0);
	end(&w);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_stranger_is_not_believed),
	cmocka_unit_test(a_neighbour_of_a_proxy_is_not_believed),
	cmocka_unit_test(the_last_word_that_is_no_proxys_counts),
	cmocka_unit_test(networks_have_their_bits),
	cmocka_unit_test(an_address_has_so_many_connections),
	cmocka_unit_test(behind_a_proxy_too),
	cmocka_unit_test(an_address_comes_only_so_fast),
	cmocka_unit_test(tickets_are_asked_for_only_so_fast),
	cmocka_unit_test(work_is_done_for_only_so_long),
	cmocka_unit_test(who_is_gone_is_forgotten),
};

const struct unit_group address_group = UNIT_GROUP("address", tests);
