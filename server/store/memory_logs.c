#include "server/store/memory_logs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

struct memory_log *memory_logs_find(struct memory_log *all, const char *name)
{
	struct memory_log *log;

	HASH_FIND_STR(all, name, log);
	return log;
}

struct memory_log *memory_logs_add(struct memory_log **all, const char *name)
{
	struct memory_log *log = x_calloc(1, sizeof(*log));

	assert(strlen(name) <= STORE_LOG_MAX);
	strcpy(log->name, name);
	HASH_ADD_STR(*all, name, log);
	return log;
}

void memory_logs_free(struct memory_log **all)
{
	struct memory_log *log, *next;

	HASH_ITER (hh, *all, log, next) {
		HASH_DEL(*all, log);
		memory_log_cut(log, 0);
		free(log->records);
		free(log);
	}
}

struct hash memory_log_chain_before(const struct memory_log *log, uint64_t seq)
{
	return seq > 1 ? log->records[seq - 2].chain : (struct hash){ { 0 } };
}

void memory_log_add(struct memory_log *log, struct msg *body)
{
	struct hash before = memory_log_chain_before(log, log->n_records + 1);
	struct hash hash = hash_of(body->text, body->len);

	log->records = x_grow(log->records, log->n_records, sizeof(*log->records));
	log->records[log->n_records++] =
		(struct kept){ .body = msg_ref(body), .chain = chain_next(&before, &hash) };
}

void memory_log_cut(struct memory_log *log, size_t keep)
{
	while (log->n_records > keep)
		msg_unref(&log->records[--log->n_records].body);
}

void memory_log_drop(struct memory_log *log)
{
	memory_log_cut(log, 0);
	strcpy(log->epoch, STORE_DROPPED_EPOCH);
}

bool memory_log_is_dropped(const struct memory_log *log)
{
	return strcmp(log->epoch, STORE_DROPPED_EPOCH) == 0;
}

void memory_log_erase(struct memory_log *log, uint64_t seq, struct msg *stub)
{
	struct kept *r = &log->records[seq - 1];

	if (!r->erased) /* a second stub must not become the first one's past */
		r->was = hash_of(r->body->text, r->body->len);
	r->erased = true;
	msg_unref(&r->body);
	r->body = msg_ref(stub);
}

bool memory_log_sound(const struct memory_log *log, uint64_t seq)
{
	const struct kept *r = &log->records[seq - 1];
	struct hash before = memory_log_chain_before(log, seq);
	struct hash hash = r->erased ? r->was : hash_of(r->body->text, r->body->len);
	struct hash chain = chain_next(&before, &hash);

	return hash_equal(&chain, &r->chain);
}
