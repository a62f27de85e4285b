#include "server/base/tls_pair.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "server/base/mem.h"
#include "server/base/tls_suites.h"

void tls_pair_free(struct tls_pair *p)
{
	X509_free(p->certificate);
	sk_X509_pop_free(p->chain, X509_free);
	EVP_PKEY_free(p->key);
	*p = (struct tls_pair){ 0 };
}

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

static bool read_certificates(struct tls_pair *p, const char *path, char *why, size_t why_size)
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

static bool read_key(struct tls_pair *p, const char *path, char *why, size_t why_size)
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

/* Would a handshake take them? Tried on an SSL_CTX like the real ones, which nobody uses. */
static bool is_taken(const struct tls_pair *p)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());
	bool good;

	if (!ctx)
		x_end(X_MEMORY);
	SSL_CTX_set_security_level(ctx, TLS_SECURITY);
	good = SSL_CTX_use_cert_and_key(ctx, p->certificate, p->key, p->chain, 1) == 1;
	SSL_CTX_free(ctx);
	return good;
}

static bool is_of_use(const struct tls_pair *p, const char *certificate, const char *key, char *why,
		      size_t why_size)
{
	if (X509_check_private_key(p->certificate, p->key) != 1)
		snprintf(why, why_size, "The key %s is not that of the certificate %s.", key,
			 certificate);
	else if (!is_taken(p))
		snprintf(why, why_size, "The certificate %s is of no use: %s.", certificate,
			 reason());
	else if (X509_cmp_current_time(X509_get0_notAfter(p->certificate)) < 0)
		snprintf(why, why_size, "The certificate %s has expired.", certificate);
	else
		return true;
	ERR_clear_error();
	return false;
}

bool tls_pair_read(struct tls_pair *p, const char *certificate, const char *key, char *why,
		   size_t why_size)
{
	*p = (struct tls_pair){ 0 };
	if (read_certificates(p, certificate, why, why_size) && read_key(p, key, why, why_size) &&
	    is_of_use(p, certificate, key, why, why_size))
		return true;
	tls_pair_free(p);
	return false;
}
