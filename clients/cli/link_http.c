#include <stdlib.h>
#include <string.h>

#include "clients/cli/link_inside.h"
#include "server/base/mem.h"
#include "server/base/text.h"

struct ask {
	struct net *net;
	net_answer_fn done;
	void *arg;
	char *body, *bearer;
	struct text in;
	unsigned status;
	char why[128];
	struct timer ended;
};

static void free_ask(struct ask *a)
{
	net_clear(a->net, &a->ended);
	text_free(&a->in);
	free(a->body);
	free(a->bearer);
	free(a);
}

static void on_ended(void *arg)
{
	struct ask *a = arg;
	if (a->net->ending)
		;
	else if (a->status)
		a->done(a->arg, a->status, a->in.s ? a->in.s : "", a->in.len);
	else
		a->done(a->arg, 0, a->why, strlen(a->why));
	free_ask(a);
}

/* Told by the next turn. What lws still has to say of this connection, it says to nobody. */
static int end_ask(struct ask *a, struct lws *wsi)
{
	if (wsi)
		lws_set_wsi_user(wsi, NULL);
	link_note(a->why, sizeof(a->why), "no answer", 9);
	net_at(a->net, &a->ended, net_now(a->net));
	return -1;
}

static int add_header(struct lws *wsi, unsigned char **p, unsigned char *end, const char *name,
		      const char *value)
{
	return lws_add_http_header_by_name(wsi, (const unsigned char *)name,
					   (const unsigned char *)value, (int)strlen(value), p,
					   end);
}

static int add_headers(const struct ask *a, struct lws *wsi, unsigned char **p, unsigned char *end)
{
	char length[24];

	if (add_header(wsi, p, end, "x-jobalike:", "1"))
		return -1;
	if (a->bearer && add_header(wsi, p, end, "authorization:", a->bearer))
		return -1;
	if (!a->body)
		return 0;
	snprintf(length, sizeof(length), "%zu", strlen(a->body));
	if (add_header(wsi, p, end, "content-type:", "application/json") ||
	    add_header(wsi, p, end, "content-length:", length))
		return -1;
	lws_client_http_body_pending(wsi, 1);
	lws_callback_on_writable(wsi);
	return 0;
}

static int write_body(const struct ask *a, struct lws *wsi)
{
	size_t len = a->body ? strlen(a->body) : 0;
	unsigned char *copy;
	int wrote;

	if (!a->body)
		return 0;
	copy = x_malloc(LWS_PRE + len + 1);
	memcpy(copy + LWS_PRE, a->body, len);
	wrote = lws_write(wsi, copy + LWS_PRE, len, LWS_WRITE_HTTP_FINAL);
	free(copy);
	lws_client_http_body_pending(wsi, 0);
	return wrote < 0 ? -1 : 0;
}

static int read_body(struct lws *wsi)
{
	char space[LWS_PRE + LINK_READ_SIZE], *at = space + LWS_PRE;
	int len = LINK_READ_SIZE;

	return lws_http_client_read(wsi, &at, &len) < 0 ? -1 : 0;
}

int link_http_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		    size_t len)
{
	struct ask *a = user;

	if (!a)
		return 0;
	switch ((int)reason) {
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
		return add_headers(a, wsi, in, *(unsigned char **)in + len);
	case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
		return write_body(a, wsi);
	case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
		a->status = lws_http_client_http_response(wsi);
		break;
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
		return read_body(wsi);
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
		if (a->in.len + len > LINK_MESSAGE_MAX)
			return -1;
		text_add(&a->in, in, len);
		break;
	case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
	case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
	case LWS_CALLBACK_WSI_DESTROY:
		return end_ask(a, wsi);
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		link_note(a->why, sizeof(a->why), in ? in : "no connection", in ? len : 13);
		return end_ask(a, wsi);
	default:
		break;
	}
	return 0;
}

void net_ask(struct net *net, const struct place *where, const struct request *request,
	     net_answer_fn done, void *arg)
{
	struct ask *a = x_calloc(1, sizeof(*a));
	struct text bearer = { 0 };

	*a = (struct ask){ .net = net, .done = done, .arg = arg };
	a->ended = (struct timer){ .fire = on_ended, .arg = a };
	a->body = x_strdup(request->body);
	if (request->bearer)
		text_printf(&bearer, "Bearer %s", request->bearer);
	a->bearer = bearer.s;
	if (!link_dial(net, where, request->method, request->path, "ask", a) && !a->ended.place)
		end_ask(a, NULL);
}

bool link_http_forget(struct timer *timer)
{
	if (timer->fire != on_ended)
		return false;
	free_ask(timer->arg);
	return true;
}
