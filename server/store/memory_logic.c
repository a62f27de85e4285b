#include "server/store/memory_parcels.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/base/plant.h"

/* --- answers --- */

static void tell_done(struct ask *a, enum err err, bool with_records)
{
	struct store_answer answer = { .err = err, .epoch = a->answer.epoch };

	if (with_records) {
		answer.records = a->answer.records;
		answer.n_records = a->answer.n_records;
	}
	a->done(a->arg, &answer);
}

/* What the hub knows now, its follower holds: what was appended, and what came with a conflict. */
static void hand_in(struct handle *h, const struct ask *a, enum err err)
{
	const char *epoch = a->answer.epoch;

	if (err != OK && err != ERR_CONFLICT)
		return;
	for (size_t i = 0; i < a->answer.n_records; i++)
		follow_heard(&h->followers, a->log, epoch, &a->answer.records[i],
			     &a->answer.chains[i]);
	if (a->answer.n_records == 0)
		follow_head(&h->followers, a->log, epoch, a->answer.head, &a->answer.before);
}

static void settle(struct ask *a, enum err err)
{
	struct handle *h = a->from;

	if (a->settled || !h)
		return;
	a->settled = true;
	switch (a->kind) {
	case APPEND:
		tell_done(a, err, err == ERR_CONFLICT);
		hand_in(h, a, err);
		break;
	case READ:
		tell_done(a, err, true);
		break;
	case ERASE:
		tell_done(a, err, false);
		if (err == OK)
			follow_erased(&h->followers, a->log, a->answer.epoch, a->first,
				      a->bodies[0]);
		break;
	case DROP:
		tell_done(a, err, false);
		break;
	case RESTORE:
		follow_restored(&h->followers, a->log, a->to, err);
		break;
	case FETCH:
		follow_fetched(&h->followers, a->log, a->to,
			       &(struct follow_page){
				       .err = err,
				       .epoch = a->answer.epoch,
				       .head = a->answer.head,
				       .records = a->answer.records,
				       .n_records = a->answer.n_records,
				       .before = a->answer.has_before ? &a->answer.before : NULL,
				       .chains = a->answer.chains,
				       .why = "A record is not what was appended." });
		break;
	case HEAD:
		if (err == OK)
			follow_head(&h->followers, a->log, a->answer.epoch, a->answer.head,
				    &a->answer.before);
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
	bool changes = a->kind != READ && a->kind != FETCH && a->kind != HEAD;
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

#define WAIT_MS 5 /* who has to wait asks again after this */

/* 0: of somebody who crashed. */
static unsigned number_of(const struct ask *a)
{
	return a->from ? a->from->number : 0;
}

void memory_new_epoch(struct memory *m, char epoch[STORE_EPOCH_MAX + 1])
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	unsigned char chance[10];

	m->random(m->random_arg, chance, sizeof(chance));
	for (size_t i = 0; i < sizeof(chance); i++)
		epoch[i] = letters[chance[i] & 31];
	epoch[sizeof(chance)] = '\0';
}

static void collect_one(struct ask *a, const struct memory_log *log, uint64_t seq)
{
	size_t n = a->answer.n_records++;

	a->answer.records[n] =
		(struct store_record){ .seq = seq, .body = msg_ref(log->records[seq - 1].body) };
	a->answer.chains[n] = log->records[seq - 1].chain;
}

static void collect_begin(struct ask *a, size_t n)
{
	a->answer.records = x_calloc(n, sizeof(*a->answer.records));
	a->answer.chains = x_calloc(n, sizeof(*a->answer.chains));
}

/* At most a slice, up to `to`, and up to the first record that is damaged. */
static enum err collect(struct ask *a, const struct memory_log *log, uint64_t from, uint64_t to)
{
	uint64_t last = to < log->n_records ? to : log->n_records;

	if (from > last)
		return OK;
	if (last - from >= STORE_SLICE)
		last = from + STORE_SLICE - 1;
	collect_begin(a, last - from + 1);
	for (uint64_t seq = from; seq <= last; seq++) {
		if (!memory_log_sound(log, seq))
			return ERR_DAMAGED;
		collect_one(a, log, seq);
	}
	return OK;
}

static struct memory_log *make(struct memory *m, const char *name)
{
	struct memory_log *log = memory_logs_add(&m->logs, name);

	memory_new_epoch(m, log->epoch);
	return log;
}

/* The records are in the log, and everybody who follows it hears of them. */
static void take(struct memory *m, struct ask *a, struct memory_log *log)
{
	strcpy(a->answer.epoch, log->epoch);
	collect_begin(a, a->n_bodies);
	for (size_t i = 0; i < a->n_bodies; i++) {
		memory_log_add(log, a->bodies[i]);
		collect_one(a, log, a->first + i);
		memory_publish(m, a->from, log->name, log->epoch, &a->answer.records[i],
			       &a->answer.chains[i]);
	}
}

/* It only delays and never grants: others wait while the loser goes first, and new records while
 * lost ones are taken. The instance asks again until its patience ends. */
static bool waits(const struct memory *m, const struct ask *a, const struct memory_log *log)
{
	if (!m->faults || !log || (a->epoch[0] && strcmp(a->epoch, log->epoch) != 0))
		return false;
	if (m->now < log->hold_until)
		return true;
	return log->loser && log->loser != number_of(a) && m->now < log->loser_until &&
	       a->first > log->n_records;
}

static enum err conflict(const struct memory *m, struct ask *a, struct memory_log *log)
{
	log->loser = number_of(a);
	log->loser_until = m->now + MEMORY_LOSER_MS;
	return collect(a, log, a->first, UINT64_MAX) == OK ? ERR_CONFLICT : ERR_DAMAGED;
}

static enum err do_append(struct memory *m, struct ask *a, struct memory_log *log)
{
	bool new_log = a->epoch[0] == '\0' && a->first == 1;
	uint64_t head = log ? log->n_records : 0;

	if (log && (new_log ? head > 0 : strcmp(a->epoch, log->epoch) == 0) && a->first <= head)
		return conflict(m, a, log);
	if (!new_log && (!log || strcmp(a->epoch, log->epoch) != 0 || a->first != head + 1))
		return ERR_CONFLICT;
	if (!log)
		log = make(m, a->log);
	log->loser = 0;
	take(m, a, log);
	return OK;
}

/* Records come back to where they were, if nobody has written there. */
static enum err do_restore(struct memory *m, struct ask *a, struct memory_log *log)
{
	if (!log && a->epoch[0] == '\0' && a->first == 1)
		log = make(m, a->log);
	else if (!log || strcmp(a->epoch, log->epoch) != 0 || a->first != log->n_records + 1)
		return ERR_CONFLICT;
	struct hash before = memory_log_chain_before(log, a->first);
	if (!hash_equal(&before, &a->before) && !PLANTED(PLANT_RESTORE_AFTER_WRITE))
		return ERR_CONFLICT;
	take(m, a, log);
	return OK;
}

static enum err do_erase(struct memory *m, struct ask *a, struct memory_log *log)
{
	struct store_record stub = { a->first, a->bodies[0] };

	if (!log || a->first == 0 || a->first > log->n_records)
		return ERR_NOT_FOUND;
	if (!memory_log_sound(log, a->first))
		return ERR_DAMAGED;
	memory_log_erase(log, a->first, a->bodies[0]);
	memory_new_epoch(m, log->epoch);
	strcpy(a->answer.epoch, log->epoch);
	memory_publish(m, a->from, log->name, log->epoch, &stub, NULL);
	return OK;
}

static enum err do_drop(struct memory *m, struct ask *a, struct memory_log *log)
{
	struct store_record nothing = { 1, msg_new("", 0) };

	if (!log)
		log = make(m, a->log);
	memory_log_drop(log);
	strcpy(a->answer.epoch, log->epoch);
	memory_publish(m, a->from, log->name, log->epoch, &nothing, NULL);
	msg_unref(&nothing.body);
	return OK;
}

static enum err answer(struct memory *m, struct ask *a, struct memory_log *log)
{
	if (log && memory_log_is_dropped(log) && a->kind != FETCH && a->kind != HEAD &&
	    a->kind != DROP)
		return ERR_NOT_FOUND;
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
		return do_erase(m, a, log);
	case DROP:
		return do_drop(m, a, log);
	case RESTORE:
		return do_restore(m, a, log);
	}
	return ERR_UNKNOWN;
}

void run_request(struct memory *m, struct parcel *p)
{
	struct ask *a = p->ask;
	struct memory_log *log = memory_logs_find(m->logs, a->log);

	uint64_t head = log ? log->n_records : 0, first = a->kind == FETCH ? a->first : head + 1;

	if (log && log->renewed) {
		log->renewed = false;
		log->hold_until = m->now + MEMORY_HOLD_MS;
	}
	if (a->kind == APPEND && waits(m, a, log)) {
		if (a->from && !a->settled)
			parcel_carry(parcel_send(m, WAIT_MS, NULL, run_request), a);
		return;
	}
	if (log)
		strcpy(a->answer.epoch, log->epoch);
	a->answer.head = head;
	a->answer.has_before = first <= head + 1;
	if (log && a->answer.has_before)
		a->answer.before = memory_log_chain_before(log, first);
	a->answer.err = answer(m, a, log);
	send_answer(m, a);
}
