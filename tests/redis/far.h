/* A way to a Redis that is long: a unix socket that hands on what it is told, later. */
#ifndef JOBALIKE_TESTS_REDIS_FAR_H
#define JOBALIKE_TESTS_REDIS_FAR_H

#include <stdint.h>
#include <uv.h>

struct far {
	uv_loop_t *loop;
	uv_pipe_t listener;
	char path[112];
	const char *target;
	uint64_t delay_ms; /* of what is asked; answers and words come at once */
	struct way *ways;
};

/* At DIR/far.sock, on the way to target. */
void far_open(struct far *f, uv_loop_t *loop, const char *dir, const char *target,
	      uint64_t delay_ms);
void far_close(struct far *f);

#endif
