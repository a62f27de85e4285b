/* Somebody who listens on a port and is no Redis: keeps what it is told, and answers whoever calls
 * with the same bytes, once. */
#ifndef JOBALIKE_TESTS_REDIS_BABBLER_H
#define JOBALIKE_TESTS_REDIS_BABBLER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "server/base/text.h"

struct babbler {
	uv_tcp_t server;
	const char *bytes;
	size_t n;
	bool ends; /* hangs up after that */
	struct text told;
	unsigned open; /* calls */
};

/* Returns the port. */
uint16_t babble(struct babbler *l, uv_loop_t *loop);
/* Once nobody calls any more. */
void babble_end(struct babbler *l);

#endif
