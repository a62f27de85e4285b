/* Who comes from where: how many connections an address has, how fast it makes them, how many of
 * them have not said yet what they want, how many tickets it asked for, and what its requests cost.
 * An IPv6 address counts by its first 64 bits, which is what one household is given. */
#ifndef JOBALIKE_NET_ADDRESS_H
#define JOBALIKE_NET_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "server/base/conf.h"
#include "server/base/hash.h"
#include "server/net/guess.h"

struct link;

/* What may be had at once, and when that was so. */
struct bucket {
	double left;
	int64_t at;
};

/* Who counts as one. */
struct address_key {
	unsigned char bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
	bool is_whole;           /* not only its first half */
};

struct address {
	struct address_key key;
	struct addresses *all;
	size_t connections;
	struct link
		*silent; /* connections that have not asked for anything, oldest first: link.c's */
	size_t n_silent;
	struct bucket tickets, arrivals, work;
	size_t n_requests; /* under way */
	size_t unsent;     /* bytes of answers made for it that it has not taken */
	struct guesses codes;
	UT_hash_handle hh;
};

struct addresses {
	struct address *table;
	const struct conf_list *proxies; /* trusted; addresses or networks */
	int64_t max;                     /* connections of one */
	int64_t max_silent;              /* of those */
	int64_t tickets, arrivals;       /* a second; bursts of BURST times as many */
	int64_t work;                    /* us a second, likewise */
};

#define ADDRESS_BURST 5

/* One more connection; NULL when that is one too many, or too soon. A trusted proxy has no limit.
 * now: here as below by any clock, in ms. */
struct address *address_take(struct addresses *all, const struct sockaddr *from, int64_t now);
void address_release(struct address *a);
/* The connection belongs to whoever is behind the trusted proxy it came from; the address it counts
 * for from now on. NULL: that is one too many, or too soon, and it is still a's. */
struct address *address_claim(struct address *a, const char *forwarded, int64_t now);
bool address_is_proxy(const struct address *a);

/* Whoever is behind it asks for something over HTTP; theirs until address_answered. */
struct address *address_asks(struct address *a, const char *forwarded);
void address_answered(struct address *a);
/* Has it used up its share of our time? 0, or until when in ms; a trusted proxy has no limit. */
int64_t address_waits(struct address *a, int64_t now);
/* What was asked took so many us. */
void address_took(struct address *a, int64_t us, int64_t now);

/* May one more ticket be asked for? 0, or after how many ms. forwarded: what the connection says in
 * X-Forwarded-For ("" if nothing), believed from trusted proxies only. */
int64_t address_ask(struct address *a, const char *forwarded, int64_t now);

/* What whoever is behind it has guessed wrong. */
struct guesses *address_guesses(struct address *a, const char *forwarded);
/* The network of whoever asks, for the log: 192.0.2.0/24 or 2001:db8:7::/48. */
#define ADDRESS_SHOWN 50
const char *address_shown(struct address *a, const char *forwarded, char out[ADDRESS_SHOWN]);

/* Forgets those who have no connection and could ask as much as ever. Now and then. */
void addresses_sweep(struct addresses *all, int64_t now);
void addresses_fini(struct addresses *all);

#endif
