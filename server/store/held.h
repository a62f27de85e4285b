/* The last records that a follower delivered, with their chains, held in case the log loses them:
 * at most HELD_MAX of them and HELD_BYTES of bodies, without a gap. Zeroed is valid and holds
 * nothing. */
#ifndef JOBALIKE_STORE_HELD_H
#define JOBALIKE_STORE_HELD_H

#include "server/store/chain.h"
#include "server/store/store.h"

#define HELD_MAX   STORE_SLICE /* one page can be compared with all of them */
#define HELD_BYTES (1u << 20)

struct held_record {
	struct msg *body;
	struct hash chain; /* at this record */
};

struct held {
	struct held_record *list; /* the first is list[gone] */
	size_t gone, n, bytes;
	uint64_t first;     /* position of the first; the next one's while n is 0 */
	struct hash before; /* chain before the first */
	bool known;         /* before is */
};

/* Holds nothing, and goes on from `first`. before NULL: not known. */
void held_begin(struct held *h, uint64_t first, const struct hash *before);
/* The record comes next; chain NULL: not known, so that it and what was before cannot be held. */
void held_add(struct held *h, const struct store_record *record, const struct hash *chain);
void held_free(struct held *h);

/* The chain at this position, or before the first; NULL where it is not held. */
const struct hash *held_chain(const struct held *h, uint64_t seq);
/* The record at this position and those after it; *n says how many, none with NULL. */
const struct held_record *held_from(const struct held *h, uint64_t seq, size_t *n);
/* The body was erased: its stub stands for it. */
void held_erase(struct held *h, uint64_t seq, struct msg *stub);

#endif
