#include "tests/unit/hub_hall.h"

#include <stdlib.h>

#include "server/base/mem.h"

struct screen *hall_begin(struct bench *b, size_t n)
{
	struct screen *list = x_calloc(n, sizeof(*list));
	char sub[32];

	bench_begin(b);
	b->options.rate_percent = 0;
	bench_restart(b);
	for (size_t i = 0; i < n; i++) {
		snprintf(sub, sizeof(sub), "p%zu", i);
		screen_hello(&list[i], b, sub, ROLE_ATTENDEE);
	}
	bench_pass(b, 2000);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(screen_count(&list[i], "view", NULL), 1);
	return list;
}

void hall_end(struct bench *b, struct screen *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		screen_go(&list[i]);
	free(list);
	bench_end(b);
}
