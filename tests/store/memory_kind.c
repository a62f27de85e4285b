#include <stdlib.h>

#include "server/base/mem.h"
#include "server/store/memory.h"
#include "tests/lib/seat.h"

static void count_up(void *arg, void *bytes, size_t n)
{
	unsigned *next = arg;
	unsigned char *b = bytes;

	for (size_t i = 0; i < n; i++)
		b[i] = (unsigned char)(i < 6 ? *next >> 5 * i & 31 : 0);
	++*next;
}

struct own {
	struct memory *memory;
	unsigned next;
};

static void make(struct bench *b)
{
	struct own *own = x_calloc(1, sizeof(*own));

	own->memory = memory_new(&b->loop, count_up, &own->next);
	b->own = own;
}

static struct store *open_one(struct bench *b, unsigned number, store_notice_fn told, void *arg)
{
	return memory_open(((struct own *)b->own)->memory, number, told, arg);
}

static void end(struct bench *b)
{
	memory_free(((struct own *)b->own)->memory);
	free(b->own);
}

const struct kind memory_kind = {
	.name = "memory",
	.n_seats = BENCH_SEATS,
	.keeps = true,
	.make = make,
	.open = open_one,
	.end = end,
};
