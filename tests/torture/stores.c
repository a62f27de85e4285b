/* The stores: a log is made and grows in batches of three; what was acknowledged is there, a batch
 * is there whole or not at all, and one refusal does not keep the next attempt from succeeding. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/log.h"
#include "server/store/memory.h"
#include "server/store/sqlite.h"
#include "tests/torture/torture.h"

#define BATCH   3
#define BATCHES 4
#define TRIES   20
#define LOG     "talk"

struct bench {
	uv_loop_t loop;
	struct store *store;
	bool came, closed;
	enum err err;
	char epoch[STORE_EPOCH_MAX + 1];
	uint64_t head;  /* of what was read */
	bool in_order;  /* and it was what was appended */
	uint64_t heard; /* events told of the followed log */
};

static void body_of(uint64_t seq, char text[32])
{
	snprintf(text, 32, "record %" PRIu64, seq);
}

static void on_notice(void *arg, const struct store_notice *n)
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
	store_append(b->store, LOG, b->epoch, first, bodies, BATCH, on_answer, b);
	for (unsigned i = 0; i < BATCH; i++)
		msg_unref(&bodies[i]);
	wait_for(b, &b->came);
}

static void read_all(struct bench *b)
{
	b->came = false;
	b->head = 0;
	b->in_order = true;
	store_read(b->store, LOG, 1, UINT64_MAX >> 12, on_answer, b);
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

static const char *fill(struct bench *b, struct promised *p)
{
	const char *wrong = NULL;

	store_follow(b->store, LOG, 0);
	for (uint64_t i = 0; !wrong && i < BATCHES; i++)
		wrong = grow(b, 1 + i * BATCH, p);
	for (int i = 0; !wrong && i < TRIES; i++) {
		read_all(b);
		if (b->came && b->err == OK)
			break;
	}
	if (!wrong && (b->err != OK || !b->in_order || b->head != BATCHES * BATCH))
		wrong = "what was acknowledged was not read";
	store_unfollow(b->store, LOG);
	return wrong;
}

static void on_closed(void *arg)
{
	((struct bench *)arg)->closed = true;
}

static void finish(struct bench *b)
{
	store_close(b->store, on_closed, b);
	wait_for(b, &b->closed);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	uv_loop_close(&b->loop);
}

/* --- memory --- */

static void count_up(void *arg, void *bytes, size_t n)
{
	(void)arg;
	memset(bytes, 7, n);
}

static const char *memory_work(struct promised *p)
{
	struct bench b = { 0 };
	struct memory *m;
	const char *wrong;

	if (uv_loop_init(&b.loop) != 0)
		return NULL;
	m = memory_new(&b.loop, count_up, NULL);
	b.store = memory_open(m, 1, on_notice, &b);
	wrong = fill(&b, p);
	store_close(b.store, on_closed, &b);
	wait_for(&b, &b.closed);
	memory_free(m);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	uv_loop_close(&b.loop);
	return wrong;
}

const struct victim memory_victim = { .name = "memory", .work = memory_work };

/* --- SQLite --- */

static char folder[64];

static void sqlite_prepare(void)
{
	snprintf(folder, sizeof(folder), "/tmp/jobalike-torture-XXXXXX");
	if (!mkdtemp(folder))
		abort();
	log_level(LEVEL_NONE);
}

static void path_of(const struct promised *p, char path[128])
{
	snprintf(path, 128, "%s/%u.db", folder, p->attempt);
}

static bool open_it(struct bench *b, const struct promised *p)
{
	struct sqlite_options options = { .sync_normal = true }; /* no power is lost here */
	char path[128], why[256];

	path_of(p, path);
	return sqlite_open(&b->loop, path, &options, on_notice, b, &b->store, why, sizeof(why)) ==
	       OK;
}

static const char *sqlite_work(struct promised *p)
{
	struct bench b = { 0 };
	const char *wrong;

	if (uv_loop_init(&b.loop) != 0)
		return NULL;
	if (!open_it(&b, p)) { /* said, and nothing is promised */
		uv_run(&b.loop, UV_RUN_DEFAULT);
		uv_loop_close(&b.loop);
		return NULL;
	}
	wrong = fill(&b, p);
	finish(&b);
	return wrong;
}

static void remove_it(const struct promised *p)
{
	static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
	char path[128], whole[160];

	path_of(p, path);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(whole, sizeof(whole), "%s%s", path, ends[i]);
		unlink(whole);
	}
	rmdir(folder); /* when it was the last */
}

static const char *sqlite_inspect(const struct promised *p)
{
	struct bench b = { 0 };
	const char *wrong = NULL;

	if (uv_loop_init(&b.loop) != 0 || !open_it(&b, p))
		return "the file does not open any more";
	read_all(&b);
	if (!b.came || (b.err != OK && b.err != ERR_NOT_FOUND))
		wrong = "the log is not read any more";
	else if (!b.in_order || b.head < p->kept)
		wrong = "what was acknowledged is not there";
	else if (b.head % BATCH)
		wrong = "half of a batch is there";
	finish(&b);
	remove_it(p);
	return wrong;
}

const struct victim sqlite_victim = {
	.name = "sqlite", .prepare = sqlite_prepare, .work = sqlite_work, .inspect = sqlite_inspect
};
