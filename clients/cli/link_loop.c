#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "clients/cli/link_inside.h"
#include "protocol/gen/protocol.h"
#include "server/base/clock.h"
#include "server/base/mem.h"

#define GOODBYE_MS 500

static volatile sig_atomic_t asked_to_stop;

static void on_signal(int number)
{
	asked_to_stop = number;
}

int64_t net_now(const struct net *net)
{
	(void)net;
	return clock_steady_ms() + 1;
}

static void on_wake(lws_sorted_usec_list_t *sul)
{
	(void)sul; /* the service call returns, and net_run looks at the timers */
}

static void arm(struct net *net)
{
	int64_t next = timers_next(&net->timers), wait = next ? next - net_now(net) : 1000;

	if (wait < 0)
		wait = 0;
	lws_sul_schedule(net->lws, 0, &net->wake, on_wake, (lws_usec_t)wait * LWS_US_PER_MS + 1);
}

int net_run(struct net *net)
{
	struct sigaction on = { .sa_handler = on_signal }, old_int, old_term;

	sigaction(SIGINT, &on, &old_int);
	sigaction(SIGTERM, &on, &old_term);
	net->stop = false;
	while (!net->stop && !asked_to_stop) {
		timers_run(&net->timers, net_now(net));
		if (net->stop)
			break;
		arm(net);
		if (lws_service(net->lws, 0) < 0 && errno != EINTR)
			break;
	}
	sigaction(SIGINT, &old_int, NULL);
	sigaction(SIGTERM, &old_term, NULL);
	int number = asked_to_stop;

	asked_to_stop = 0;
	return number;
}

void net_stop(struct net *net)
{
	net->stop = true;
}

void net_at(struct net *net, struct timer *timer, int64_t at)
{
	timers_set(&net->timers, timer, at);
}

void net_clear(struct net *net, struct timer *timer)
{
	timers_clear(&net->timers, timer);
}

/* --- connecting ------------------------------------------------------------------------------ */

void link_note(char *why, size_t size, const char *text, size_t len)
{
	if (!why[0] && text)
		snprintf(why, size, "%.*s", (int)len, text);
}

struct lws *link_dial(struct net *net, const struct place *where, const char *method,
		      const char *path, const char *kind, void *user)
{
	char host[300];
	struct lws_client_connect_info info = {
		.context = net->lws,
		.vhost = net->vhost,
		.address = where->host,
		.port = where->port,
		.path = path,
		.host = place_host(where, host, sizeof(host)),
		.method = method,
		.protocol = method ? NULL : PROTOCOL_SUBPROTOCOL,
		.local_protocol_name = kind,
		.alpn = "http/1.1",
		.userdata = user,
	};

	if (where->tls)
		info.ssl_connection = LCCSCF_USE_SSL;
	if (where->tls && net->insecure)
		info.ssl_connection |= LCCSCF_ALLOW_SELFSIGNED | LCCSCF_ALLOW_EXPIRED |
				       LCCSCF_ALLOW_INSECURE |
				       LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK;
	info.ssl_connection |= LCCSCF_HTTP_NO_FOLLOW_REDIRECT;
	return lws_client_connect_via_info(&info);
}

/* --- beginning and end ----------------------------------------------------------------------- */

static const struct lws_protocols protocols[] = {
	{ .name = "link", .callback = link_event, .rx_buffer_size = 65536 },
	{ .name = "ask", .callback = link_http_event },
	{ .name = "lines", .callback = link_lines_event },
	{ 0 },
};

struct net *net_new(bool tls, bool insecure)
{
	static const lws_retry_bo_t never = { 0 };
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.protocols = protocols,
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
		.retry_and_idle_policy = &never,
		.timeout_secs = 10,
		.max_http_header_data = 8192, /* a ticket is sent as a bearer */
		.pt_serv_buf_size = 65536,
	};
	struct net *net = x_calloc(1, sizeof(*net));

	if (tls)
		info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
	signal(SIGPIPE, SIG_IGN);
	lws_set_log_level(0, NULL);
	net->insecure = insecure;
	net->lws = lws_create_context(&info);
	if (net->lws)
		net->vhost = lws_create_vhost(net->lws, &info);
	if (!net->vhost) {
		net_free(net);
		return NULL;
	}
	return net;
}

/* Goodbyes that were said shall be heard, if it does not take long. */
static void drain(struct net *net)
{
	int64_t until = net_now(net) + GOODBYE_MS;

	while (net->n_links && net_now(net) < until) {
		timers_run(&net->timers, net_now(net));
		lws_sul_schedule(net->lws, 0, &net->wake, on_wake, 20 * LWS_US_PER_MS);
		if (lws_service(net->lws, 0) < 0)
			break;
	}
}

void net_free(struct net *net)
{
	if (!net)
		return;
	net->ending = true;
	if (net->vhost)
		drain(net);
	if (net->lws)
		lws_context_destroy(net->lws);
	while (net->timers.n) {
		struct timer *t = net->timers.heap[0];

		timers_clear(&net->timers, t);
		if (!link_forget(t))
			link_http_forget(t);
	}
	timers_fini(&net->timers);
	free(net);
}
