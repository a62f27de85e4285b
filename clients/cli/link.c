#include "clients/cli/link.h"

#include <errno.h>
#include <libwebsockets.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "protocol/gen/protocol.h"
#include "server/base/mem.h"
#include "server/base/text.h"

#define MESSAGE_MAX (64u << 20) /* down: the view of a large session */
#define READ_SIZE   4096
#define GOODBYE_MS  500

struct net {
	struct lws_context *lws;
	struct lws_vhost *vhost;
	lws_sorted_usec_list_t wake;
	struct timers timers;
	bool insecure, stop;
	bool ending; /* nobody is called any more */
	size_t n_links;
};

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

struct lines {
	struct net *net;
	void (*line)(void *arg, char *line);
	void *arg;
	int fd;
	struct text in;
};

/* --- the loop -------------------------------------------------------------------------------- */

static volatile sig_atomic_t asked_to_stop;

static void on_signal(int number)
{
	asked_to_stop = number;
}

int64_t net_now(const struct net *net)
{
	struct timespec t;

	(void)net;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + 1;
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

/* --- WebSockets ------------------------------------------------------------------------------ */

static void note(char *why, size_t size, const char *text, size_t len)
{
	if (!why[0] && text)
		snprintf(why, size, "%.*s", (int)len, text);
}

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
	note(l->why, sizeof(l->why), in ? in : "no connection", in ? len : 13);
	l->refused = strstr(l->why, "HS:") != NULL;
	if (l->dialling)
		lws_set_wsi_user(wsi, NULL);
	else
		end_link(l);
}

static int on_link(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		   size_t len)
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
		if (l->in.len + len > MESSAGE_MAX)
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
			note(l->why, sizeof(l->why), (const char *)in + 2, len - 2);
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

static struct lws *dial(struct net *net, const struct place *where, const char *method,
			const char *path, const char *protocol, void *user)
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
		.local_protocol_name = protocol,
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

struct link *link_open(struct net *net, const struct place *where, const struct link_ops *ops,
		       void *arg)
{
	struct link *l = x_calloc(1, sizeof(*l));

	*l = (struct link){ .net = net, .ops = *ops, .arg = arg, .dialling = true };
	net->n_links++;
	l->last = &l->first;
	l->failed = (struct timer){ .fire = on_failed, .arg = l };
	l->wsi = dial(net, where, NULL, "/ws", "link", l);
	l->dialling = false;
	if (!l->wsi || l->why[0]) {
		l->wsi = NULL;
		note(l->why, sizeof(l->why), "no connection", 13);
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

/* --- HTTP ------------------------------------------------------------------------------------ */

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
	note(a->why, sizeof(a->why), "no answer", 9);
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
	char space[LWS_PRE + READ_SIZE], *at = space + LWS_PRE;
	int len = READ_SIZE;

	return lws_http_client_read(wsi, &at, &len) < 0 ? -1 : 0;
}

static int on_ask(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
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
		if (a->in.len + len > MESSAGE_MAX)
			return -1;
		text_add(&a->in, in, len);
		break;
	case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
	case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
	case LWS_CALLBACK_WSI_DESTROY:
		return end_ask(a, wsi);
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		note(a->why, sizeof(a->why), in ? in : "no connection", in ? len : 13);
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
	if (!dial(net, where, request->method, request->path, "ask", a) && !a->ended.place)
		end_ask(a, NULL);
}

/* --- lines ----------------------------------------------------------------------------------- */

static void give_lines(struct lines *l)
{
	char *from = l->in.s, *end;

	while (from && (end = memchr(from, '\n', l->in.len - (size_t)(from - l->in.s)))) {
		*end = '\0';
		if (end > from && end[-1] == '\r')
			end[-1] = '\0';
		l->line(l->arg, from);
		from = end + 1;
	}
	if (from && from > l->in.s) {
		l->in.len -= (size_t)(from - l->in.s);
		memmove(l->in.s, from, l->in.len + 1);
	}
}

static void end_lines(struct lines *l)
{
	if (l->fd < 0)
		return;
	l->fd = -1; /* lws closes it */
	if (l->in.len && !l->net->ending)
		l->line(l->arg, l->in.s);
	text_free(&l->in);
	if (!l->net->ending)
		l->line(l->arg, NULL);
}

/* All there is: a pipe whose writer has gone is told of only once. */
static int read_lines(struct lines *l)
{
	struct pollfd ready = { .fd = l->fd, .events = POLLIN };
	char bytes[READ_SIZE];

	while (poll(&ready, 1, 0) > 0 && ready.revents & (POLLIN | POLLHUP)) {
		ssize_t n = read(l->fd, bytes, sizeof(bytes));

		if (n <= 0) {
			end_lines(l);
			return -1;
		}
		text_add(&l->in, bytes, (size_t)n);
		give_lines(l);
	}
	return 0;
}

static int on_lines(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		    size_t len)
{
	struct lines *l = lws_get_opaque_user_data(wsi);

	(void)user, (void)in, (void)len;
	if (!l)
		return 0;
	if (reason == LWS_CALLBACK_RAW_RX_FILE)
		return l->fd < 0 ? -1 : read_lines(l);
	if (reason == LWS_CALLBACK_RAW_CLOSE_FILE) {
		end_lines(l);
		free(l);
		lws_set_opaque_user_data(wsi, NULL);
	}
	return 0;
}

void net_lines(struct net *net, int fd, void (*line)(void *arg, char *line), void *arg)
{
	struct lines *l = x_calloc(1, sizeof(*l));
	lws_sock_file_fd_type file = { .filefd = dup(fd) };
	struct lws *wsi;

	*l = (struct lines){ .net = net, .line = line, .arg = arg, .fd = file.filefd };
	wsi = lws_adopt_descriptor_vhost(net->vhost, LWS_ADOPT_RAW_FILE_DESC, file, "lines", NULL);
	if (wsi)
		lws_set_opaque_user_data(wsi, l);
	else
		free(l);
}

/* --- beginning and end ----------------------------------------------------------------------- */

static const struct lws_protocols protocols[] = {
	{ .name = "link", .callback = on_link, .rx_buffer_size = 65536 },
	{ .name = "ask", .callback = on_ask },
	{ .name = "lines", .callback = on_lines },
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
		if (t->fire == on_ended)
			free_ask(t->arg);
		else if (t->fire == on_failed)
			free_link(t->arg);
	}
	timers_fini(&net->timers);
	free(net);
}
