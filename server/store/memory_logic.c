#include "server/store/memory_parcels.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

/* --- answers --- */

static void settle(struct ask *a, enum err err)
{
	struct handle *h = a->from;

	if (a->settled || !h)
		return;
	a->settled = true;
	switch (a->kind) {
	case APPEND:
	case READ:
	case ERASE:
		a->done(a->arg, &(struct store_answer){ .err = err,
							.epoch = a->answer.epoch,
							.records = a->answer.records,
							.n_records = a->answer.n_records });
		break;
	case FETCH:
		follow_fetched(
			&h->followers, a->log, a->to,
			&(struct follow_page){ .err = err,
					       .epoch = a->answer.epoch,
					       .head = a->answer.head,
					       .records = a->answer.records,
					       .n_records = a->answer.n_records,
					       .why = "A record is not what was appended." });
		break;
	case HEAD:
		if (err == OK)
			follow_head(&h->followers, a->log, a->answer.epoch, a->answer.head);
		break;
	}
	h->n_asked--;
	handle_close_when_done(h);
}

void run_answer(struct memory *m, struct parcel *p)
{
	(void)m;
	settle(p->ask, p->ask->answer.err);
}

/* Unknown is told without what the store might have answered. */
void run_patience(struct memory *m, struct parcel *p)
{
	struct ask *a = p->ask;
	bool changes = a->kind == APPEND || a->kind == ERASE;
	struct store_record *records = a->answer.records;
	size_t n_records = a->answer.n_records;

	(void)m;
	a->answer.records = NULL;
	a->answer.n_records = 0;
	settle(a, changes ? ERR_UNKNOWN : ERR_UNAVAILABLE);
	a->answer.records = records;
	a->answer.n_records = n_records;
}

static void send_answer(struct memory *m, struct ask *a)
{
	if (!a->from)
		return;
	struct memory_fate fate = memory_fate(m, MEMORY_ANSWER, 0, a->from->number);
	if (!fate.lost)
		parcel_carry(parcel_send(m, fate.delay_ms, a->from, run_answer), a);
}

/* --- what the store does with a question --- */

void memory_new_epoch(struct memory *m, char epoch[STORE_EPOCH_MAX + 1])
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	unsigned char chance[10];

	m->random(m->random_arg, chance, sizeof(chance));
	for (size_t i = 0; i < sizeof(chance); i++)
		epoch[i] = letters[chance[i] & 31];
	epoch[sizeof(chance)] = '\0';
}

/* At most a slice, up to `to`, and up to the first record that is damaged. */
static enum err collect(struct ask *a, const struct memory_log *log, uint64_t from, uint64_t to)
{
	uint64_t last = to < log->n_records ? to : log->n_records;

	if (from > last)
		return OK;
	if (last - from >= STORE_SLICE)
		last = from + STORE_SLICE - 1;
	a->answer.records = x_calloc(last - from + 1, sizeof(*a->answer.records));
	for (uint64_t seq = from; seq <= last; seq++) {
		if (!memory_log_sound(log, seq))
			return ERR_DAMAGED;
		a->answer.records[a->answer.n_records++] =
			(struct store_record){ .seq = seq,
					       .body = msg_ref(log->records[seq - 1].body) };
	}
	return OK;
}

static enum err do_append(struct memory *m, struct ask *a, struct memory_log *log)
{
	bool new_log = a->epoch[0] == '\0' && a->first == 1;
	uint64_t head = log ? log->n_records : 0;

	if (log && (new_log ? head > 0 : strcmp(a->epoch, log->epoch) == 0) && a->first <= head)
		return collect(a, log, a->first, UINT64_MAX) == OK ? ERR_CONFLICT : ERR_DAMAGED;
	if (!new_log && (!log || strcmp(a->epoch, log->epoch) != 0 || a->first != head + 1))
		return ERR_CONFLICT;
	if (!log) {
		log = memory_logs_add(&m->logs, a->log);
		memory_new_epoch(m, log->epoch);
	}
	strcpy(a->answer.epoch, log->epoch);
	for (size_t i = 0; i < a->n_bodies; i++) {
		memory_log_add(log, a->bodies[i]);
		memory_publish(m, a->from, log->name, log->epoch,
			       &(struct store_record){ .seq = a->first + i, .body = a->bodies[i] });
	}
	return OK;
}

static enum err do_erase(struct ask *a, struct memory_log *log)
{
	if (!log || a->first == 0 || a->first > log->n_records)
		return ERR_NOT_FOUND;
	if (!memory_log_sound(log, a->first))
		return ERR_DAMAGED;
	memory_log_erase(log, a->first, a->bodies[0]);
	return OK;
}

static enum err answer(struct memory *m, struct ask *a, struct memory_log *log)
{
	switch (a->kind) {
	case APPEND:
		return do_append(m, a, log);
	case READ:
		return log ? collect(a, log, a->first, a->to) : ERR_NOT_FOUND;
	case FETCH:
		return log ? collect(a, log, a->first, UINT64_MAX) : OK;
	case HEAD:
		return OK;
	case ERASE:
		return do_erase(a, log);
	}
	return ERR_UNKNOWN;
}

void run_request(struct memory *m, struct parcel *p)
{
	struct ask *a = p->ask;
	struct memory_log *log = memory_logs_find(m->logs, a->log);

	if (log) {
		strcpy(a->answer.epoch, log->epoch);
		a->answer.head = log->n_records;
	}
	a->answer.err = answer(m, a, log);
	send_answer(m, a);
}
