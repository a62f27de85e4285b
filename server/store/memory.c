#include "server/store/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/store/follow.h"
#include "server/store/memory_logs.h"

struct handle {
	struct store store; /* first: a handle is a store */
	struct memory *memory;
	struct followers followers;
	unsigned number;
	unsigned n_asked; /* questions without an answer */
	int64_t frozen_until;
	bool closing;
	store_closed_fn closed;
	void *closed_arg;
	struct handle *next; /* in order of opening */
};

enum kind { APPEND, READ, FETCH, HEAD, ERASE };

/* A question, its answer, and who waits for it. Shared by the parcels that carry it. */
struct ask {
	unsigned refs;
	enum kind kind;
	struct handle *from; /* NULL: crashed */
	char log[STORE_LOG_MAX + 1];
	char epoch[STORE_EPOCH_MAX + 1];
	uint64_t first, to; /* positions; of a FETCH `to` is its ticket */
	struct msg **bodies;
	size_t n_bodies;
	store_done_fn done;
	void *arg;
	bool settled;
	struct {
		enum err err;
		char epoch[STORE_EPOCH_MAX + 1];
		uint64_t head;
		struct store_record *records;
		size_t n_records;
	} answer;
};

struct parcel {
	int64_t due;
	uint64_t order;
	void (*run)(struct memory *m, struct parcel *p);
	struct handle *to; /* NULL: the store, or somebody who crashed */
	struct ask *ask;
	/* of a word and a signal */
	char log[STORE_LOG_MAX + 1];
	char epoch[STORE_EPOCH_MAX + 1];
	struct store_record record;
};

struct memory {
	uv_idle_t idle;
	bool has_loop;
	memory_random_fn random;
	void *random_arg;
	const struct memory_faults *faults;
	struct memory_log *logs;
	struct handle *handles;
	struct parcel **parcels; /* a heap, the next one first */
	size_t n_parcels;
	uint64_t n_sent;
	int64_t now;
};

/* --- parcels -----------------------------------------------------------------------------------
 */

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

static void ask_unref(struct ask *a)
{
	if (!a || --a->refs > 0)
		return;
	for (size_t i = 0; i < a->n_bodies; i++)
		msg_unref(&a->bodies[i]);
	for (size_t i = 0; i < a->answer.n_records; i++)
		msg_unref(&a->answer.records[i].body);
	free(a->bodies);
	free(a->answer.records);
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

static struct parcel *send_parcel(struct memory *m, uint32_t delay_ms, struct handle *to,
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

static struct memory_fate fate_of(struct memory *m, enum memory_what what, unsigned from,
				  unsigned to)
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

/* --- answers -----------------------------------------------------------------------------------
 */

/* The handle is going: what is still under way to it, or for it, finds nobody. */
static void detach(struct memory *m, struct handle *h)
{
	struct handle **at = &m->handles;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	for (size_t i = 0; i < m->n_parcels; i++) {
		struct parcel *p = m->parcels[i];
		if (p->to == h)
			p->to = NULL;
		if (p->ask && p->ask->from == h)
			p->ask->from = NULL;
	}
}

static void run_closed(struct memory *m, struct parcel *p)
{
	struct handle *h = p->to;

	detach(m, h);
	h->closed(h->closed_arg);
	free(h);
}

static void close_when_done(struct handle *h)
{
	if (h->closing && h->n_asked == 0)
		send_parcel(h->memory, 0, h, run_closed);
}

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
	close_when_done(h);
}

static void run_answer(struct memory *m, struct parcel *p)
{
	(void)m;
	settle(p->ask, p->ask->answer.err);
}

/* Unknown is told without what the store might have answered. */
static void run_patience(struct memory *m, struct parcel *p)
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

static void carry(struct parcel *p, struct ask *a)
{
	p->ask = a;
	a->refs++;
}

static void send_answer(struct memory *m, struct ask *a)
{
	if (!a->from)
		return;
	struct memory_fate fate = fate_of(m, MEMORY_ANSWER, 0, a->from->number);
	if (!fate.lost)
		carry(send_parcel(m, fate.delay_ms, a->from, run_answer), a);
}

/* --- words and signals -------------------------------------------------------------------------
 */

static void run_word(struct memory *m, struct parcel *p)
{
	(void)m;
	if (p->to && !p->to->closing)
		follow_heard(&p->to->followers, p->log, p->epoch, &p->record);
}

static void run_signal(struct memory *m, struct parcel *p)
{
	(void)m;
	if (p->to && !p->to->closing)
		follow_signal(&p->to->followers, p->log, p->record.body);
}

static void send_word(struct memory *m, uint32_t delay_ms, struct handle *to, const char *log,
		      const char *epoch, const struct store_record *record)
{
	struct parcel *p = send_parcel(m, delay_ms, to, record->seq ? run_word : run_signal);

	strcpy(p->log, log);
	strcpy(p->epoch, epoch);
	p->record = *record;
	msg_ref(p->record.body);
}

/* A record, or a signal with seq 0, to all who follow; a signal not to its sender. */
static void publish(struct memory *m, const struct handle *from, const char *log, const char *epoch,
		    const struct store_record *record)
{
	for (struct handle *h = m->handles; h; h = h->next) {
		if (!follow_is(&h->followers, log) || (record->seq == 0 && h == from))
			continue;
		struct memory_fate fate = fate_of(m, record->seq ? MEMORY_WORD : MEMORY_SIGNAL,
						  from ? from->number : 0, h->number);
		if (!fate.lost)
			send_word(m, fate.delay_ms, h, log, epoch, record);
		if (fate.again)
			send_word(m, fate.again_ms, h, log, epoch, record);
	}
}

/* --- what the store does with a question -------------------------------------------------------
 */

static void new_epoch(struct memory *m, char epoch[STORE_EPOCH_MAX + 1])
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
		new_epoch(m, log->epoch);
	}
	strcpy(a->answer.epoch, log->epoch);
	for (size_t i = 0; i < a->n_bodies; i++) {
		memory_log_add(log, a->bodies[i]);
		publish(m, a->from, log->name, log->epoch,
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

static void run_request(struct memory *m, struct parcel *p)
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

/* --- asking ------------------------------------------------------------------------------------
 */

static const enum memory_what what_of[] = {
	[APPEND] = MEMORY_APPEND, [READ] = MEMORY_READ,   [FETCH] = MEMORY_READ,
	[HEAD] = MEMORY_READ,     [ERASE] = MEMORY_ERASE,
};

static struct ask *ask_new(struct store *s, enum kind kind, const char *log, uint64_t first)
{
	struct ask *a = x_calloc(1, sizeof(*a));

	assert(strlen(log) <= STORE_LOG_MAX);
	a->refs = 1;
	a->kind = kind;
	a->from = (struct handle *)s;
	a->first = first;
	strcpy(a->log, log);
	return a;
}

static void ask_bodies(struct ask *a, struct msg *const *bodies, size_t n)
{
	a->bodies = x_calloc(n, sizeof(struct msg *));
	for (; a->n_bodies < n; a->n_bodies++)
		a->bodies[a->n_bodies] = msg_ref(bodies[a->n_bodies]);
}

/* Takes over the maker's reference. */
static void ask(struct ask *a)
{
	struct handle *h = a->from;
	struct memory *m = h->memory;
	struct memory_fate fate = fate_of(m, what_of[a->kind], h->number, 0);

	assert(!h->closing);
	h->n_asked++;
	if (fate.refused) {
		a->answer.err = ERR_UNAVAILABLE;
		carry(send_parcel(m, fate.delay_ms, h, run_answer), a);
	} else if (!fate.lost) {
		carry(send_parcel(m, fate.delay_ms, NULL, run_request), a);
	}
	if (m->faults)
		carry(send_parcel(m, MEMORY_PATIENCE_MS, h, run_patience), a);
	ask_unref(a);
}

static void memory_append(struct store *s, const char *log, const char *epoch, uint64_t first_seq,
			  struct msg *const *bodies, size_t n, store_done_fn done, void *arg)
{
	struct ask *a = ask_new(s, APPEND, log, first_seq);

	assert(strlen(epoch) <= STORE_EPOCH_MAX && n > 0 && first_seq > 0);
	strcpy(a->epoch, epoch);
	ask_bodies(a, bodies, n);
	a->done = done;
	a->arg = arg;
	ask(a);
}

static void memory_read(struct store *s, const char *log, uint64_t from, uint64_t to,
			store_done_fn done, void *arg)
{
	struct ask *a = ask_new(s, READ, log, from > 0 ? from : 1);

	a->to = to;
	a->done = done;
	a->arg = arg;
	ask(a);
}

static void memory_erase(struct store *s, const char *log, uint64_t seq, struct msg *stub,
			 store_done_fn done, void *arg)
{
	struct ask *a = ask_new(s, ERASE, log, seq);

	ask_bodies(a, &stub, 1);
	a->done = done;
	a->arg = arg;
	ask(a);
}

static void ask_fetch(struct store *s, const char *log, uint64_t ticket, uint64_t from)
{
	struct ask *a = ask_new(s, FETCH, log, from);

	a->to = ticket;
	ask(a);
}

static void ask_head(struct store *s, const char *log)
{
	ask(ask_new(s, HEAD, log, 0));
}

static void memory_follow(struct store *s, const char *log, uint64_t after)
{
	follow_start(&((struct handle *)s)->followers, log, after);
}

static void memory_unfollow(struct store *s, const char *log)
{
	follow_stop(&((struct handle *)s)->followers, log);
}

static void memory_signal(struct store *s, const char *log, struct msg *signal)
{
	struct handle *h = (struct handle *)s;

	publish(h->memory, h, log, "", &(struct store_record){ .body = signal });
}

static void memory_tick(struct store *s, int64_t now)
{
	struct handle *h = (struct handle *)s;

	if (!h->closing)
		follow_tick(&h->followers, now);
}

static void memory_close(struct store *s, store_closed_fn closed, void *arg)
{
	struct handle *h = (struct handle *)s;

	assert(!h->closing);
	follow_stop_all(&h->followers);
	h->closing = true;
	h->closed = closed;
	h->closed_arg = arg;
	close_when_done(h);
}

static const struct store_ops memory_ops = {
	.append = memory_append,
	.read = memory_read,
	.follow = memory_follow,
	.unfollow = memory_unfollow,
	.signal = memory_signal,
	.erase = memory_erase,
	.tick = memory_tick,
	.close = memory_close,
};

/* --- making and ending -------------------------------------------------------------------------
 */

struct memory *memory_new(uv_loop_t *loop, memory_random_fn random, void *random_arg)
{
	struct memory *m = x_calloc(1, sizeof(*m));

	m->random = random;
	m->random_arg = random_arg;
	if (loop) {
		m->has_loop = true;
		uv_idle_init(loop, &m->idle);
		m->idle.data = m;
	}
	return m;
}

static void free_now(uv_handle_t *idle)
{
	free(idle->data);
}

void memory_free(struct memory *m)
{
	if (!m)
		return;
	assert(!m->handles);
	while (m->n_parcels > 0)
		parcel_free(heap_pop(m));
	free(m->parcels);
	memory_logs_free(&m->logs);
	if (m->has_loop)
		uv_close((uv_handle_t *)&m->idle, free_now);
	else
		free(m);
}

struct store *memory_open(struct memory *m, unsigned number, store_notice_fn on_notice, void *arg)
{
	struct handle *h = x_calloc(1, sizeof(*h));
	struct handle **at = &m->handles;

	h->store = (struct store){
		.ops = &memory_ops,
		.durable = "Nothing is kept: what is said is gone when the process ends.",
		.on_notice = on_notice,
		.arg = arg,
	};
	h->memory = m;
	h->number = number;
	h->followers =
		(struct followers){ .store = &h->store, .fetch = ask_fetch, .ask_head = ask_head };
	while (*at)
		at = &(*at)->next;
	*at = h;
	return &h->store;
}

/* --- faults and looking ------------------------------------------------------------------------
 */

void memory_set_faults(struct memory *m, const struct memory_faults *faults)
{
	m->faults = faults;
}

static int by_order(const void *a, const void *b)
{
	const struct parcel *const *x = a, *const *y = b;

	return ((*x)->order > (*y)->order) - ((*x)->order < (*y)->order);
}

/* Asks for the fate of the requests under way, in the order of sending: that of the heap's array
 * says nothing. */
static void orphan_requests(struct memory *m, const struct handle *h)
{
	size_t n = m->n_parcels;
	struct parcel **all = m->parcels;

	if (n == 0)
		return;
	qsort(all, n, sizeof(struct parcel *), by_order);
	m->parcels = NULL;
	m->n_parcels = 0;
	for (size_t i = 0; i < n; i++) {
		bool its = all[i]->run == run_request && all[i]->ask->from == h;
		if (its && fate_of(m, MEMORY_ORPHAN, h->number, 0).lost)
			parcel_free(all[i]);
		else
			heap_push(m, all[i]);
	}
	free(all);
}

void memory_crash(struct store *s)
{
	struct handle *h = (struct handle *)s;

	orphan_requests(h->memory, h);
	detach(h->memory, h);
	follow_stop_all(&h->followers);
	free(h);
}

void memory_freeze(struct store *s, int64_t until)
{
	((struct handle *)s)->frozen_until = until;
}

void memory_restore(struct memory *m, const char *name, uint64_t keep)
{
	struct memory_log *log = memory_logs_find(m->logs, name);

	assert(log && keep <= log->n_records);
	memory_log_cut(log, keep);
	new_epoch(m, log->epoch);
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
