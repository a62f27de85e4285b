#include "tests/redis/far.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "tests/redis/redis.h"

/* Bytes on their way. */
struct parcel {
	struct parcel *next;
	uint64_t due;
	size_t len;
	char bytes[];
};

/* Somebody who asks, and the Redis that is asked. */
struct way {
	struct way *next;
	struct far *far;
	uv_pipe_t near, target;
	uv_timer_t timer;
	struct parcel *first, **last;
	unsigned open; /* handles */
};

static void on_closed(uv_handle_t *handle)
{
	struct way *w = handle->data;

	if (--w->open > 0)
		return;
	for (struct parcel *p; (p = w->first);) {
		w->first = p->next;
		free(p);
	}
	free(w);
}

static void way_end(struct way *w)
{
	struct way **at = &w->far->ways;

	if (uv_is_closing((uv_handle_t *)&w->timer))
		return;
	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	uv_close((uv_handle_t *)&w->near, on_closed);
	uv_close((uv_handle_t *)&w->target, on_closed);
	uv_close((uv_handle_t *)&w->timer, on_closed);
}

static void on_room(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
	(void)handle;
	*buf = uv_buf_init(x_malloc(wanted), (unsigned)wanted);
}

static void on_written(uv_write_t *write, int status)
{
	(void)status;
	free(write->data);
	free(write);
}

static void hand_on(uv_pipe_t *to, const char *bytes, size_t len)
{
	uv_write_t *write = x_calloc(1, sizeof(*write));
	uv_buf_t buf = uv_buf_init(x_malloc(len), (unsigned)len);

	memcpy(buf.base, bytes, len);
	write->data = buf.base;
	if (uv_write(write, (uv_stream_t *)to, &buf, 1, on_written) != 0)
		on_written(write, 0);
}

static void on_due(uv_timer_t *timer)
{
	struct way *w = timer->data;

	uv_update_time(timer->loop);
	for (struct parcel *p; (p = w->first) && p->due <= uv_now(timer->loop);) {
		hand_on(&w->target, p->bytes, p->len);
		w->first = p->next;
		free(p);
	}
	if (w->first)
		uv_timer_start(timer, on_due, w->first->due - uv_now(timer->loop), 0);
}

static void on_asked(uv_stream_t *near, ssize_t n, const uv_buf_t *buf)
{
	struct way *w = near->data;
	struct parcel *p;

	if (n > 0) {
		p = x_malloc(sizeof(*p) + (size_t)n);
		*p = (struct parcel){ .due = uv_now(near->loop) + w->far->delay_ms,
				      .len = (size_t)n };
		memcpy(p->bytes, buf->base, (size_t)n);
		if (!w->first)
			w->last = &w->first;
		*w->last = p;
		w->last = &p->next;
		if (!uv_is_active((uv_handle_t *)&w->timer))
			on_due(&w->timer);
	}
	free(buf->base);
	if (n < 0)
		way_end(w);
}

static void on_answered(uv_stream_t *target, ssize_t n, const uv_buf_t *buf)
{
	struct way *w = target->data;

	if (n > 0)
		hand_on(&w->near, buf->base, (size_t)n);
	free(buf->base);
	if (n < 0)
		way_end(w);
}

static void on_connected(uv_connect_t *connect, int status)
{
	struct way *w = connect->data;

	free(connect);
	if (status != 0)
		return;
	uv_read_start((uv_stream_t *)&w->near, on_room, on_asked);
	uv_read_start((uv_stream_t *)&w->target, on_room, on_answered);
}

static void on_coming(uv_stream_t *listener, int status)
{
	struct far *f = listener->data;
	struct way *w = x_calloc(1, sizeof(*w));
	uv_connect_t *connect = x_calloc(1, sizeof(*connect));

	assert_int_equal(status, 0);
	w->far = f;
	w->open = 3;
	w->next = f->ways;
	f->ways = w;
	uv_pipe_init(f->loop, &w->near, 0);
	uv_pipe_init(f->loop, &w->target, 0);
	uv_timer_init(f->loop, &w->timer);
	uv_unref((uv_handle_t *)&w->near); /* a test that has failed ends without us */
	uv_unref((uv_handle_t *)&w->target);
	uv_unref((uv_handle_t *)&w->timer);
	w->near.data = w->target.data = w->timer.data = connect->data = w;
	assert_int_equal(uv_accept(listener, (uv_stream_t *)&w->near), 0);
	uv_pipe_connect(connect, &w->target, f->target, on_connected);
}

void far_open(struct far *f, uv_loop_t *loop, const char *dir, const char *target,
	      uint64_t delay_ms)
{
	*f = (struct far){ .loop = loop, .target = target, .delay_ms = delay_ms };
	snprintf(f->path, sizeof(f->path), "%s/far.sock", dir);
	uv_pipe_init(loop, &f->listener, 0);
	uv_unref((uv_handle_t *)&f->listener);
	f->listener.data = f;
	assert_int_equal(uv_pipe_bind(&f->listener, f->path), 0);
	assert_int_equal(uv_listen((uv_stream_t *)&f->listener, 16, on_coming), 0);
}

void far_close(struct far *f)
{
	while (f->ways)
		way_end(f->ways);
	uv_close((uv_handle_t *)&f->listener, NULL);
	uv_run(f->loop, UV_RUN_NOWAIT);
}
