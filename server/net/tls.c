#include "server/net/tls.h"

#include <openssl/ssl.h>
#include <stdlib.h>

#include "server/base/mem.h"
#include "server/base/tls_pair.h"
#include "server/base/tls_suites.h"
#include "server/net/tls_tickets.h"

#define CURVES "X25519:P-256"
#define SIGNATURES                                                                                 \
	"ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:RSA-PSS+SHA256:RSA-PSS+SHA384:"            \
	"RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512"
#define HANDSHAKES 32 /* records of them, of one connection */

struct tls {
	struct tls_pair pair;
	struct tls_tickets tickets;
};

struct tls *tls_new(const struct keys *keys)
{
	struct tls *t = x_calloc(1, sizeof(*t));

	t->tickets.keys = keys;
	return t;
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	tls_pair_free(&t->pair);
	OPENSSL_cleanse(&t->tickets, sizeof(t->tickets));
	free(t);
}

void tls_rekey(struct tls *t)
{
	t->tickets.day = 0;
}

/* --- its certificate ---------------------------------------------------------------------------
 */

bool tls_load(struct tls *t, const char *certificate, const char *key, char *why, size_t why_size)
{
	struct tls_pair p;

	if (!tls_pair_read(&p, certificate, key, why, why_size))
		return false;
	tls_pair_free(&t->pair);
	t->pair = p;
	return true;
}

/* --- as OpenSSL asks for it ---------------------------------------------------------------------
 */

static int on_certificate(SSL *ssl, void *arg)
{
	const struct tls_pair *p = &((struct tls *)arg)->pair;

	SSL_certs_clear(ssl);
	return SSL_use_cert_and_key(ssl, p->certificate, p->key, p->chain, 1);
}

/* OpenSSL goes on to read while nothing but handshakes comes, and nobody else is served meanwhile:
 * a hello in pieces of a byte, hellos in the middle that it refuses (1.2), new keys (1.3). A client
 * needs three records for it; who sends so many counts as gone. */
static void on_record(int writes, int version, int part, const void *bytes, size_t n, SSL *ssl,
		      void *arg)
{
	uintptr_t seen;

	(void)version;
	(void)arg;
	if (writes || (part != SSL3_RT_HEADER && part != SSL3_RT_INNER_CONTENT_TYPE) || !n ||
	    *(const unsigned char *)bytes != SSL3_RT_HANDSHAKE)
		return;
	seen = (uintptr_t)SSL_get_app_data(ssl) + 1;
	SSL_set_app_data(ssl, (void *)seen);
	if (seen >= HANDSHAKES)
		SSL_set_shutdown(ssl, SSL_RECEIVED_SHUTDOWN);
}

bool tls_set_up(struct tls *t, SSL_CTX *ctx)
{
	SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
					 SSL_OP_CIPHER_SERVER_PREFERENCE |
					 SSL_OP_PRIORITIZE_CHACHA);
	SSL_CTX_set_security_level(ctx, TLS_SECURITY);
	SSL_CTX_set_max_early_data(ctx, 0);
	SSL_CTX_set_cert_cb(ctx, on_certificate, t);
	SSL_CTX_set_msg_callback(ctx, on_record);
	tls_tickets_use(&t->tickets, ctx);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_cipher_list(ctx, TLS_SUITES) == 1 &&
	       SSL_CTX_set1_groups_list(ctx, CURVES) == 1 &&
	       SSL_CTX_set1_sigalgs_list(ctx, SIGNATURES) == 1;
}
