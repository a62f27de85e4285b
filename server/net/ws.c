#include "server/net/ws.h"

#include <errno.h>
#include <libwebsockets.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "protocol/gen/protocol.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/net/http.h"
#include "server/net/inside.h"
#include "server/net/link.h"
#include "server/net/sending.h"
#include "server/net/taken.h"
#include "server/net/ws_http.h"

#define HEADERS_MAX 16

#define HEAD_S      10 /* in which it has to arrive */
#define KEEPALIVE_S 15
#define RX_BYTES    512 /* kept for each connection; what is longer comes in pieces */
#define TX_BYTES    65536
#define TLS_BYTES   16384 /* of a record: what is left of one the library would not come back to */

struct ws {
	struct net *net;
	struct lws_context *context;
	struct lws_vhost *vhost;
	bool made; /* the library made something of the socket that is being adopted */
	char headers_text[2048];
	struct lws_protocol_vhost_options headers[HEADERS_MAX]; /* on pages of the library's own */
};

/* --- one connection -----------------------------------------------------------------------------
 */

struct ws_pipe ws_pipe(struct lws *wsi)
{
	return (struct ws_pipe){ .fd = lws_is_ssl(wsi) ? -1 : lws_get_socket_fd(wsi) };
}

static bool is_free(struct lws *wsi, struct ws_pipe *plain)
{
	uint64_t shorts = sending_shorts();

	if (shorts && shorts == plain->shorts)
		return true;
	if (lws_partial_buffered(wsi))
		return false;
	plain->shorts = shorts;
	return true;
}

/* The library adds nothing to bytes that are written raw but its own price, so a plain socket that
 * it holds nothing back for is written to directly; what the socket does not take it is given. */
enum ws_written ws_write(struct lws *wsi, struct ws_pipe *plain, const void *bytes, size_t n)
{
	if (plain && plain->fd >= 0 && is_free(wsi, plain)) {
		ssize_t sent = sending_own(plain->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent == (ssize_t)n)
			return WS_WHOLE;
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return WS_FAILED;
		if (sent > 0) {
			bytes = (const char *)bytes + sent;
			n -= (size_t)sent;
		}
	}
	if (lws_write(wsi, (unsigned char *)(uintptr_t)bytes, n, LWS_WRITE_RAW) < 0)
		return WS_FAILED;
	return lws_partial_buffered(wsi) ? WS_PARTLY : WS_WHOLE;
}

const char *ws_from(struct lws *wsi, char out[ADDRESS_SHOWN])
{
	const struct link *l = lws_get_opaque_user_data(wsi);

	return address_shown(l->from, "", out);
}

void ws_ask_writable(struct lws *wsi)
{
	lws_callback_on_writable(wsi);
}

void ws_hear(struct lws *wsi, bool hears)
{
	lws_rx_flow_control(wsi, hears);
}

uint64_t ws_taken(struct lws *wsi)
{
	SSL *ssl = lws_get_ssl(wsi);

	return ssl ? BIO_number_read(SSL_get_rbio(ssl)) : taken_bytes(lws_get_socket_fd(wsi));
}

/* The library is told by the socket, as when the peer hangs up: so a thousand that are killed in
 * one turn end in several. Its own way to kill is a timer, in a list that is walked for each, and
 * all of them at once. */
void ws_kill(struct lws *wsi)
{
	shutdown(lws_get_socket_fd(wsi), SHUT_RDWR);
}

static void receive(struct conn *c, struct lws *wsi, const char *data, size_t len)
{
	if (lws_frame_is_binary(wsi)) {
		conn_close(c, CLOSE_UNSUPPORTED);
		return;
	}
	conn_receive(c, data, len, !lws_remaining_packet_payload(wsi), lws_is_final_fragment(wsi));
}

/* Headers of ours on the answer that makes a WebSocket. */
static int add_headers(struct net *net, struct lws_process_html_args *a)
{
	const char *text = http_common_headers(net, false);
	size_t n = strlen(text);

	if ((size_t)a->max_len < n + 2)
		return 1;
	memcpy(a->p, text, n);
	a->p += n;
	return 0;
}

static int on_websocket(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
			size_t len)
{
	struct link *l = lws_get_opaque_user_data(wsi);

	(void)user;
	switch ((int)reason) {
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return !l || l->is_admin;
	case LWS_CALLBACK_ADD_HEADERS:
		return add_headers(l->net, in);
	case LWS_CALLBACK_ESTABLISHED:
		l->conn = conn_new(&l->net->conns, wsi);
		break;
	case LWS_CALLBACK_RECEIVE:
		if (l->conn)
			receive(l->conn, wsi, in, len);
		break;
	case LWS_CALLBACK_RECEIVE_PONG:
		if (l->conn)
			conn_pinged(l->conn);
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		if (l->conn)
			conn_writable(l->conn);
		break;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: /* the library would close it a second time */
		return l->conn && conn_said_close(l->conn) ? -1 : 0;
	case LWS_CALLBACK_CLOSED:
		if (l->conn)
			conn_end(l->conn);
		l->conn = NULL;
		break;
	default:
		break;
	}
	return 0;
}

static int set_up_tls(struct ws *w, void *ctx)
{
	return !w->net->tls || tls_set_up(w->net->tls, ctx) ? 0 : -1;
}

static int on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		   size_t len)
{
	struct link *l = lws_get_opaque_user_data(wsi);

	switch ((int)reason) {
	case LWS_CALLBACK_WSI_CREATE:
		((struct ws *)lws_context_user(lws_get_context(wsi)))->made = true;
		break;
	case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS: /* user: its SSL_CTX */
		return set_up_tls(lws_context_user(lws_get_context(wsi)), user);
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		/* `in` may point to freed memory (CVE-2025-11677): it is not looked at, and what is
		 * returned is 0 or less. */
		return l && ws_gate(l, wsi) ? 0 : -1;
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return 1; /* no subprotocol was chosen: a WebSocket is not for this part */
	case LWS_CALLBACK_HTTP:
		return l ? ws_http_begin(l, wsi) : -1;
	case LWS_CALLBACK_HTTP_BODY:
		return ws_http_body(l, in, len);
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		return ws_http_end(l);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return ws_http_writable(l, wsi);
	case LWS_CALLBACK_RAW_ADOPT: /* after CONNECT the library would let them stay for good */
		return -1;
	case LWS_CALLBACK_CLOSED_HTTP:
		if (l && l->request)
			request_gone(l->request);
		if (l)
			l->request = NULL;
		break;
	case LWS_CALLBACK_WSI_DESTROY:
		if (l)
			link_end(l);
		break;
	default:
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	/* The first one gets everything that is not a WebSocket. */
	{ .name = "http",
	  .callback = on_http,
	  .rx_buffer_size = RX_BYTES,
	  .tx_packet_size = TX_BYTES },
	{ .name = PROTOCOL_SUBPROTOCOL,
	  .callback = on_websocket,
	  .rx_buffer_size = RX_BYTES,
	  .tx_packet_size = TX_BYTES },
	{ .name = NULL },
};

void ws_adopt(struct ws *w, int fd, struct address *from, bool is_admin)
{
	struct link *l = link_new(w->net, from, is_admin);
	struct lws *wsi;
	bool tls = w->net->tls && !is_admin;
	lws_adopt_desc_t how = { .vh = w->vhost,
				 .type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP |
					 (tls ? LWS_ADOPT_ALLOW_SSL : 0),
				 .fd.sockfd = fd,
				 .opaque = l };

	w->made = false;
	wsi = lws_adopt_descriptor_vhost_via_info(&how);
	if (wsi)
		link_await(l, wsi);
	else if (!w->made)
		link_end(l); /* no room; otherwise WSI_DESTROY does it */
}

/* --- the library --------------------------------------------------------------------------------
 */

/* Clients provoke most of what it has to say. */
static void on_log(int level, const char *line)
{
	(void)level;
	log_debug("ws.library", "said=%.*s", (int)strcspn(line, "\n"), line);
}

/* The lines of our headers as the list that the library wants. */
static void list_headers(struct ws *w)
{
	char *line = w->headers_text;
	size_t n = 0;

	snprintf(w->headers_text, sizeof(w->headers_text), "cache-control: no-store\r\n%s",
		 http_common_headers(w->net, false));
	for (char *end; n < HEADERS_MAX && (end = strstr(line, "\r\n")); line = end + 2, n++) {
		char *colon = strchr(line, ':');

		*end = '\0';
		/* It takes the name with its colon: the space becomes the end of the name. */
		colon[1] = '\0';
		w->headers[n].name = line;
		w->headers[n].value = colon + 2;
		if (n)
			w->headers[n - 1].next = &w->headers[n];
	}
}

struct ws *ws_new(struct net *net, uv_loop_t *loop)
{
	/* No pings of its own: its list of them is walked whole for each. */
	static const lws_retry_bo_t no_pings;
	struct ws *w = x_calloc(1, sizeof(*w));
	void *loops[1] = { loop };
	struct lws_context_creation_info info = {
		.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
			   LWS_SERVER_OPTION_VALIDATE_UTF8,
		.foreign_loops = loops,
		.pcontext = &w->context,
		.user = w,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
		.max_http_header_data = WS_HEAD_BYTES,
		.pt_serv_buf_size = TLS_BYTES + LWS_PRE,
		.timeout_secs = HEAD_S,
		.keepalive_timeout = KEEPALIVE_S,
		.retry_and_idle_policy = &no_pings,
	};

	if (net->tls)
		info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
				LWS_SERVER_OPTION_CREATE_VHOST_SSL_CTX;
	w->net = net;
	list_headers(w);
	lws_set_log_level(LLL_ERR | LLL_WARN, on_log);
	w->context = lws_create_context(&info);
	info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
	info.vhost_name = "people";
	info.protocols = protocols;
	info.headers = w->headers;
	info.alpn = "http/1.1";
	w->vhost = w->context ? lws_create_vhost(w->context, &info) : NULL;
	if (w->vhost)
		return w;
	log_error("ws.start", "library=%s", lws_get_library_version());
	free(w);
	return NULL;
}

void ws_wake(struct ws *w)
{
	lws_cancel_service(w->context);
}

void ws_close(struct ws *w)
{
	lws_context_destroy(w->context);
}

void ws_free(struct ws *w)
{
	if (w && w->context)
		lws_context_destroy(w->context); /* with a foreign loop the second call frees */
	free(w);
}
