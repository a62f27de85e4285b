#include <stdio.h>

#include "server/store/sqlite.h"
#include "tests/lib/seat.h"

static struct store *open_one(struct bench *b, unsigned number, store_notice_fn told, void *arg)
{
	struct store *s = NULL;
	char path[sizeof(b->dir) + 16], why[256] = "";

	(void)number;
	snprintf(path, sizeof(path), "%s/log.db", b->dir);
	if (sqlite_open(&b->loop, path, NULL, told, arg, &s, why, sizeof(why)) != OK)
		print_error("%s\n", why);
	return s;
}

const struct kind sqlite_kind = {
	.name = "sqlite",
	.n_seats = 1,
	.keeps = true,
	.open = open_one,
};
