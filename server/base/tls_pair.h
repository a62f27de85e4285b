/* A certificate, with those that lead to its root, and its private key: from two PEM files, for us
 * to show to browsers or to Redis. */
#ifndef JOBALIKE_BASE_TLS_PAIR_H
#define JOBALIKE_BASE_TLS_PAIR_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

struct tls_pair {
	X509 *certificate;
	STACK_OF(X509) * chain;
	EVP_PKEY *key;
};

/* They must belong together, be strong enough and not out of date; the key not be readable by
 * everybody, and have no pass phrase. False: they are of no use, why says so in a sentence, and
 * nothing is to be freed. */
bool tls_pair_read(struct tls_pair *p, const char *certificate, const char *key, char *why,
		   size_t why_size);
void tls_pair_free(struct tls_pair *p);

#endif
