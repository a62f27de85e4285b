#include "tests/lib/certificate.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static void must(int good)
{
	if (good <= 0)
		abort();
}

static void extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	must(e && X509_add_ext(x, e, -1));
	X509_EXTENSION_free(e);
}

static void name(X509 *x, const char *word)
{
	must(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
					(const unsigned char *)word, -1, -1, 0));
}

struct certificate certificate_new(struct certificate_how how)
{
	static long serial;
	char root[32];
	struct certificate c = { .x = X509_new(),
				 .key = how.weak ? EVP_RSA_gen(1024) : EVP_EC_gen("P-256") };
	const struct certificate *by = how.by ? how.by : &c;

	must(c.x && c.key);
	must(X509_set_version(c.x, 2));
	ASN1_INTEGER_set(X509_get_serialNumber(c.x), ++serial);
	snprintf(root, sizeof(root), "Root %ld", serial);
	X509_gmtime_adj(X509_getm_notBefore(c.x), how.from_s ? how.from_s : -60);
	X509_gmtime_adj(X509_getm_notAfter(c.x), how.to_s ? how.to_s : 86400);
	name(c.x, how.by ? "localhost" : root);
	must(X509_set_issuer_name(c.x, X509_get_subject_name(by->x)));
	must(X509_set_pubkey(c.x, c.key));
	extend(c.x, NID_basic_constraints, how.by ? "critical,CA:FALSE" : "critical,CA:TRUE");
	if (how.names)
		extend(c.x, NID_subject_alt_name, how.names);
	if (how.usage)
		extend(c.x, NID_ext_key_usage, how.usage);
	must(X509_sign(c.x, by->key, EVP_sha256()));
	return c;
}

void certificate_free(struct certificate *c)
{
	X509_free(c->x);
	EVP_PKEY_free(c->key);
	*c = (struct certificate){ 0 };
}

void certificate_write(const struct certificate *c, const char *path, const char *key_path)
{
	FILE *f = path ? fopen(path, "we") : NULL, *k = key_path ? fopen(key_path, "we") : NULL;

	if (path)
		must(f && PEM_write_X509(f, c->x) && fclose(f) == 0);
	if (key_path)
		must(k && chmod(key_path, 0600) == 0 &&
		     PEM_write_PrivateKey(k, c->key, NULL, NULL, 0, NULL, NULL) && fclose(k) == 0);
}
