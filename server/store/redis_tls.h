/* TLS on the way to a Redis, by OpenSSL: bytes in, bytes out. Knows nothing of sockets;
 * redis_wire.c hands over what came, and sends what is made here.
 *
 * The other end always proves who it is: its certificate leads to somebody who is trusted, and
 * names (in subjectAltName) the host or the address that was asked for. Nothing switches that off,
 * and nothing of ours is said before. */
#ifndef JOBALIKE_STORE_REDIS_TLS_H
#define JOBALIKE_STORE_REDIS_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "server/base/text.h"

/* Whom we trust and who we are; one for all connections. */
struct redis_tls;

/* Reads PEM files; each may be "". No ca: those of the system are trusted. No certificate (with its
 * key): we show none. NULL: they are of no use, and why says so in a sentence. */
struct redis_tls *redis_tls_new(const char *ca, const char *certificate, const char *key, char *why,
				size_t why_size);
/* Connections may outlive it. */
void redis_tls_free(struct redis_tls *t);

/* One connection, from its first byte on. */
struct talk;

/* host: a name or a numeric address, never "". */
struct talk *talk_new(const struct redis_tls *t, const char *host);
void talk_free(struct talk *t);
/* Keeps what came until it is read. */
void talk_came(struct talk *t, const char *bytes, size_t n);
/* Goes on with what came. How many bytes the other end says; 0: more must come; -1: it is over. */
ssize_t talk_read(struct talk *t, char *bytes, size_t size);
/* Adds to `sealed` what is to be sent. What is to be said is taken once the other end has proven
 * who it is; until then it stays in `clear`. */
void talk_write(struct talk *t, struct text *clear, struct text *sealed);
/* The other end has proven who it is; stays so. */
bool talk_is_open(const struct talk *t);
/* Both greet each other: it was begun, and is not open. */
bool talk_is_opening(const struct talk *t);
/* Why it is over, for the log. */
const char *talk_why(const struct talk *t);

#endif
