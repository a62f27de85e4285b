#include "server/store/chain.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "server/base/mem.h"

static EVP_MD *sha256;

static void fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

/* Looked up once for all threads: that takes longer than to hash a record. */
static const EVP_MD *algorithm(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, fetch);
	return sha256;
}

struct hash hash_of_two(const void *a, size_t a_len, const void *b, size_t b_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct hash out;
	int ok = ctx && EVP_DigestInit_ex(ctx, algorithm(), NULL) &&
		 EVP_DigestUpdate(ctx, a, a_len) && EVP_DigestUpdate(ctx, b, b_len) &&
		 EVP_DigestFinal_ex(ctx, out.bytes, NULL);

	EVP_MD_CTX_free(ctx);
	if (!ok)
		x_end(X_MEMORY); /* it wants nothing else */
	return out;
}

struct hash hash_of(const void *bytes, size_t len)
{
	return hash_of_two(bytes, len, "", 0);
}

bool hash_equal(const struct hash *a, const struct hash *b)
{
	return memcmp(a->bytes, b->bytes, HASH_BYTES) == 0;
}

struct hash chain_next(const struct hash *before, const struct hash *body)
{
	return hash_of_two(before->bytes, HASH_BYTES, body->bytes, HASH_BYTES);
}
