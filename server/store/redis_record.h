/* Records as they stand in Redis and travel through it: chains in hex, entries of a stream, and the
 * message that a batch is published as:
 *
 *	R WHO EPOCH FIRST N\n then N times LENGTH CHAIN\n and the body
 *	S WHO\n and the signal
 *	E EPOCH SEQ\n and the stub that stands there now
 *	D\n, the log was dropped */
#ifndef JOBALIKE_STORE_REDIS_RECORD_H
#define JOBALIKE_STORE_REDIS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/store/chain.h"
#include "server/store/redis_link.h"
#include "server/store/store.h"

#define HASH_HEX (2 * HASH_BYTES)

void hash_write(const struct hash *h, char out[HASH_HEX + 1]);
bool hash_read(const char *text, size_t len, struct hash *out);

/* Records in a row, each with the chain at it, and the chain before the first. */
struct redis_page {
	struct store_record *records;
	struct hash *chains;
	size_t n, room;
	struct hash before;
	bool has_before;
};

void page_free(struct redis_page *p);
void page_add(struct redis_page *p, uint64_t seq, struct msg *body, const struct hash *chain);
/* Entries as XRANGE gives them, the first at `from`, each held against the chain. NULL, or what is
 * wrong after the records that are in the page. */
const char *page_read(struct redis_page *p, const char *before, const redisReply *entries,
		      uint64_t from);

/* A message of a log's channel. */
enum redis_word_kind { WORD_RECORDS, WORD_SIGNAL, WORD_ERASED, WORD_DROPPED };

struct redis_word {
	enum redis_word_kind kind;
	char who[16];
	char epoch[STORE_EPOCH_MAX + 1];
	struct redis_page page; /* not checked; of a signal its text, of an erasure the stub */
};

/* False: not a message of ours. */
bool word_read(struct redis_word *w, const char *bytes, size_t len);

#endif
