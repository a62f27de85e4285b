#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/base/mem.h"
#include "server/store/redis.h"
#include "tests/lib/redis_kind.h"
#include "tests/lib/redis_server.h"
#include "tests/lib/seat.h"

static void make(struct bench *b)
{
	struct redis_server *server = x_calloc(1, sizeof(*server));
	char dir[sizeof(b->dir) + 8];

	snprintf(dir, sizeof(dir), "%s/redis", b->dir);
	redis_server_start(server, dir, NULL);
	b->own = server;
}

static const struct redis_options *other;

void redis_kind_options(const struct redis_options *options)
{
	other = options;
}

static struct store *open_one(struct bench *b, unsigned number, store_notice_fn told, void *arg)
{
	const struct redis_server *server = b->own;

	(void)number;
	if (other)
		return redis_open(&b->loop, other, told, arg);
	return redis_open(&b->loop,
			  &(struct redis_options){ .path = server->socket, .prefix = "test:" },
			  told, arg);
}

static void end(struct bench *b)
{
	redis_server_end(b->own, SIGKILL);
	free(b->own);
}

const struct kind redis_kind = {
	.name = "redis",
	.n_seats = BENCH_SEATS,
	.keeps = true,
	.make = make,
	.open = open_one,
	.end = end,
};
