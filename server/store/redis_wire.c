#include "server/store/redis_wire.h"

#include <assert.h>
#include <stdlib.h>

#include "server/base/mem.h"

struct question {
	struct question *next;
	reply_fn *fn;
	void *arg;
};

/* --- questions, in their order --- */

void wire_expect(struct wire *w, reply_fn *fn, void *arg)
{
	struct question *q = x_calloc(1, sizeof(*q));

	q->fn = fn;
	q->arg = arg;
	if (!w->first)
		w->last = &w->first;
	*w->last = q;
	w->last = &q->next;
}

/* False: nothing was asked. */
static bool answer(struct wire *w, const redisReply *reply)
{
	struct question *q = w->first;

	if (!q)
		return false;
	w->first = q->next;
	if (q->fn)
		q->fn(reply, q->arg);
	free(q);
	return true;
}

/* --- reading --- */

static redisReplyObjectFunctions makers, *hiredis_makers;

/* A few bytes may say that two thousand million elements come. */
static void *make_array(const redisReadTask *task, int n)
{
	return n > WIRE_ELEMENTS_MAX ? NULL : hiredis_makers->createArray(task, n);
}

static redisReader *make_reader(void)
{
	redisReader *r = redisReaderCreate();

	if (!r)
		x_end(X_MEMORY);
	hiredis_makers = r->fn;
	makers = *r->fn;
	makers.createArray = make_array;
	r->fn = &makers;
	return r;
}

static void take(struct wire *w, const redisReply *reply)
{
	struct link *l = w->link;

	if (answer(w, reply))
		return;
	if (reply_is_error(reply))
		link_give_up(l, reply_text(reply));
	else if (l->on_said)
		l->on_said(l, reply);
	else
		link_give_up(l, "it says what it was not asked");
}

static void take_all(struct wire *w)
{
	void *reply = NULL;

	while (w->link && redisReaderGetReply(w->reader, &reply) == REDIS_OK && reply) {
		take(w, reply);
		freeReplyObject(reply);
	}
	if (!w->link)
		return;
	if (w->reader->err == REDIS_ERR_OOM || w->reader->len > WIRE_REPLY_MAX)
		link_give_up(w->link, "it says more than there is room for");
	else if (w->reader->err)
		link_give_up(w->link, w->reader->errstr);
}

static void hear(struct wire *w, const char *bytes, size_t n)
{
	if (redisReaderFeed(w->reader, bytes, n) == REDIS_OK)
		take_all(w);
	else
		link_give_up(w->link, w->reader->errstr);
}

static void write_on(struct wire *w);

/* Each of the other end's bytes is in the talk by now, so that there is room where they were. */
static void talk_on(struct wire *w)
{
	bool was_open = talk_is_open(w->talk);
	ssize_t n;

	do {
		n = talk_read(w->talk, w->in, sizeof(w->in));
		if (talk_is_open(w->talk) && !was_open)
			link_is_up(w->link);
		was_open = talk_is_open(w->talk);
		if (n > 0)
			hear(w, w->in, (size_t)n);
	} while (n > 0 && w->link);
	if (!w->link)
		return;
	write_on(w); /* perhaps what the other end did wrong */
	if (n < 0)
		link_give_up(w->link, talk_why(w->talk));
}

static void take_sealed(struct wire *w, const char *bytes, size_t n)
{
	talk_came(w->talk, bytes, n);
	talk_on(w);
}

static void on_alloc(uv_handle_t *socket, size_t size, uv_buf_t *buf)
{
	struct wire *w = socket->data;

	(void)size;
	*buf = uv_buf_init(w->in, sizeof(w->in));
}

static void on_read(uv_stream_t *socket, ssize_t n, const uv_buf_t *buf)
{
	struct wire *w = socket->data;

	if (n == UV_EOF)
		link_give_up(w->link, w->talk && talk_is_opening(w->talk)
					      ? "connection closed while TLS was begun"
					      : "connection closed");
	else if (n < 0)
		link_give_up(w->link, uv_strerror((int)n));
	else if (n > 0 && w->talk)
		take_sealed(w, buf->base, (size_t)n);
	else if (n > 0)
		hear(w, buf->base, (size_t)n);
}

/* --- writing --- */

static void on_written(uv_write_t *write, int status);

/* From out to going, which is empty. */
static void take_what_goes(struct wire *w)
{
	struct text empty = w->going;

	if (w->talk) {
		talk_write(w->talk, &w->out, &w->going);
		return;
	}
	w->going = w->out;
	w->out = empty;
}

/* What is put while this is written goes together afterwards. */
static void write_on(struct wire *w)
{
	uv_buf_t buf;
	int status;

	if (w->writing)
		return;
	text_clear(&w->going);
	take_what_goes(w);
	if (w->going.len == 0)
		return;
	w->writing = true;
	w->write.data = w;
	buf = uv_buf_init(w->going.s, (unsigned)w->going.len);
	status = uv_write(&w->write, &w->socket.stream, &buf, 1, on_written);
	assert(status == 0); /* what the system says comes to on_written */
	(void)status;
}

static void on_written(uv_write_t *write, int status)
{
	struct wire *w = write->data;

	w->writing = false;
	if (!w->link || status == UV_EPIPE || status == UV_ECONNRESET)
		return; /* it is read, too, after what was said before: perhaps why */
	if (status < 0)
		link_give_up(w->link, uv_strerror(status));
	else
		write_on(w);
}

void wire_write(struct wire *w, int argc, const char **argv, const size_t *lens)
{
	text_printf(&w->out, "*%d\r\n", argc);
	for (int i = 0; i < argc; i++) {
		text_printf(&w->out, "$%zu\r\n", lens[i]);
		text_add(&w->out, argv[i], lens[i]);
		text_puts(&w->out, "\r\n");
	}
	write_on(w);
}

/* --- its life --- */

struct wire *wire_new(struct link *l)
{
	struct wire *w = x_calloc(1, sizeof(*w));

	w->link = l;
	w->reader = make_reader();
	return w;
}

void wire_begin(struct wire *w)
{
	int status = uv_read_start(&w->socket.stream, on_alloc, on_read);

	assert(status == 0);
	(void)status;
	if (w->talk)
		talk_on(w);
	else
		link_is_up(w->link);
}

static void on_closed(uv_handle_t *socket)
{
	struct wire *w = socket->data;

	redisReaderFree(w->reader);
	talk_free(w->talk);
	text_free(&w->out);
	text_free(&w->going);
	free(w);
}

void wire_end(struct wire *w)
{
	w->link = NULL;
	while (answer(w, NULL))
		;
	uv_close(&w->socket.handle, on_closed);
}
