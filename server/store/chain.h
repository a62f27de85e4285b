/* The chain that ties a log's records together: chain = SHA-256(previous chain || SHA-256(body)),
 * with 32 zero bytes before the first. A changed, swapped or missing record breaks it. */
#ifndef JOBALIKE_STORE_CHAIN_H
#define JOBALIKE_STORE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_BYTES 32

struct hash {
	unsigned char bytes[HASH_BYTES];
};

struct hash hash_of(const void *bytes, size_t len);
/* Of two pieces, one behind the other. */
struct hash hash_of_two(const void *a, size_t a_len, const void *b, size_t b_len);
bool hash_equal(const struct hash *a, const struct hash *b);

/* The chain at a record whose body has this hash. before: {0} for the first record. */
struct hash chain_next(const struct hash *before, const struct hash *body);

#endif
