#include "tests/lib/liar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/base/text.h"

#define ROOM 16384

struct liar_end {
	uv_pipe_t pipe;
	struct liar *liar;
	struct liar_end *next;
	redisReader *reader; /* of what it is asked */
	bool closing;
	char in[ROOM];
};

/* --- one connection --- */

static void on_closed(uv_handle_t *pipe)
{
	struct liar_end *e = pipe->data;

	redisReaderFree(e->reader);
	free(e);
}

static void hang_up(struct liar_end *e)
{
	struct liar_end **at = &e->liar->ends;

	if (e->closing)
		return;
	e->closing = true;
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	if (e->liar->ear == e)
		e->liar->ear = NULL;
	if (e->liar->commands == e)
		e->liar->commands = NULL;
	uv_close((uv_handle_t *)&e->pipe, on_closed);
}

void liar_say(struct liar_end *end, const char *bytes, size_t len)
{
	while (end && !end->closing && len > 0) {
		uv_buf_t buf = uv_buf_init((char *)bytes, (unsigned)len);
		int n = uv_try_write((uv_stream_t *)&end->pipe, &buf, 1);

		if (n < 0) { /* nobody reads what is longer than the kernel keeps */
			hang_up(end);
			return;
		}
		bytes += n;
		len -= (size_t)n;
	}
}

void liar_puts(struct liar_end *end, const char *text)
{
	liar_say(end, text, strlen(text));
}

/* --- what a good one says --- */

static void say_list(struct liar_end *end, const char *const *words, size_t n)
{
	struct text t = { 0 };

	text_printf(&t, "*%zu\r\n", n);
	for (size_t i = 0; i < n; i++)
		text_printf(&t, "$%zu\r\n%s\r\n", strlen(words[i]), words[i]);
	liar_say(end, t.s, t.len);
	text_free(&t);
}

static void subscribed(struct liar_end *end, const char *what, const redisReply *words)
{
	end->liar->ear = end;
	for (size_t i = 1; i < words->elements; i++) {
		struct text t = { 0 };

		text_printf(&t, "*3\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n:%d\r\n", strlen(what), what,
			    words->element[i]->len, words->element[i]->str, what[0] == 's');
		liar_say(end, t.s, t.len);
		text_free(&t);
	}
}

/* Those who hear hear it. */
static void published(struct liar_end *end, const redisReply *words)
{
	if (words->elements == 3 && end->liar->ear)
		say_list(end->liar->ear,
			 (const char *const[]){ "message", words->element[1]->str,
						words->element[2]->str },
			 3);
	liar_puts(end, ":1\r\n");
}

static void informed(struct liar_end *end)
{
	static const char info[] =
		"redis_version:7.0.15\r\nrun_id:0123456789\r\naof_rewrite_in_progress:0\r\n"
		"aof_rewrite_scheduled:0\r\naof_last_bgrewrite_status:ok\r\n";
	struct text t = { 0 };

	text_printf(&t, "$%zu\r\n%s\r\n", sizeof(info) - 1, info);
	liar_say(end, t.s, t.len);
	text_free(&t);
}

static void configured(struct liar_end *end)
{
	static const char *const all[] = {
		"appendonly",       "yes",        "appendfsync",        "always", "maxmemory", "0",
		"maxmemory-policy", "noeviction", "aof-load-truncated", "no",
	};

	say_list(end, all, sizeof(all) / sizeof(all[0]));
}

static void serve(struct liar_end *end, const char *command, const redisReply *words)
{
	if (strcmp(command, "AUTH") == 0)
		liar_puts(end, "+OK\r\n");
	else if (strcmp(command, "INFO") == 0)
		informed(end);
	else if (strcmp(command, "ROLE") == 0)
		say_list(end, (const char *const[]){ "master", "0" }, 2);
	else if (strcmp(command, "CONFIG") == 0)
		configured(end);
	else if (strcmp(command, "TIME") == 0)
		say_list(end, (const char *const[]){ "1790000000", "0" }, 2);
	else if (strcmp(command, "SUBSCRIBE") == 0)
		subscribed(end, "subscribe", words);
	else if (strcmp(command, "UNSUBSCRIBE") == 0)
		subscribed(end, "unsubscribe", words);
	else if (strcmp(command, "PUBLISH") == 0)
		published(end, words);
	else if (strcmp(command, "BGREWRITEAOF") == 0)
		liar_puts(end, "+Background append only file rewriting started\r\n");
}

/* --- being asked --- */

static void be_asked(struct liar_end *e, const redisReply *words)
{
	const char *command = words->element[0]->str;

	if (!strstr(command, "SUBSCRIBE"))
		e->liar->commands = e;
	if (!e->liar->asked(e->liar, e, command, words))
		serve(e, command, words);
}

static void on_alloc(uv_handle_t *pipe, size_t size, uv_buf_t *buf)
{
	struct liar_end *e = pipe->data;

	(void)size;
	*buf = uv_buf_init(e->in, sizeof(e->in));
}

static void on_read(uv_stream_t *pipe, ssize_t n, const uv_buf_t *buf)
{
	struct liar_end *e = pipe->data;
	void *words = NULL;

	if (n < 0) {
		hang_up(e);
		return;
	}
	redisReaderFeed(e->reader, buf->base, (size_t)n);
	while (redisReaderGetReply(e->reader, &words) == REDIS_OK && words) {
		if (!e->closing)
			be_asked(e, words);
		freeReplyObject(words);
	}
}

static void on_connection(uv_stream_t *server, int status)
{
	struct liar *l = server->data;
	struct liar_end *e = x_calloc(1, sizeof(*e));

	if (status != 0)
		abort();
	e->liar = l;
	e->next = l->ends;
	l->ends = e;
	e->reader = redisReaderCreate();
	e->pipe.data = e;
	if (uv_pipe_init(server->loop, &e->pipe, 0) != 0 ||
	    uv_accept(server, (uv_stream_t *)&e->pipe) != 0)
		abort();
	uv_read_start((uv_stream_t *)&e->pipe, on_alloc, on_read);
}

bool liar_start(struct liar *l, uv_loop_t *loop, const char *path)
{
	l->ends = l->ear = l->commands = NULL;
	uv_pipe_init(loop, &l->server, 0);
	l->server.data = l;
	return uv_pipe_bind(&l->server, path) == 0 &&
	       uv_listen((uv_stream_t *)&l->server, 16, on_connection) == 0;
}

void liar_hang_up(struct liar *l)
{
	while (l->ends)
		hang_up(l->ends);
}

void liar_stop(struct liar *l)
{
	liar_hang_up(l);
	uv_close((uv_handle_t *)&l->server, NULL);
}
