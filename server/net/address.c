#include "server/net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

static bool is_mapped(const unsigned char bytes[16])
{
	return memcmp(bytes, mapped, sizeof(mapped)) == 0;
}

static void from_socket(const struct sockaddr *from, unsigned char bytes[16])
{
	memset(bytes, 0, 16);
	if (from->sa_family == AF_INET6) {
		memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 16);
	} else if (from->sa_family == AF_INET) {
		memcpy(bytes, mapped, sizeof(mapped));
		memcpy(bytes + 12, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
	}
}

static bool from_text(const char *text, unsigned char bytes[16])
{
	if (inet_pton(AF_INET6, text, bytes) == 1)
		return true;
	memcpy(bytes, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, bytes + 12) == 1;
}

static bool same_bits(const unsigned char *a, const unsigned char *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	return memcmp(a, b, whole) == 0 && (!rest || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

/* Is the address in a network written as 10.0.0.0/8 or ::1? */
static bool in_network(const unsigned char bytes[16], const char *network)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char base[16];
	const char *slash = strchr(network, '/');
	size_t n = slash ? (size_t)(slash - network) : strlen(network);
	unsigned bits = 128;

	if (n >= sizeof(text))
		return false;
	memcpy(text, network, n);
	text[n] = '\0';
	if (!from_text(text, base))
		return false;
	if (slash)
		bits = (unsigned)strtoul(slash + 1, NULL, 10) + (is_mapped(base) ? 96 : 0);
	return bits <= 128 && same_bits(bytes, base, bits);
}

static bool is_proxy(const struct addresses *all, const unsigned char bytes[16])
{
	for (size_t i = 0; i < all->proxies->n; i++)
		if (in_network(bytes, all->proxies->items[i]))
			return true;
	return false;
}

/* The entry of an address, made if need be. A household's addresses are one; a proxy's are not, and
 * nobody else in its network is taken for it. */
static struct address *entry(struct addresses *all, const unsigned char bytes[16])
{
	struct address_key key = { .is_whole = is_mapped(bytes) || is_proxy(all, bytes) };
	struct address *a;

	memcpy(key.bytes, bytes, key.is_whole ? 16 : 8);
	HASH_FIND(hh, all->table, &key, sizeof(key), a);
	if (a)
		return a;
	a = x_calloc(1, sizeof(*a));
	a->key = key;
	a->all = all;
	a->tickets.left = (double)(all->tickets * ADDRESS_BURST);
	a->arrivals.left = (double)(all->arrivals * ADDRESS_BURST);
	a->work.left = (double)(all->work * ADDRESS_BURST);
	HASH_ADD(hh, all->table, key, sizeof(a->key), a);
	return a;
}

static void forget(struct address *a)
{
	HASH_DEL(a->all->table, a);
	free(a);
}

static void refill(struct bucket *b, int64_t per_second, int64_t now)
{
	double most = (double)(per_second * ADDRESS_BURST);

	if (b->at && now > b->at)
		b->left += (double)(now - b->at) * (double)per_second / 1000;
	if (b->left > most)
		b->left = most;
	b->at = now ? now : 1;
}

/* 0, or after how many ms there is one. */
static int64_t take(struct bucket *b, int64_t per_second, int64_t now)
{
	refill(b, per_second, now);
	if (b->left < 1)
		return 1 + (int64_t)((1 - b->left) * 1000 / (double)per_second);
	b->left -= 1;
	return 0;
}

bool address_is_proxy(const struct address *a)
{
	return a->key.is_whole && is_proxy(a->all, a->key.bytes);
}

struct address *address_take(struct addresses *all, const struct sockaddr *from, int64_t now)
{
	unsigned char bytes[16];
	struct address *a;

	from_socket(from, bytes);
	a = entry(all, bytes);
	if (!is_proxy(all, bytes) &&
	    (a->connections >= (size_t)all->max || take(&a->arrivals, all->arrivals, now)))
		return NULL;
	a->connections++;
	return a;
}

/* What it has used up lately is forgotten by addresses_sweep. */
void address_release(struct address *a)
{
	a->connections--;
}

/* Some proxies tell 203.0.113.7:51234 and [2001:db8::1]:443. */
static char *without_port(char *text)
{
	char *end = *text == '[' ? strchr(text, ']') : strchr(text, ':');

	if (end && (*text == '[' || !strchr(end + 1, ':')))
		*end = '\0';
	return *text == '[' ? text + 1 : text;
}

/* The last address of the list that is not itself a trusted proxy: who connected to the first one.
 */
static struct address *behind(struct address *a, const char *forwarded)
{
	char list[512], *comma;
	unsigned char bytes[16];

	if (!address_is_proxy(a))
		return a;
	snprintf(list, sizeof(list), "%s", forwarded);
	do {
		char *last = (comma = strrchr(list, ',')) ? comma + 1 : list;
		size_t n;

		last += strspn(last, " \t");
		n = strcspn(last, " \t");
		last[n] = '\0';
		if (!from_text(without_port(last), bytes))
			return a;
		if (!is_proxy(a->all, bytes))
			return entry(a->all, bytes);
		if (comma)
			*comma = '\0';
	} while (comma);
	return a;
}

struct address *address_claim(struct address *a, const char *forwarded, int64_t now)
{
	struct address *real = behind(a, forwarded);

	if (real == a)
		return a;
	if (real->connections >= (size_t)a->all->max ||
	    take(&real->arrivals, a->all->arrivals, now))
		return NULL;
	real->connections++;
	address_release(a);
	return real;
}

struct address *address_asks(struct address *a, const char *forwarded)
{
	a = behind(a, forwarded);
	a->n_requests++;
	return a;
}

void address_answered(struct address *a)
{
	a->n_requests--;
}

int64_t address_waits(struct address *a, int64_t now)
{
	refill(&a->work, a->all->work, now);
	if (a->work.left > 0 || address_is_proxy(a))
		return 0;
	return 1 + (int64_t)(-a->work.left * 1000 / (double)a->all->work);
}

void address_took(struct address *a, int64_t us, int64_t now)
{
	refill(&a->work, a->all->work, now);
	a->work.left -= (double)us;
}

int64_t address_ask(struct address *a, const char *forwarded, int64_t now)
{
	a = behind(a, forwarded);
	return take(&a->tickets, a->all->tickets, now);
}

struct guesses *address_guesses(struct address *a, const char *forwarded)
{
	return &behind(a, forwarded)->codes;
}

/* Nothing that it is, or was lately, makes it another than somebody new. */
static bool is_as_new(struct address *a, int64_t now)
{
	const struct addresses *all = a->all;

	refill(&a->tickets, all->tickets, now);
	refill(&a->arrivals, all->arrivals, now);
	refill(&a->work, all->work, now);
	return !a->connections && !a->n_requests &&
	       a->tickets.left >= (double)(all->tickets * ADDRESS_BURST) &&
	       a->arrivals.left >= (double)(all->arrivals * ADDRESS_BURST) &&
	       a->work.left >= (double)(all->work * ADDRESS_BURST) &&
	       guess_forgiven(&a->codes, now);
}

void addresses_sweep(struct addresses *all, int64_t now)
{
	struct address *a, *next;

	HASH_ITER (hh, all->table, a, next)
		if (is_as_new(a, now))
			forget(a);
}

void addresses_fini(struct addresses *all)
{
	struct address *a, *next;

	HASH_ITER (hh, all->table, a, next)
		forget(a);
}

const char *address_shown(struct address *a, const char *forwarded, char out[ADDRESS_SHOWN])
{
	unsigned char network[16];
	char text[INET6_ADDRSTRLEN] = "";
	bool v4;

	a = behind(a, forwarded);
	v4 = is_mapped(a->key.bytes);
	memcpy(network, a->key.bytes, sizeof(network));
	if (v4)
		network[15] = 0;
	else
		memset(network + 6, 0, sizeof(network) - 6);
	inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? network + 12 : network, text, sizeof(text));
	snprintf(out, ADDRESS_SHOWN, "%s/%d", text, v4 ? 24 : 48);
	return out;
}
