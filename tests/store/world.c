#include "tests/store/world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

size_t n_runs, n_faults;

uint64_t chance(struct world *w, uint64_t below)
{
	w->seed ^= w->seed << 13;
	w->seed ^= w->seed >> 7;
	w->seed ^= w->seed << 17;
	return w->seed % below;
}

static void random_bytes(void *arg, void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((unsigned char *)bytes)[i] = (unsigned char)chance(arg, 256);
}

static struct memory_fate fate(void *arg, enum memory_what what, unsigned from, unsigned to)
{
	struct world *w = arg;
	struct memory_fate f = w->next[what];

	assert_true(from <= HANDLES && to <= HANDLES);
	if (w->rate == 0 || chance(w, 100) >= w->rate)
		return f;
	n_faults++;
	f.lost = chance(w, 2) == 0;
	f.delay_ms = (uint32_t)chance(w, 4000);
	f.again = chance(w, 3) == 0;
	f.again_ms = (uint32_t)chance(w, 6000);
	return f;
}

static void trace(struct world *w, uint64_t what)
{
	w->trace = (w->trace ^ what) * 1099511628211u;
}

static void on_notice(void *arg, const struct store_notice *n)
{
	struct instance *in = arg;
	char text[32];

	assert_false(in->gone);
	in->n_notices++;
	trace(in->world, (uint64_t)(in - in->world->instances) << 60 | (uint64_t)n->news << 50 |
				 n->record.seq);
	if (n->news == STORE_EVENT) {
		assert_int_equal(n->record.seq, in->last + 1); /* promise 2 */
		in->last++;
		snprintf(text, sizeof(text), "%" PRIu64 " ", in->last);
		assert_int_equal(strncmp(n->record.body->text, text, strlen(text)), 0);
	} else if (n->news == STORE_LIVE) {
		assert_false(in->live);
		in->live = true;
	} else if (n->news != STORE_SIGNAL) {
		in->ending = n->news;
	}
}

void on_done(void *arg, const struct store_answer *a)
{
	struct instance *in = arg;

	assert_false(in->gone);
	in->n_answers++;
	in->err = a->err;
	in->asking = false;
	trace(in->world, 7777 + a->err);
	if (a->epoch[0])
		strcpy(in->epoch, a->epoch);
	if (a->err == OK)
		in->told = in->asked;
}

static void on_closed(void *arg)
{
	((struct instance *)arg)->gone = true;
}

struct world *world_new(uint64_t seed)
{
	struct world *w = x_calloc(1, sizeof(*w));

	w->seed = seed * 2654435761u + 88172645463325252u;
	w->memory = memory_new(NULL, random_bytes, w);
	w->faults = (struct memory_faults){ .arg = w, .fate = fate };
	memory_set_faults(w->memory, &w->faults);
	for (unsigned i = 0; i < HANDLES; i++) {
		w->instances[i].world = w;
		w->instances[i].store = memory_open(w->memory, i + 1, on_notice, &w->instances[i]);
	}
	return w;
}

void go(struct world *w, int64_t ms)
{
	int64_t end = w->now + ms;

	while (w->now < end) {
		while (memory_step(w->memory))
			;
		int64_t next = memory_next(w->memory), tick = w->ticked + 500;
		w->now = next < tick ? next : tick;
		if (w->now > end)
			w->now = end;
		memory_time(w->memory, w->now);
		if (w->now < tick)
			continue;
		w->ticked = w->now;
		for (size_t i = 0; i < HANDLES; i++) {
			if (!w->instances[i].gone)
				store_tick(w->instances[i].store, w->now);
		}
	}
	while (memory_step(w->memory))
		;
}

void world_free(struct world *w)
{
	for (size_t i = 0; i < HANDLES; i++) {
		if (!w->instances[i].gone)
			store_close(w->instances[i].store, on_closed, &w->instances[i]);
	}
	go(w, 20000);
	for (size_t i = 0; i < HANDLES; i++)
		assert_true(w->instances[i].gone);
	memory_free(w->memory);
	free(w);
}

void say(struct world *w, size_t i, uint64_t seq)
{
	struct instance *in = &w->instances[i];
	struct msg *body = msg_format("%" PRIu64 " by %zu", seq, i);

	in->asked = seq;
	in->asking = true;
	store_append(in->store, "a", seq == 1 ? "" : in->epoch, seq, &body, 1, on_done, in);
	msg_unref(&body);
}

struct world *world_begun(void)
{
	struct world *w = world_new(1);

	say(w, 0, 1);
	go(w, 100);
	assert_int_equal(w->instances[0].err, OK);
	strcpy(w->instances[1].epoch, w->instances[0].epoch);
	return w;
}
