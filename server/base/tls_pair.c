#include "server/base/tls_pair.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "server/base/mem.h"

void tls_pair_free(struct tls_pair *p)
{
	X509_free(p->certificate);
	sk_X509_pop_free(p->chain, X509_free);
	EVP_PKEY_free(p->key);
	*p = (struct tls_pair){ 0 };
}

const char *tls_pair_reason(void)
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
		snprintf(why, why_size, "The certificate %s is of no use: %s.", path,
			 tls_pair_reason());
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
		snprintf(why, why_size, "The key %s is of no use: %s.", path, tls_pair_reason());
	fclose(file);
	return p->key;
}

bool tls_pair_read(struct tls_pair *p, const char *certificate, const char *key, char *why,
		   size_t why_size)
{
	*p = (struct tls_pair){ 0 };
	if (read_certificates(p, certificate, why, why_size) && read_key(p, key, why, why_size))
		return true;
	tls_pair_free(p);
	return false;
}
