/* Both ends of a connection over TLS, in memory: ours, and OpenSSL's as a server. What comes to us
 * may be cut, changed, or come in pieces. */
#ifndef JOBALIKE_TESTS_UNIT_TLS_ENDS_H
#define JOBALIKE_TESTS_UNIT_TLS_ENDS_H

#include <openssl/ssl.h>
#include <stdint.h>

#include "server/store/redis_tls.h"
#include "tests/lib/certificate.h"

#define ENDS_WORDS "AUTH geheim" /* what we want to say first */
#define ENDS_NEVER SIZE_MAX

struct ends {
	struct talk *talk;
	SSL_CTX *ctx;
	SSL *server;
	BIO *in, *out;
	struct text clear; /* what we shall say */
	struct text sent;  /* all that we sent */
	struct text heard; /* what the server understood */
	struct text got;   /* what we understood */
	size_t passed;     /* bytes that came to us */
	size_t cut_at, flip_at;
	size_t piece; /* so many bytes at once; 0: all */
};

struct ends ends_new(const struct redis_tls *tls, const struct certificate *c, const char *host);
void ends_free(struct ends *e);
/* We read what there is, and send what there is; true: something happened. */
bool ends_we(struct ends *e);
/* The server reads, and a piece of what it says comes to us; true likewise. */
bool ends_they(struct ends *e);
/* Both do, until nobody has anything to say. What we say is never seen on the way. */
void ends_talk(struct ends *e);
/* The server says this. */
void ends_say(struct ends *e, const char *bytes, size_t n);

#endif
