#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clients/cli/link_inside.h"
#include "server/base/mem.h"
#include "server/base/text.h"

struct frame {
	struct frame *next;
	bool is_ping;
	size_t len;
	unsigned char bytes[]; /* LWS_PRE free, then the text */
};

struct link {
	struct net *net;
	struct link_ops ops;
	void *arg;
	struct lws *wsi;
	struct frame *first, **last;
	struct text in;
	bool dialling; /* inside lws's connect */
	bool open, deaf, leaving, refused;
	char why[128];
	struct timer failed;
};

static void forget_frames(struct link *l)
{
	for (struct frame *f; (f = l->first);) {
		l->first = f->next;
		free(f);
	}
	l->last = &l->first;
}

static void free_link(struct link *l)
{
	net_clear(l->net, &l->failed);
	l->net->n_links--;
	forget_frames(l);
	text_free(&l->in);
	free(l);
}

/* The connection is gone: told once, unless its owner let go before. */
static void end_link(struct link *l)
{
	if (l->wsi)
		lws_set_wsi_user(l->wsi, NULL); /* it has something to say even after its end */
	if (!l->deaf && !l->net->ending)
		l->ops.closed(l->arg, l->why[0] ? l->why : "the connection was closed", l->refused);
	free_link(l);
}

static void on_failed(void *arg)
{
	end_link(arg);
}

static void receive(struct link *l, struct lws *wsi, const char *in, size_t len)
{
	if (lws_is_first_fragment(wsi))
		text_clear(&l->in);
	text_add(&l->in, in, len);
	if (l->deaf || !lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi))
		return;
	l->ops.text(l->arg, l->in.s, l->in.len);
}

static int write_frames(struct link *l, struct lws *wsi)
{
	while (l->first && !lws_send_pipe_choked(wsi)) {
		struct frame *f = l->first;
		enum lws_write_protocol as = f->is_ping ? LWS_WRITE_PING : LWS_WRITE_TEXT;
		int wrote = lws_write(wsi, f->bytes + LWS_PRE, f->len, as);

		l->first = f->next;
		if (!l->first)
			l->last = &l->first;
		free(f);
		if (wrote < 0)
			return -1;
	}
	if (l->first) {
		lws_callback_on_writable(wsi);
	} else if (l->leaving) {
		lws_close_reason(wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
		return -1;
	}
	return 0;
}

static void on_link_error(struct link *l, struct lws *wsi, const char *in, size_t len)
{
	l->wsi = wsi;
	link_note(l->why, sizeof(l->why), in ? in : "no connection", in ? len : 13);
	l->refused = strstr(l->why, "HS:") != NULL;
	if (l->dialling)
		lws_set_wsi_user(wsi, NULL);
	else
		end_link(l);
}

int link_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct link *l = user;

	if (!l)
		return 0;
	switch ((int)reason) {
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		l->open = true;
		if (!l->deaf)
			l->ops.opened(l->arg);
		break;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		if (l->in.len + len > LINK_MESSAGE_MAX)
			return -1;
		receive(l, wsi, in, len);
		break;
	case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
		if (!l->deaf)
			l->ops.alive(l->arg);
		break;
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		return write_frames(l, wsi);
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		if (len > 2)
			link_note(l->why, sizeof(l->why), (const char *)in + 2, len - 2);
		break;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		on_link_error(l, wsi, in, len);
		break;
	case LWS_CALLBACK_CLIENT_CLOSED:
	case LWS_CALLBACK_WSI_DESTROY: /* for one that never was open */
		end_link(l);
		break;
	default:
		break;
	}
	return 0;
}

struct link *link_open(struct net *net, const struct place *where, const struct link_ops *ops,
		       void *arg)
{
	struct link *l = x_calloc(1, sizeof(*l));

	*l = (struct link){ .net = net, .ops = *ops, .arg = arg, .dialling = true };
	net->n_links++;
	l->last = &l->first;
	l->failed = (struct timer){ .fire = on_failed, .arg = l };
	l->wsi = link_dial(net, where, NULL, "/ws", "link", l);
	l->dialling = false;
	if (!l->wsi || l->why[0]) {
		l->wsi = NULL;
		link_note(l->why, sizeof(l->why), "no connection", 13);
		net_at(net, &l->failed, net_now(net));
	}
	return l;
}

static void queue(struct link *l, const char *text, size_t len, bool is_ping)
{
	struct frame *f = x_malloc(sizeof(*f) + LWS_PRE + len + 1);

	if (!l->wsi) {
		free(f);
		return;
	}
	f->next = NULL;
	f->is_ping = is_ping;
	f->len = len;
	memcpy(f->bytes + LWS_PRE, text, len);
	*l->last = f;
	l->last = &f->next;
	if (l->open)
		lws_callback_on_writable(l->wsi);
}

void link_send(struct link *l, const char *text, size_t len)
{
	queue(l, text, len, false);
}

void link_ping(struct link *l)
{
	queue(l, "", 0, true);
}

static void kill_link(struct link *l)
{
	forget_frames(l);
	if (l->wsi)
		lws_set_timeout(l->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
}

void link_close(struct link *l)
{
	l->deaf = true;
	l->leaving = true;
	if (l->wsi && l->open)
		lws_callback_on_writable(l->wsi);
	else
		kill_link(l);
}

/* The far end is told nothing but that the stream ends. */
void link_cut(struct link *l)
{
	struct linger linger = { .l_onoff = 1 };

	l->deaf = true;
	if (l->wsi && l->open) {
		int fd = lws_get_socket_fd(l->wsi);

		setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
		shutdown(fd, SHUT_RDWR);
	}
	kill_link(l);
}

bool link_forget(struct timer *timer)
{
	if (timer->fire != on_failed)
		return false;
	free_link(timer->arg);
	return true;
}
