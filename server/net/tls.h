/* TLS by OpenSSL: which versions and suites are spoken, and with which certificate. Knows nothing
 * of sockets; the socket library hands its SSL_CTX over to be set up.
 *
 * The certificate is given to each handshake anew, so that another one takes effect with the next
 * connection and nobody is dropped. */
#ifndef JOBALIKE_NET_TLS_H
#define JOBALIKE_NET_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "server/net/keys.h"

struct tls;
struct ssl_ctx_st;

/* Has no certificate yet. keys are borrowed until tls_free. */
struct tls *tls_new(const struct keys *keys);
void tls_free(struct tls *t);

/* Reads a pair of PEM files, the certificate with those that lead to its root behind it. False: the
 * pair is of no use, why says so in a sentence, and the one from before stays. */
bool tls_load(struct tls *t, const char *certificate, const char *key, char *why, size_t why_size);
/* The keys have changed. */
void tls_rekey(struct tls *t);

/* Until the SSL_CTX ends. False: the library cannot do what is wanted. */
bool tls_set_up(struct tls *t, struct ssl_ctx_st *ctx);

#endif
