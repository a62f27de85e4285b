#include "server/store/chain.h"

#include <assert.h>
#include <openssl/evp.h>
#include <string.h>

struct hash hash_of_two(const void *a, size_t a_len, const void *b, size_t b_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct hash out;
	int ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) &&
		 EVP_DigestUpdate(ctx, a, a_len) && EVP_DigestUpdate(ctx, b, b_len) &&
		 EVP_DigestFinal_ex(ctx, out.bytes, NULL);

	EVP_MD_CTX_free(ctx);
	assert(ok);
	(void)ok;
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
