#include "server/store/redis_ask.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/store/redis_inside.h"

/* --- lists --- */

void list_put(struct ask_list *l, struct ask *a)
{
	if (!l->first)
		l->last = &l->first;
	a->next = NULL;
	*l->last = a;
	l->last = &a->next;
	l->n++;
}

struct ask *list_take(struct ask_list *l)
{
	struct ask *a = l->first;

	if (a) {
		l->first = a->next;
		l->n--;
	}
	return a;
}

/* --- making --- */

struct ask *ask_new(struct redis *r, enum ask_kind kind, const char *log, uint64_t first)
{
	struct ask *a = x_calloc(1, sizeof(*a));

	assert(strlen(log) <= STORE_LOG_MAX && !r->closing);
	a->redis = r;
	a->kind = kind;
	a->first = first < SEQ_MAX ? first : SEQ_MAX;
	strcpy(a->log, log);
	return a;
}

void ask_bodies(struct ask *a, struct msg *const *bodies, size_t n)
{
	a->bodies = x_calloc(n, sizeof(struct msg *));
	for (; a->n_bodies < n; a->n_bodies++)
		a->bodies[a->n_bodies] = msg_ref(bodies[a->n_bodies]);
}

void ask_free(struct ask *a)
{
	for (size_t i = 0; i < a->n_bodies; i++)
		msg_unref(&a->bodies[i]);
	free(a->bodies);
	free(a->chains);
	free(a->names);
	free(a);
}

void ask_put(struct ask *a)
{
	struct redis *r = a->redis;

	a->asked_at = uv_now(r->loop);
	redis_is_needed(r);
	list_put(r->asks.n++ < ASKS_MAX ? &r->asks.waiting : &r->asks.refused, a);
	asks_pump(r);
	redis_wake(r, asks_due(r));
}

void asks_pump(struct redis *r)
{
	struct asks *asks = &r->asks;

	while (r->ready && asks->waiting.first && asks->sent.n < ASKS_SENT) {
		struct ask *a = asks->waiting.first;

		if (!ask_send(a))
			return;
		list_take(&asks->waiting);
		a->sent_at = uv_now(r->loop);
		list_put(&asks->sent, a);
	}
}

/* --- time --- */

static void wake_rested(struct asks *asks, uint64_t now)
{
	struct ask_list list = asks->resting;

	asks->resting = (struct ask_list){ 0 };
	for (struct ask *a; (a = list_take(&list));)
		list_put(a->rest_until <= now ? &asks->waiting : &asks->resting, a);
}

bool asks_turn(struct redis *r)
{
	struct asks *asks = &r->asks;
	uint64_t now = uv_now(r->loop);
	struct ask_list late = { 0 }, all;

	wake_rested(asks, now);
	all = asks->waiting;
	asks->waiting = (struct ask_list){ 0 };
	for (struct ask *a; (a = list_take(&all));)
		list_put(a->asked_at + REDIS_PATIENCE_MS <= now ? &late : &asks->waiting, a);
	for (struct ask *a; (a = list_take(&asks->refused));)
		list_put(&late, a);
	for (struct ask *a; (a = list_take(&late));)
		ask_fail(a, ERR_UNAVAILABLE);
	asks_pump(r);
	return !asks->sent.first || asks->sent.first->sent_at + REDIS_REPLY_MS > now;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t asks_due(const struct redis *r)
{
	const struct asks *asks = &r->asks;
	uint64_t due = asks->refused.first ? 0 : UINT64_MAX;

	if (asks->waiting.first)
		due = sooner(due, asks->waiting.first->asked_at + REDIS_PATIENCE_MS);
	if (asks->sent.first)
		due = sooner(due, asks->sent.first->sent_at + REDIS_REPLY_MS);
	for (const struct ask *a = asks->resting.first; a; a = a->next)
		due = sooner(due, a->rest_until);
	return due;
}
