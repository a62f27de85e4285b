/* The logs of the memory store: what is kept, without any parcel. */
#ifndef JOBALIKE_STORE_MEMORY_LOGS_H
#define JOBALIKE_STORE_MEMORY_LOGS_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/hash.h"
#include "server/store/chain.h"
#include "server/store/store.h"

struct kept {
	struct msg *body;  /* or its stub */
	struct hash chain; /* at this record */
	bool erased;
	struct hash was; /* erased: the hash of the old body */
};

struct memory_log {
	char name[STORE_LOG_MAX + 1];
	char epoch[STORE_EPOCH_MAX + 1];
	struct kept *records; /* [seq - 1] */
	size_t n_records;
	bool renewed;       /* and not asked for anything since */
	int64_t hold_until; /* new records wait, lost ones are taken */
	unsigned loser;     /* the instance that goes first ... */
	int64_t loser_until;
	UT_hash_handle hh;
};

struct memory_log *memory_logs_find(struct memory_log *all, const char *name);
struct memory_log *memory_logs_add(struct memory_log **all, const char *name);
void memory_logs_free(struct memory_log **all);

/* The chain before this position, which is at most one beyond the head. */
struct hash memory_log_chain_before(const struct memory_log *log, uint64_t seq);
/* Appends one record and references its body. */
void memory_log_add(struct memory_log *log, struct msg *body);
/* Takes away what is after the first `keep`. */
void memory_log_cut(struct memory_log *log, size_t keep);
/* All of it is gone, for ever. */
void memory_log_drop(struct memory_log *log);
bool memory_log_is_dropped(const struct memory_log *log);
void memory_log_erase(struct memory_log *log, uint64_t seq, struct msg *stub);
/* Is the record what was appended, or its stub? */
bool memory_log_sound(const struct memory_log *log, uint64_t seq);

#endif
