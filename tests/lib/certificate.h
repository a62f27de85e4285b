/* Certificates for tests, made when they are asked for: roots, and what they sign. */
#ifndef JOBALIKE_TESTS_LIB_CERTIFICATE_H
#define JOBALIKE_TESTS_LIB_CERTIFICATE_H

#include <openssl/x509.h>
#include <stdbool.h>

struct certificate {
	X509 *x;
	EVP_PKEY *key;
};

/* Zeroed: a root that is good for a day. */
struct certificate_how {
	const struct certificate *by; /* NULL: itself */
	const char *names;            /* subjectAltName: DNS:localhost,IP:127.0.0.1; NULL: none */
	const char *usage;            /* extendedKeyUsage; NULL: any */
	long from_s, to_s;            /* from now; 0, 0: a day */
	bool weak;                    /* its key is of RSA and too short */
};

/* Its subject is localhost, whatever its names are. */
struct certificate certificate_new(struct certificate_how how);
void certificate_free(struct certificate *c);
/* As PEM; the key is for our eyes only. Either path may be NULL. */
void certificate_write(const struct certificate *c, const char *path, const char *key_path);

#endif
