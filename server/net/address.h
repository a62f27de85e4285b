/* Who comes from where: how many connections an address has, and how many tickets it asked for. An
 * IPv6 address counts by its first 64 bits, which is what one household is given. */
#ifndef JOBALIKE_NET_ADDRESS_H
#define JOBALIKE_NET_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <uthash.h>

#include "server/base/conf.h"

struct address {
	unsigned char bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
	struct addresses *all;
	size_t connections;
	double tokens; /* tickets that may be asked for at once */
	int64_t tokens_at;
	UT_hash_handle hh;
};

struct addresses {
	struct address *table;
	const struct conf_list *proxies; /* trusted; addresses or networks */
	int64_t max;                     /* connections of one */
	int64_t per_second;              /* tickets; bursts of BURST times as many */
};

#define ADDRESS_BURST 5

/* One more connection; NULL when that is one too many. A trusted proxy has no limit. */
struct address *address_take(struct addresses *all, const struct sockaddr *from);
void address_release(struct address *a);

/* May one more ticket be asked for? 0, or after how many ms. forwarded: what the connection says in
 * X-Forwarded-For ("" if nothing), believed from trusted proxies only. now: by any clock, in ms. */
int64_t address_ask(struct address *a, const char *forwarded, int64_t now);

/* Forgets those who have no connection and could ask as much as ever. Now and then. */
void addresses_sweep(struct addresses *all, int64_t now);
void addresses_fini(struct addresses *all);

#endif
