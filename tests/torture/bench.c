#include "tests/torture/bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRIES 20

static void body_of(uint64_t seq, char text[32])
{
	snprintf(text, 32, "record %" PRIu64, seq);
}

void bench_notice(void *arg, const struct store_notice *n)
{
	struct bench *b = arg;

	b->heard += n->news == STORE_EVENT;
}

static void on_answer(void *arg, const struct store_answer *a)
{
	struct bench *b = arg;

	b->came = true;
	b->err = a->err;
	if (a->epoch[0])
		snprintf(b->epoch, sizeof(b->epoch), "%s", a->epoch);
	for (size_t i = 0; i < a->n_records; i++) {
		char should[32];

		body_of(a->records[i].seq, should);
		b->in_order = b->in_order && a->records[i].seq == b->head + 1 &&
			      strcmp(a->records[i].body->text, should) == 0;
		b->head = a->records[i].seq;
	}
}

static void wait_for(struct bench *b, const bool *flag)
{
	for (int i = 0; i < 200000 && !*flag; i++) {
		uv_run(&b->loop, UV_RUN_NOWAIT);
		if (!*flag)
			usleep(20);
	}
}

static void append(struct bench *b, uint64_t first)
{
	struct msg *bodies[BATCH];

	for (unsigned i = 0; i < BATCH; i++) {
		char text[32];

		body_of(first + i, text);
		bodies[i] = msg_new(text, strlen(text));
	}
	b->came = false;
	store_append(b->store, b->log, b->epoch, first, bodies, BATCH, on_answer, b);
	for (unsigned i = 0; i < BATCH; i++)
		msg_unref(&bodies[i]);
	wait_for(b, &b->came);
}

static void read_all(struct bench *b)
{
	b->came = false;
	b->head = 0;
	b->in_order = true;
	store_read(b->store, b->log, 1, UINT64_MAX >> 12, on_answer, b);
	wait_for(b, &b->came);
}

/* A conflict with ourselves: what was unknown did happen. */
static bool is_there(struct bench *b, uint64_t first)
{
	read_all(b);
	return b->came && b->err == OK && b->in_order && b->head == first + BATCH - 1;
}

/* One batch, asked for again until it is there. */
static const char *grow(struct bench *b, uint64_t first, struct promised *p)
{
	for (int i = 0; i < TRIES; i++) {
		append(b, first);
		if (!b->came)
			return "no answer came";
		if (b->err == OK || (b->err == ERR_CONFLICT && i > 0 && is_there(b, first))) {
			p->kept = first + BATCH - 1;
			return NULL;
		}
		if (b->err != ERR_UNAVAILABLE && b->err != ERR_UNKNOWN)
			return err_names[b->err];
		store_tick(b->store, 1000 * (i + 1));
	}
	return "a refusal went on and on";
}

const char *bench_fill(struct bench *b, struct promised *p)
{
	const char *wrong = NULL;

	store_follow(b->store, b->log, 0);
	for (uint64_t i = 0; !wrong && i < BATCHES; i++)
		wrong = grow(b, 1 + i * BATCH, p);
	for (int i = 0; !wrong && i < TRIES; i++) {
		read_all(b);
		if (b->came && b->err == OK)
			break;
	}
	if (!wrong && (b->err != OK || !b->in_order || b->head != BATCHES * BATCH))
		wrong = "what was acknowledged was not read";
	store_unfollow(b->store, b->log);
	return wrong;
}

const char *bench_drop(struct bench *b, struct promised *p)
{
	p->dropping = true;
	for (int i = 0; i < TRIES && !p->dropped; i++) {
		b->came = false;
		store_drop(b->store, b->log, on_answer, b);
		wait_for(b, &b->came);
		if (!b->came)
			return "no answer came";
		if (b->err && b->err != ERR_UNAVAILABLE && b->err != ERR_UNKNOWN)
			return err_names[b->err];
		p->dropped = !b->err;
	}
	return p->dropped ? NULL : "a drop was refused on and on";
}

const char *bench_check(struct bench *b, const struct promised *p)
{
	read_all(b);
	if (p->dropped && b->err != ERR_NOT_FOUND)
		return "what was dropped is there";
	if (p->dropping && b->came && b->err == ERR_NOT_FOUND)
		return NULL;
	if (!b->came || (b->err != OK && b->err != ERR_NOT_FOUND))
		return "the log is not read any more";
	if (!b->in_order || b->head < p->kept)
		return "what was acknowledged is not there";
	return b->head % BATCH ? "half of a batch is there" : NULL;
}

static void on_closed(void *arg)
{
	((struct bench *)arg)->closed = true;
}

void bench_close(struct bench *b)
{
	store_close(b->store, on_closed, b);
	wait_for(b, &b->closed);
}

void bench_finish(struct bench *b)
{
	bench_close(b);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	uv_loop_close(&b->loop);
}
