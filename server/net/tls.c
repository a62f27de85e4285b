#include "server/net/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/base/mem.h"
#include "server/base/tls_suites.h"
#include "server/net/tls_tickets.h"

#define CURVES "X25519:P-256"
#define SIGNATURES                                                                                 \
	"ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:RSA-PSS+SHA256:RSA-PSS+SHA384:"            \
	"RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512"
#define HANDSHAKES 32 /* records of them, of one connection */

struct pair {
	X509 *certificate;
	STACK_OF(X509) * chain;
	EVP_PKEY *key;
};

struct tls {
	struct pair pair;
	struct tls_tickets tickets;
};

struct tls *tls_new(const struct keys *keys)
{
	struct tls *t = x_calloc(1, sizeof(*t));

	t->tickets.keys = keys;
	return t;
}

static void free_pair(struct pair *p)
{
	X509_free(p->certificate);
	sk_X509_pop_free(p->chain, X509_free);
	EVP_PKEY_free(p->key);
	*p = (struct pair){ 0 };
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	free_pair(&t->pair);
	OPENSSL_cleanse(&t->tickets, sizeof(t->tickets));
	free(t);
}

void tls_rekey(struct tls *t)
{
	t->tickets.day = 0;
}

/* --- the pair of files --------------------------------------------------------------------------
 */

/* What OpenSSL found wrong last, in its words; nothing is left in its list. */
static const char *reason(void)
{
	unsigned long code = ERR_peek_last_error();
	const char *words = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return words ? words : "it is not PEM";
}

static FILE *open_file(const char *what, const char *path, char *why, size_t why_size)
{
	FILE *file = fopen(path, "re");

	if (!file)
		snprintf(why, why_size, "The %s %s cannot be read: %s.", what, path,
			 strerror(errno));
	return file;
}

static bool read_certificates(struct pair *p, const char *path, char *why, size_t why_size)
{
	FILE *file = open_file("certificate", path, why, why_size);
	X509 *next;

	if (!file)
		return false;
	p->certificate = PEM_read_X509(file, NULL, NULL, NULL);
	p->chain = sk_X509_new_null();
	if (!p->chain)
		x_end(X_MEMORY);
	while (p->certificate && (next = PEM_read_X509(file, NULL, NULL, NULL)))
		if (!sk_X509_push(p->chain, next))
			x_end(X_MEMORY);
	fclose(file);
	if (!p->certificate)
		snprintf(why, why_size, "The certificate %s is of no use: %s.", path, reason());
	ERR_clear_error(); /* that there was no further one */
	return p->certificate;
}

/* No pass phrase is asked for: there is nobody to answer. */
static int no_phrase(char *out, int size, int writes, void *arg)
{
	(void)out;
	(void)size;
	(void)writes;
	(void)arg;
	return -1;
}

static bool read_key(struct pair *p, const char *path, char *why, size_t why_size)
{
	FILE *file = open_file("key", path, why, why_size);
	struct stat st;

	if (!file)
		return false;
	if (fstat(fileno(file), &st) == 0 && st.st_mode & 07)
		snprintf(why, why_size, "The key %s can be read by everybody: chmod 600 %s.", path,
			 path);
	else if (!(p->key = PEM_read_PrivateKey(file, NULL, no_phrase, NULL)))
		snprintf(why, why_size, "The key %s is of no use: %s.", path, reason());
	fclose(file);
	return p->key;
}

/* Would a handshake take it? Tried on an SSL_CTX like the real one, which nobody uses. */
static bool try_pair(const struct pair *p, char *why, size_t why_size)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	bool good;

	if (!ctx)
		x_end(X_MEMORY);
	SSL_CTX_set_security_level(ctx, TLS_SECURITY);
	good = SSL_CTX_use_cert_and_key(ctx, p->certificate, p->key, p->chain, 1) == 1 &&
	       SSL_CTX_check_private_key(ctx) == 1;
	if (!good)
		snprintf(why, why_size, "The certificate and its key are of no use together: %s.",
			 reason());
	else if (X509_cmp_current_time(X509_get0_notAfter(p->certificate)) < 0)
		snprintf(why, why_size, "The certificate has expired.");
	else
		why[0] = '\0';
	SSL_CTX_free(ctx);
	return !why[0];
}

bool tls_load(struct tls *t, const char *certificate, const char *key, char *why, size_t why_size)
{
	struct pair p = { 0 };

	if (!read_certificates(&p, certificate, why, why_size) ||
	    !read_key(&p, key, why, why_size) || !try_pair(&p, why, why_size)) {
		free_pair(&p);
		return false;
	}
	free_pair(&t->pair);
	t->pair = p;
	return true;
}

/* --- as OpenSSL asks for it ---------------------------------------------------------------------
 */

static int on_certificate(SSL *ssl, void *arg)
{
	const struct pair *p = &((struct tls *)arg)->pair;

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
