/* The stores, each on its own bench. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/log.h"
#include "server/store/memory.h"
#include "server/store/redis.h"
#include "server/store/sqlite.h"
#include "tests/lib/redis_server.h"
#include "tests/torture/bench.h"

/* --- memory --- */

static void count_up(void *arg, void *bytes, size_t n)
{
	(void)arg;
	memset(bytes, 7, n);
}

static const char *memory_work(struct promised *p)
{
	struct bench b = { .log = "talk" };
	struct memory *m;
	const char *wrong;

	if (uv_loop_init(&b.loop) != 0)
		return NULL;
	m = memory_new(&b.loop, count_up, NULL);
	b.store = memory_open(m, 1, bench_notice, &b);
	wrong = bench_fill(&b, p);
	if (!wrong)
		wrong = bench_drop(&b, p);
	bench_close(&b);
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
	return sqlite_open(&b->loop, path, &options, bench_notice, b, &b->store, why,
			   sizeof(why)) == OK;
}

static const char *sqlite_work(struct promised *p)
{
	struct bench b = { .log = "talk" };
	const char *wrong;

	if (uv_loop_init(&b.loop) != 0)
		return NULL;
	if (!open_it(&b, p)) { /* said, and nothing is promised */
		uv_run(&b.loop, UV_RUN_DEFAULT);
		uv_loop_close(&b.loop);
		return NULL;
	}
	wrong = bench_fill(&b, p);
	if (!wrong)
		wrong = bench_drop(&b, p);
	bench_finish(&b);
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
	struct bench b = { .log = "talk" };
	const char *wrong;

	if (uv_loop_init(&b.loop) != 0 || !open_it(&b, p))
		return "the file does not open any more";
	wrong = bench_check(&b, p);
	bench_finish(&b);
	remove_it(p);
	return wrong;
}

const struct victim sqlite_victim = {
	.name = "sqlite", .prepare = sqlite_prepare, .work = sqlite_work, .inspect = sqlite_inspect
};

/* --- Redis --- */

/* A real one, which has all the memory it wants. It ends with the process that started it. */
static struct redis_server server;
static char server_dir[64];

static void remove_server(void)
{
	char command[128];

	redis_server_end(&server, SIGKILL);
	snprintf(command, sizeof(command), "rm -rf '%s'", server_dir);
	if (system(command) != 0)
		abort();
}

static void redis_prepare(void)
{
	signal(SIGPIPE, SIG_IGN);
	log_level(LEVEL_NONE);
	snprintf(server_dir, sizeof(server_dir), "/tmp/jobalike-torture-XXXXXX");
	if (!mkdtemp(server_dir))
		abort();
	redis_server_start(&server, server_dir, NULL);
	atexit(remove_server);
}

static void open_at_server(struct bench *b, const struct promised *p)
{
	snprintf(b->log, sizeof(b->log), "talk-%u", p->attempt);
	b->store = redis_open(&b->loop, &(struct redis_options){ .path = server.socket },
			      bench_notice, b);
}

static const char *redis_work(struct promised *p)
{
	struct bench b = { 0 };
	const char *wrong;

	if (uv_loop_init(&b.loop) != 0)
		return NULL;
	open_at_server(&b, p);
	wrong = bench_fill(&b, p);
	bench_finish(&b);
	return wrong;
}

static const char *redis_inspect(const struct promised *p)
{
	struct bench b = { 0 };
	const char *wrong;

	if (uv_loop_init(&b.loop) != 0)
		return "there is no loop";
	open_at_server(&b, p);
	wrong = bench_check(&b, p);
	bench_finish(&b);
	return wrong;
}

const struct victim redis_victim = {
	.name = "redis", .prepare = redis_prepare, .work = redis_work, .inspect = redis_inspect
};
