/* What says from where somebody comes: trusted proxies (first line), who connects (second), and
 * X-Forwarded-For (the others). Nobody who is not trusted becomes somebody else by a header. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "server/net/address.h"
#include "tests/fuzz/fuzz.h"

/* By another road than the one that is tried: is this text, which is no network, that address? */
static bool is_same(const char *text, const struct sockaddr_in *v4, const struct sockaddr_in6 *v6)
{
	struct in6_addr six = { 0 };
	struct in_addr four;

	if (v6)
		return inet_pton(AF_INET6, text, &six) == 1 &&
		       memcmp(&six, &v6->sin6_addr, sizeof(six)) == 0;
	if (inet_pton(AF_INET6, text, &six) == 1 && IN6_IS_ADDR_V4MAPPED(&six))
		return memcmp(six.s6_addr + 12, &v4->sin_addr, 4) == 0;
	return inet_pton(AF_INET, text, &four) == 1 && four.s_addr == v4->sin_addr.s_addr;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { (const char *)data, size };
	char *proxy = take_line(&in), *from = take_line(&in), *forwarded;
	struct conf_list proxies = { &proxy, proxy && proxy[0] ? 1 : 0 };
	struct addresses all = { .proxies = &proxies, .max = 2, .tickets = 1, .arrivals = 1 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	bool is_v6 = from && inet_pton(AF_INET6, from, &v6.sin6_addr) == 1;
	bool trusted;
	struct address *a;

	if (from && !is_v6)
		inet_pton(AF_INET, from, &v4.sin_addr);
	a = address_take(&all, is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4, 1);
	must(a != NULL);
	trusted = proxies.n && (strchr(proxy, '/') || is_same(proxy, &v4, is_v6 ? &v6 : NULL));
	for (int64_t now = 1; now < 50 && (forwarded = take_line(&in)); now++) {
		size_t known = HASH_COUNT(all.table);

		must(address_ask(a, forwarded, now) >= 0);
		must(trusted || HASH_COUNT(all.table) == known);
		free(forwarded);
	}
	address_release(a);
	addresses_sweep(&all, INT64_MAX / 2);
	must(HASH_COUNT(all.table) == 0);
	addresses_fini(&all);
	free(proxy);
	free(from);
	return 0;
}
