/* What may be done to the memory store, and looking into it. */
#include "server/store/memory_parcels.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

void memory_set_faults(struct memory *m, const struct memory_faults *faults)
{
	m->faults = faults;
}

void memory_crash(struct store *s)
{
	struct handle *h = (struct handle *)s;

	parcels_orphan(h->memory, h);
	handle_detach(h->memory, h);
	follow_stop_all(&h->followers);
	free(h);
}

void memory_freeze(struct store *s, int64_t until)
{
	((struct handle *)s)->frozen_until = until;
}

static void restored(struct memory *m, struct memory_log *log, uint64_t keep)
{
	memory_log_cut(log, keep);
	memory_new_epoch(m, log->epoch);
	log->loser = 0;
	log->renewed = true;
}

void memory_restart(struct memory *m, uint64_t lose_at_most, int64_t down_ms)
{
	parcels_cut(m);
	m->down_until = m->now + down_ms;
	for (struct handle *h = m->handles; h; h = h->next)
		h->doubts = true;
	for (struct memory_log *log = m->logs; log; log = log->hh.next) {
		uint64_t chance = 0, lost;

		if (memory_log_is_dropped(log))
			continue;
		m->random(m->random_arg, &chance, sizeof(chance));
		lost = chance % (lose_at_most + 1);
		restored(m, log, lost < log->n_records ? log->n_records - lost : 0);
	}
}

bool memory_holds(const struct store *s, const char *name, uint64_t seq)
{
	return follow_chain(&((const struct handle *)s)->followers, name, seq) != NULL;
}

void memory_restore(struct memory *m, const char *name, uint64_t keep)
{
	struct memory_log *log = memory_logs_find(m->logs, name);

	assert(log && keep <= log->n_records);
	restored(m, log, keep);
}

void memory_damage(struct memory *m, const char *name, uint64_t seq)
{
	struct memory_log *log = memory_logs_find(m->logs, name);
	struct kept *r = &log->records[seq - 1];
	struct msg *bad = msg_new(r->body->text, r->body->len);

	bad->text[0] ^= 1;
	msg_unref(&r->body);
	r->body = bad;
}

uint64_t memory_head(const struct memory *m, const char *name)
{
	const struct memory_log *log = memory_logs_find(m->logs, name);

	return log ? log->n_records : 0;
}

const char *memory_epoch(const struct memory *m, const char *name)
{
	const struct memory_log *log = memory_logs_find(m->logs, name);

	return log ? log->epoch : "";
}

struct msg *memory_body(const struct memory *m, const char *name, uint64_t seq)
{
	const struct memory_log *log = memory_logs_find(m->logs, name);

	return log && seq >= 1 && seq <= log->n_records ? log->records[seq - 1].body : NULL;
}
