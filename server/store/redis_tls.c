#include "server/store/redis_tls.h"

#include <assert.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/mem.h"
#include "server/base/tls_pair.h"
#include "server/base/tls_suites.h"

#define WHY_SIZE 400

struct redis_tls {
	SSL_CTX *ctx;
};

struct talk {
	SSL *ssl;
	BIO *in, *out; /* of ssl */
	bool open;
	bool asked; /* it asks for a certificate, and we have none */
	char host[256];
	char why[WHY_SIZE]; /* "": it is not over */
};

/* --- whom we trust, who we are ------------------------------------------------------------------
 */

/* The first thing that OpenSSL found wrong, in its words; those that follow say where. */
static const char *reason(void)
{
	unsigned long code = ERR_peek_error();
	const char *words = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return words ? words : "it is not PEM";
}

static bool trust(SSL_CTX *ctx, const char *ca, char *why, size_t why_size)
{
	if (ca[0] && access(ca, R_OK) != 0) {
		snprintf(why, why_size, "The file of redis.ca %s cannot be read: %s.", ca,
			 strerror(errno));
		return false;
	}
	if (ca[0] ? SSL_CTX_load_verify_file(ctx, ca) : SSL_CTX_set_default_verify_paths(ctx))
		return true;
	snprintf(why, why_size, "The file of redis.ca %s is of no use: %s.", ca, reason());
	return false;
}

static bool show(SSL_CTX *ctx, const char *certificate, const char *key, char *why, size_t why_size)
{
	struct tls_pair p;

	if (!certificate[0])
		return true;
	if (!tls_pair_read(&p, certificate, key, why, why_size))
		return false;
	if (SSL_CTX_use_cert_and_key(ctx, p.certificate, p.key, p.chain, 1) != 1)
		x_end(X_MEMORY);
	tls_pair_free(&p);
	return true;
}

static int on_asked(SSL *ssl, X509 **certificate, EVP_PKEY **key)
{
	struct talk *t = SSL_get_app_data(ssl);

	(void)certificate;
	(void)key;
	t->asked = true;
	return 0; /* go on without */
}

struct redis_tls *redis_tls_new(const char *ca, const char *certificate, const char *key, char *why,
				size_t why_size)
{
	struct redis_tls *t = x_calloc(1, sizeof(*t));
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (!ctx || SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, TLS_SUITES) != 1)
		x_end(X_MEMORY);
	SSL_CTX_set_security_level(ctx, TLS_SECURITY);
	SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_client_cert_cb(ctx, on_asked);
	t->ctx = ctx;
	ERR_clear_error();
	if (trust(ctx, ca, why, why_size) && show(ctx, certificate, key, why, why_size))
		return t;
	redis_tls_free(t);
	return NULL;
}

void redis_tls_free(struct redis_tls *t)
{
	if (!t)
		return;
	SSL_CTX_free(t->ctx);
	free(t);
}

/* --- one connection -----------------------------------------------------------------------------
 */

/* A name in the subject alone does not count, as it does not for browsers. */
static bool expect(SSL *ssl, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
						       X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1 ||
	       (SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1);
}

struct talk *talk_new(const struct redis_tls *tls, const char *host)
{
	struct talk *t = x_calloc(1, sizeof(*t));

	assert(host[0] && strlen(host) < sizeof(t->host)); /* OpenSSL takes "" for anybody */
	strcpy(t->host, host);
	t->ssl = SSL_new(tls->ctx);
	t->in = BIO_new(BIO_s_mem());
	t->out = BIO_new(BIO_s_mem());
	if (!t->ssl || !t->in || !t->out || !expect(t->ssl, host))
		x_end(X_MEMORY);
	ERR_clear_error(); /* that it is no numeric address */
	SSL_set_bio(t->ssl, t->in, t->out);
	SSL_set_app_data(t->ssl, t);
	SSL_set_connect_state(t->ssl);
	return t;
}

void talk_free(struct talk *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);
	free(t);
}

static void note_why(struct talk *t, int error)
{
	int code = ERR_GET_REASON(ERR_peek_error());
	const char *words = reason();
	long verdict = SSL_get_verify_result(t->ssl);

	if (error == SSL_ERROR_ZERO_RETURN)
		snprintf(t->why, sizeof(t->why), "connection closed");
	else if (verdict == X509_V_ERR_HOSTNAME_MISMATCH ||
		 verdict == X509_V_ERR_IP_ADDRESS_MISMATCH)
		snprintf(t->why, sizeof(t->why), "its certificate is not for %s", t->host);
	else if (verdict != X509_V_OK)
		snprintf(t->why, sizeof(t->why), "its certificate is not accepted: %s",
			 X509_verify_cert_error_string(verdict));
	else if (code >= SSL_AD_REASON_OFFSET)
		snprintf(t->why, sizeof(t->why), "it refuses us: %s%s", words,
			 t->asked ? "; it asks for redis.certificate and redis.key" : "");
	else if (code == SSL_R_WRONG_VERSION_NUMBER)
		snprintf(t->why, sizeof(t->why), "it does not speak TLS");
	else
		snprintf(t->why, sizeof(t->why), "it speaks TLS wrongly: %s", words);
}

/* What was found wrong before, here or by the library of sockets, is not ours to be judged by. */
static bool has_failed(struct talk *t, int rc)
{
	int error = SSL_get_error(t->ssl, rc);

	if (error == SSL_ERROR_WANT_READ)
		return false;
	note_why(t, error);
	return true;
}

void talk_came(struct talk *t, const char *bytes, size_t n)
{
	if (BIO_write(t->in, bytes, (int)n) != (int)n)
		x_end(X_MEMORY);
}

ssize_t talk_read(struct talk *t, char *bytes, size_t size)
{
	int n;

	if (t->why[0])
		return -1;
	ERR_clear_error();
	n = SSL_read(t->ssl, bytes, (int)size);
	t->open = t->open || SSL_is_init_finished(t->ssl);
	if (n > 0)
		return n;
	return has_failed(t, n) ? -1 : 0;
}

/* (It may have to wait when it is open, too: for the rest of a word about keys.) */
static bool say(struct talk *t, const struct text *clear)
{
	size_t n;

	if (!t->open || t->why[0] || clear->len == 0)
		return false;
	ERR_clear_error();
	if (SSL_write_ex(t->ssl, clear->s, clear->len, &n) == 1)
		return true;
	has_failed(t, 0);
	return false;
}

void talk_write(struct talk *t, struct text *clear, struct text *sealed)
{
	char *bytes;
	long n;

	if (say(t, clear))
		text_clear(clear);
	n = BIO_get_mem_data(t->out, &bytes);
	if (n > 0)
		text_add(sealed, bytes, (size_t)n);
	(void)BIO_reset(t->out);
}

bool talk_is_open(const struct talk *t)
{
	return t->open;
}

bool talk_is_opening(const struct talk *t)
{
	return !t->open && !SSL_in_before(t->ssl);
}

const char *talk_why(const struct talk *t)
{
	return t->why;
}
