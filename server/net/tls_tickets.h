/* The keys that seal TLS session tickets, so that a connection that comes back is taken up again by
 * any instance. Each follows from a key that signs our own tickets and from the day (HKDF), so that
 * instances that share the one share the other, without talking. Today's seals; yesterday's still
 * opens, and tomorrow's does where another clock is ahead. */
#ifndef JOBALIKE_NET_TLS_TICKETS_H
#define JOBALIKE_NET_TLS_TICKETS_H

#include <stddef.h>
#include <stdint.h>

#include "server/net/keys.h"

#define TLS_TICKET_DAYS 3
#define TLS_TICKET_S    86400 /* so old may one be that is taken */

struct tls_ticket_key {
	unsigned char name[16]; /* stands in the ticket, tells nothing of the others */
	unsigned char cipher[32], mac[32];
};

struct tls_tickets {
	const struct keys *keys;
	int64_t day; /* since 1970, that the list is of; 0: none */
	size_t n;
	struct tls_ticket_key list[TLS_TICKET_DAYS * KEYS_VALID]; /* the first one seals */
};

/* Makes the list anew when it is of another day. */
void tls_tickets_at(struct tls_tickets *t, int64_t day);
/* The one of this name, or NULL. */
const struct tls_ticket_key *tls_tickets_find(const struct tls_tickets *t,
					      const unsigned char name[16]);

/* Lets an SSL_CTX (of OpenSSL) use them, for as long as it is there. */
struct ssl_ctx_st;
void tls_tickets_use(struct tls_tickets *t, struct ssl_ctx_st *ctx);

#endif
