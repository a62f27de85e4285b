/* A link is silent until it asks for something, and held while its socket is full or its request is
 * being answered. */
#include "server/net/link.h"

#include <libwebsockets.h>
#include <poll.h>
#include <stdlib.h>
#include <utlist.h>

#include "server/base/mem.h"
#include "server/net/http.h"
#include "server/net/inside.h"

#define SILENT_MS 1000 /* each may wait so long before its first request */
#define HOLD_MS   20   /* between looks at those whose sockets are full */

struct link *link_new(struct net *n, struct address *from, bool is_admin)
{
	struct link *l = x_calloc(1, sizeof(*l));

	*l = (struct link){ .net = n, .from = from, .is_admin = is_admin };
	n->n_sockets++;
	return l;
}

/* --- silent -------------------------------------------------------------------------------------
 */

void link_spoke(struct link *l)
{
	if (!l->spoke && l->wsi) {
		DL_DELETE(l->from->silent, l);
		l->from->n_silent--;
	}
	l->spoke = true;
}

/* Nobody is waited for at the cost of others from the same address: when too many say nothing, the
 * one that has been silent longest goes. Those who have just come are given their time. */
void link_await(struct link *l, struct lws *wsi)
{
	struct address *a = l->from;
	struct link *oldest;

	if (l->spoke)
		return;
	l->wsi = wsi;
	l->since = uv_now(l->net->loop);
	DL_APPEND(a->silent, l);
	a->n_silent++;
	oldest = a->silent;
	if (a->n_silent <= (size_t)a->all->max_silent || address_is_proxy(a) ||
	    l->since - oldest->since < SILENT_MS)
		return;
	link_spoke(oldest);
	l->net->figures.silent++;
	ws_kill(oldest->wsi);
}

/* --- held ---------------------------------------------------------------------------------------
 */

void link_hold(struct link *l)
{
	l->held = true;
	lws_rx_flow_control(l->wsi, 0);
}

void link_release(struct link *l)
{
	if (l->held)
		lws_rx_flow_control(l->wsi, 1);
	l->held = false;
}

bool link_is_full(const struct link *l)
{
	struct pollfd p = { .fd = lws_get_socket_fd(l->wsi), .events = POLLOUT };

	return poll(&p, 1, 0) == 0;
}

static void unlist(struct link *l)
{
	if (l->in_full)
		DL_DELETE2(l->net->full, l, prev_full, next_full);
	l->in_full = false;
	if (!l->net->full)
		uv_timer_stop(&l->net->looks);
}

static void on_look(uv_timer_t *timer)
{
	struct net *n = timer->data;
	struct link *l, *next;

	DL_FOREACH_SAFE2(n->full, l, next, next_full)
	if (!link_is_full(l)) {
		unlist(l);
		link_release(l);
	}
}

void link_hold_full(struct link *l)
{
	struct net *n = l->net;

	if (!n->full)
		uv_timer_start(&n->looks, on_look, HOLD_MS, HOLD_MS);
	if (!l->in_full)
		DL_APPEND2(n->full, l, prev_full, next_full);
	l->in_full = true;
	link_hold(l);
}

/* --- gone ---------------------------------------------------------------------------------------
 */

void link_end(struct link *l)
{
	link_spoke(l);
	unlist(l);
	if (l->conn)
		conn_end(l->conn);
	if (l->request)
		request_gone(l->request);
	address_release(l->from);
	l->net->n_sockets--;
	free(l);
}
