#include "server/store/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/store/memory_parcels.h"

/* --- going --- */

void handle_detach(struct memory *m, struct handle *h)
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

	handle_detach(m, h);
	h->closed(h->closed_arg);
	free(h);
}

void handle_close_when_done(struct handle *h)
{
	if (h->closing && h->n_asked == 0)
		parcel_send(h->memory, 0, h, run_closed);
}

/* --- asking --- */

static const enum memory_what what_of[] = {
	[APPEND] = MEMORY_APPEND,  [READ] = MEMORY_READ,   [FETCH] = MEMORY_READ,
	[HEAD] = MEMORY_READ,      [ERASE] = MEMORY_ERASE, [DROP] = MEMORY_ERASE,
	[RESTORE] = MEMORY_APPEND,
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
	struct memory_fate fate = memory_fate(m, what_of[a->kind], h->number, 0);

	assert(!h->closing);
	h->n_asked++;
	if (fate.refused || m->now < m->down_until) {
		a->answer.err = ERR_UNAVAILABLE;
		parcel_carry(parcel_send(m, fate.delay_ms, h, run_answer), a);
	} else if (!fate.lost) {
		parcel_carry(parcel_send(m, fate.delay_ms, NULL, run_request), a);
	}
	if (m->faults)
		parcel_carry(parcel_send(m, MEMORY_PATIENCE_MS, h, run_patience), a);
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

static void memory_drop(struct store *s, const char *log, store_done_fn done, void *arg)
{
	struct ask *a = ask_new(s, DROP, log, 0);

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

static void ask_restore(struct store *s, const char *log, uint64_t ticket,
			const struct follow_offer *offer)
{
	struct ask *a = ask_new(s, RESTORE, log, offer->first);

	strcpy(a->epoch, offer->epoch);
	a->to = ticket;
	a->before = *offer->before;
	a->bodies = x_calloc(offer->n, sizeof(struct msg *));
	for (; a->n_bodies < offer->n; a->n_bodies++)
		a->bodies[a->n_bodies] = msg_ref(offer->records[a->n_bodies].body);
	ask(a);
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

	memory_publish(h->memory, h, log, "", &(struct store_record){ .body = signal }, NULL);
}

static void memory_tick(struct store *s, int64_t now)
{
	struct handle *h = (struct handle *)s;

	if (h->closing)
		return;
	if (h->doubts && h->memory->now >= h->memory->down_until) {
		h->doubts = false;
		follow_doubt(&h->followers);
	}
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
	handle_close_when_done(h);
}

static const struct store_ops memory_ops = {
	.append = memory_append,
	.read = memory_read,
	.follow = memory_follow,
	.unfollow = memory_unfollow,
	.signal = memory_signal,
	.erase = memory_erase,
	.drop = memory_drop,
	.tick = memory_tick,
	.close = memory_close,
};

/* --- making and ending --- */

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
	parcels_free(m);
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
	h->followers = (struct followers){
		.store = &h->store, .fetch = ask_fetch, .ask_head = ask_head, .restore = ask_restore
	};
	while (*at)
		at = &(*at)->next;
	*at = h;
	return &h->store;
}
