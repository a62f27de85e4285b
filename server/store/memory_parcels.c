#include "server/store/memory_parcels.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

/* --- parcels --- */

static bool before(const struct parcel *a, const struct parcel *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void heap_push(struct memory *m, struct parcel *p)
{
	size_t i = m->n_parcels;

	m->parcels = x_grow(m->parcels, m->n_parcels, sizeof(struct parcel *));
	m->n_parcels++;
	for (; i > 0 && before(p, m->parcels[(i - 1) / 2]); i = (i - 1) / 2)
		m->parcels[i] = m->parcels[(i - 1) / 2];
	m->parcels[i] = p;
}

static struct parcel *heap_pop(struct memory *m)
{
	struct parcel *top = m->parcels[0];
	struct parcel *p = m->parcels[--m->n_parcels];
	size_t n = m->n_parcels, i = 0;

	for (size_t child = 1; child < n; child = 2 * i + 1) {
		if (child + 1 < n && before(m->parcels[child + 1], m->parcels[child]))
			child++;
		if (!before(m->parcels[child], p))
			break;
		m->parcels[i] = m->parcels[child];
		i = child;
	}
	m->parcels[i] = p;
	return top;
}

void ask_unref(struct ask *a)
{
	if (!a || --a->refs > 0)
		return;
	for (size_t i = 0; i < a->n_bodies; i++)
		msg_unref(&a->bodies[i]);
	for (size_t i = 0; i < a->answer.n_records; i++)
		msg_unref(&a->answer.records[i].body);
	free(a->bodies);
	free(a->answer.records);
	free(a->answer.chains);
	free(a);
}

static void parcel_free(struct parcel *p)
{
	ask_unref(p->ask);
	msg_unref(&p->record.body);
	free(p);
}

static void on_idle(uv_idle_t *idle)
{
	struct memory *m = idle->data;

	/* What is sent meanwhile waits for the next turn, so that the loop is not starved. */
	for (size_t n = m->n_parcels; n > 0 && memory_step(m); n--)
		;
	if (memory_next(m) > m->now)
		uv_idle_stop(idle);
}

struct parcel *parcel_send(struct memory *m, uint32_t delay_ms, struct handle *to,
			   void (*run)(struct memory *, struct parcel *))
{
	struct parcel *p = x_calloc(1, sizeof(*p));

	p->due = m->now + delay_ms;
	p->order = ++m->n_sent;
	p->to = to;
	p->run = run;
	heap_push(m, p);
	if (m->has_loop)
		uv_idle_start(&m->idle, on_idle);
	return p;
}

struct memory_fate memory_fate(struct memory *m, enum memory_what what, unsigned from, unsigned to)
{
	if (!m->faults)
		return (struct memory_fate){ 0 };
	return m->faults->fate(m->faults->arg, what, from, to);
}

bool memory_step(struct memory *m)
{
	while (m->n_parcels > 0 && m->parcels[0]->due <= m->now) {
		struct parcel *p = heap_pop(m);

		if (p->to && p->to->frozen_until > m->now) {
			p->due = p->to->frozen_until;
			heap_push(m, p);
			continue;
		}
		p->run(m, p);
		parcel_free(p);
		return true;
	}
	return false;
}

void memory_time(struct memory *m, int64_t now)
{
	assert(now >= m->now);
	m->now = now;
	if (m->has_loop && m->n_parcels > 0)
		uv_idle_start(&m->idle, on_idle);
}

int64_t memory_next(const struct memory *m)
{
	return m->n_parcels > 0 ? m->parcels[0]->due : INT64_MAX;
}

void parcel_carry(struct parcel *p, struct ask *a)
{
	p->ask = a;
	a->refs++;
}

void parcels_free(struct memory *m)
{
	while (m->n_parcels > 0)
		parcel_free(heap_pop(m));
	free(m->parcels);
}

static int by_order(const void *a, const void *b)
{
	const struct parcel *const *x = a, *const *y = b;

	return ((*x)->order > (*y)->order) - ((*x)->order < (*y)->order);
}

/* All that is under way, in the order of sending: that of the heap's array says nothing. The
 * caller's, to be freed, with every parcel in it. */
static struct parcel **take_all(struct memory *m, size_t *n)
{
	struct parcel **all = m->parcels;

	*n = m->n_parcels;
	if (*n > 0)
		qsort(all, *n, sizeof(struct parcel *), by_order);
	m->parcels = NULL;
	m->n_parcels = 0;
	return all;
}

/* Asks for the fate of the requests under way. */
void parcels_orphan(struct memory *m, const struct handle *h)
{
	size_t n;
	struct parcel **all = take_all(m, &n);

	for (size_t i = 0; i < n; i++) {
		bool its = all[i]->run == run_request && all[i]->ask->from == h;
		if (its && memory_fate(m, MEMORY_ORPHAN, h->number, 0).lost)
			parcel_free(all[i]);
		else
			heap_push(m, all[i]);
	}
	free(all);
}

void parcels_cut(struct memory *m)
{
	size_t n;
	struct parcel **all = take_all(m, &n);

	for (size_t i = 0; i < n; i++) {
		if (all[i]->run == run_request) {
			all[i]->run = run_patience;
			all[i]->to = all[i]->ask->from;
		}
		if (all[i]->run == run_patience)
			all[i]->due = m->now;
		heap_push(m, all[i]);
	}
	free(all);
}

/* --- words and signals --- */

static void run_word(struct memory *m, struct parcel *p)
{
	(void)m;
	if (!p->to || p->to->closing)
		return;
	if (strcmp(p->epoch, STORE_DROPPED_EPOCH) == 0)
		follow_dropped(&p->to->followers, p->log);
	else
		follow_heard(&p->to->followers, p->log, p->epoch, &p->record, &p->chain);
}

static void run_signal(struct memory *m, struct parcel *p)
{
	(void)m;
	if (p->to && !p->to->closing)
		follow_signal(&p->to->followers, p->log, p->record.body);
}

static void send_word(struct memory *m, uint32_t delay_ms, struct handle *to, const char *log,
		      const char *epoch, const struct store_record *record,
		      const struct hash *chain)
{
	struct parcel *p = parcel_send(m, delay_ms, to, record->seq ? run_word : run_signal);

	strcpy(p->log, log);
	strcpy(p->epoch, epoch);
	p->record = *record;
	if (chain)
		p->chain = *chain;
	msg_ref(p->record.body);
}

/* A record, or a signal with seq 0, to all who follow; a signal not to its sender. */
void memory_publish(struct memory *m, const struct handle *from, const char *log, const char *epoch,
		    const struct store_record *record, const struct hash *chain)
{
	for (struct handle *h = m->handles; h; h = h->next) {
		if (!follow_is(&h->followers, log) || (record->seq == 0 && h == from))
			continue;
		struct memory_fate fate = memory_fate(m, record->seq ? MEMORY_WORD : MEMORY_SIGNAL,
						      from ? from->number : 0, h->number);
		if (!fate.lost)
			send_word(m, fate.delay_ms, h, log, epoch, record, chain);
		if (fate.again)
			send_word(m, fate.again_ms, h, log, epoch, record, chain);
	}
}
