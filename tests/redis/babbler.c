#include "tests/redis/babbler.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "server/base/mem.h"
#include "tests/redis/redis.h"

struct caller {
	uv_tcp_t tcp;
	struct babbler *babbler;
	bool answered;
	char in[4096];
};

static void on_gone(uv_handle_t *tcp)
{
	struct caller *c = tcp->data;

	c->babbler->open--;
	free(c);
}

static void on_room(uv_handle_t *tcp, size_t wanted, uv_buf_t *buf)
{
	struct caller *c = tcp->data;

	(void)wanted;
	*buf = uv_buf_init(c->in, sizeof(c->in));
}

static void on_told(uv_stream_t *tcp, ssize_t n, const uv_buf_t *buf)
{
	struct caller *c = tcp->data;
	uv_buf_t answer = uv_buf_init((char *)c->babbler->bytes, (unsigned)c->babbler->n);

	if (n > 0)
		text_add(&c->babbler->told, buf->base, (size_t)n);
	if (n > 0 && !c->answered && answer.len > 0)
		uv_try_write(tcp, &answer, 1);
	c->answered = true;
	if ((n < 0 || c->babbler->ends) && !uv_is_closing((uv_handle_t *)tcp))
		uv_close((uv_handle_t *)tcp, on_gone);
}

static void on_call(uv_stream_t *server, int status)
{
	struct caller *c = x_calloc(1, sizeof(*c));

	assert_int_equal(status, 0);
	c->babbler = server->data;
	c->babbler->open++;
	uv_tcp_init(server->loop, &c->tcp);
	c->tcp.data = c;
	assert_int_equal(uv_accept(server, (uv_stream_t *)&c->tcp), 0);
	uv_read_start((uv_stream_t *)&c->tcp, on_room, on_told);
}

uint16_t babble(struct babbler *l, uv_loop_t *loop)
{
	struct sockaddr_in a;
	int len = sizeof(a);

	uv_ip4_addr("127.0.0.1", 0, &a);
	uv_tcp_init(loop, &l->server);
	l->server.data = l;
	assert_int_equal(uv_tcp_bind(&l->server, (struct sockaddr *)&a, 0), 0);
	assert_int_equal(uv_listen((uv_stream_t *)&l->server, 16, on_call), 0);
	uv_tcp_getsockname(&l->server, (struct sockaddr *)&a, &len);
	return ntohs(a.sin_port);
}

void babble_end(struct babbler *l)
{
	uv_close((uv_handle_t *)&l->server, NULL);
	while (l->open)
		uv_run(l->server.loop, UV_RUN_ONCE);
	uv_run(l->server.loop, UV_RUN_NOWAIT);
	text_free(&l->told);
}
