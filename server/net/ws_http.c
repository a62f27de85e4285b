#include "server/net/ws_http.h"

#include <libwebsockets.h>
#include <string.h>
#include <strings.h>

#include "server/net/http.h"
#include "server/net/inside.h"
#include "server/net/link.h"

#define ANSWER_S   60    /* in which an answer has to be taken */
#define BODY_MS    10000 /* in which a body has to come */
#define REQUEST_US 50    /* what a request costs before we see it */

/* --- a request ----------------------------------------------------------------------------------
 */

/* The method, and the path, which ends where the text of the library does. */
static void read_line(struct request *r, struct lws *wsi)
{
	char *path = NULL;
	int len = 0, method = lws_http_get_uri_and_method(wsi, &path, &len);

	if (method == LWSHUMETH_GET)
		r->method = METHOD_GET;
	else if (method == LWSHUMETH_HEAD)
		r->method = METHOD_HEAD;
	else if (method == LWSHUMETH_POST)
		r->method = METHOD_POST;
	r->is_too_long = len > 0 && (size_t)len >= sizeof(r->path);
	if (path && len > 0 && !r->is_too_long && !memchr(path, '\0', (size_t)len))
		memcpy(r->path, path, (size_t)len);
}

/* -1: not a number. */
static int64_t read_length(struct lws *wsi)
{
	char text[16];
	int64_t n = 0;

	if (!ws_header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, text, sizeof(text)) || !text[0])
		return -1;
	for (const char *c = text; *c; c++) {
		if (*c < '0' || *c > '9')
			return -1;
		n = n * 10 + (*c - '0');
	}
	return n;
}

static void read_bearer(struct request *r, struct lws *wsi)
{
	char text[LIMIT_TICKET_BYTES + 16];

	if (ws_header(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, text, sizeof(text)) &&
	    strncasecmp(text, "Bearer ", 7) == 0 && strlen(text + 7) < sizeof(r->bearer))
		strcpy(r->bearer, text + 7); /* NOLINT: it was measured */
}

static void read_accepted(struct request *r, struct lws *wsi)
{
	char text[256], *rest = NULL;

	if (!ws_header(wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, text, sizeof(text)))
		return;
	for (char *word = strtok_r(text, ", \t", &rest); word;
	     word = strtok_r(NULL, ", \t", &rest)) {
		r->gzip = r->gzip || strcasecmp(word, "gzip") == 0;
		r->br = r->br || strcasecmp(word, "br") == 0;
	}
}

static int read_version(struct lws *wsi)
{
	char text[16];

	if (!ws_header(wsi, WSI_TOKEN_HTTP, text, sizeof(text)))
		return -1;
	return strcmp(text, "HTTP/1.1") == 0 ? 1 : strcmp(text, "HTTP/1.0") == 0 ? 0 : -1;
}

static void read_headers(struct request *r, struct lws *wsi)
{
	static const char ours[] = "x-jobalike:";
	char text[32];

	r->has_length = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0;
	r->length = r->has_length ? read_length(wsi) : 0;
	r->is_chunked = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0;
	r->has_host =
		ws_header(wsi, WSI_TOKEN_HOST, r->host, sizeof(r->host)) && ws_good_host(r->host);
	ws_header(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, r->type, sizeof(r->type));
	ws_forwarded(wsi, r->forwarded, sizeof(r->forwarded));
	ws_header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, r->known, sizeof(r->known));
	r->is_ours = lws_hdr_custom_copy(wsi, text, sizeof(text), ours, sizeof(ours) - 1) == 1 &&
		     text[0] == '1';
	read_bearer(r, wsi);
	read_accepted(r, wsi);
	r->minor = read_version(wsi);
	r->keeps = r->minor == 1 && ws_header(wsi, WSI_TOKEN_CONNECTION, text, sizeof(text)) &&
		   strcasecmp(text, "close") != 0;
}

/* It came in one packet with the request before it. */
static bool came_behind(const struct link *l)
{
	return l->taken && l->taken == ws_taken(l->wsi);
}

/* The library has not put away yet what it has of a request that came behind another one, and would
 * look at it in every turn of the loop while it is held. So it is not, and what is not answered by
 * the end of this turn ends the connection when it is writable next. */
static void serve(struct link *l)
{
	struct request *r = l->request;

	r->served = true;
	http_serve(r);
	if (r->answered)
		return;
	if (came_behind(l))
		lws_callback_on_writable(l->wsi);
	else
		link_hold(l);
}

int ws_http_begin(struct link *l, struct lws *wsi)
{
	int64_t since = http_work_us() - REQUEST_US;
	struct request *r;

	link_spoke(l);
	if (l->request) /* the one before was not finished: that cannot be */
		return -1;
	l->wsi = wsi;
	r = l->request = request_new(l->net, wsi);
	r->from = l->from;
	r->is_admin = l->is_admin;
	r->begun_at = uv_now(l->net->loop);
	read_line(r, wsi);
	read_headers(r, wsi);
	if (!r->is_admin)
		r->pays = address_asks(r->from, r->forwarded);
	if (http_admit(r) && r->method != METHOD_POST)
		serve(l);
	http_took(r->pays, r->net, since);
	return 0;
}

/* --- its answer ---------------------------------------------------------------------------------
 */

/* The next part, and how long it is: the head with what fits behind it, then the rest as it is. */
static size_t next_part(struct request *r, const void **from)
{
	struct conns *all = &r->net->conns;
	size_t n_head = r->head.len, n = r->content_len;

	if (r->sent == 0) {
		n = n < sizeof(all->scratch) - n_head ? n : sizeof(all->scratch) - n_head;
		memcpy(all->scratch, r->head.s, n_head);
		if (n)
			memcpy(all->scratch + n_head, r->content, n);
		*from = all->scratch;
		return n_head + n;
	}
	n -= r->sent - n_head;
	*from = (const char *)r->content + (r->sent - n_head);
	return n < sizeof(all->scratch) ? n : sizeof(all->scratch);
}

static enum ws_written write_part(struct request *r, struct lws *wsi)
{
	const void *from;
	size_t n = next_part(r, &from);

	r->sent += n;
	return ws_write(wsi, NULL, from, n);
}

void ws_http_answer(struct request *r)
{
	struct link *l;

	if (r->is_handshake) {
		write_part(r, r->wsi); /* a sentence: the socket is new and takes it */
		return;
	}
	l = lws_get_opaque_user_data(r->wsi);
	lws_set_timeout(r->wsi, PENDING_TIMEOUT_HTTP_CONTENT, ANSWER_S);
	lws_callback_on_writable(r->wsi);
	if (link_is_full(l))
		link_hold_full(l);
	else
		link_release(l);
}

int ws_http_writable(struct link *l, struct lws *wsi)
{
	struct request *r = l ? l->request : NULL;
	enum ws_written how;
	bool keeps;

	if (!r)
		return 0;
	if (!r->answered)
		return r->served && !l->held ? -1 : 0;
	how = write_part(r, wsi);
	if (how == WS_FAILED)
		return -1;
	if (r->sent < r->head.len + r->content_len) {
		lws_callback_on_writable(wsi);
		if (how == WS_PARTLY)
			link_hold_full(l);
		return 0;
	}
	keeps = r->keeps;
	l->taken = keeps ? ws_taken(wsi) : 0;
	l->request = NULL;
	request_gone(r);
	if (!keeps || lws_http_transaction_completed(wsi))
		return -1;
	if (link_is_full(l)) /* the library waits for room before it reads the next request */
		link_hold_full(l);
	return 0;
}

/* --- its body -----------------------------------------------------------------------------------
 */

/* Of a request that came together with the one before it lws_http_action() of libwebsockets 4.1
 * takes the head for the body, from its first byte on, and frees that memory before it gives us the
 * body itself. No body that we want begins like a POST. */
static bool is_head(const char *data, size_t len)
{
	return len && (data[0] == 'P' || data[0] == 'p');
}

int ws_http_body(struct link *l, const char *data, size_t len)
{
	struct request *r = l ? l->request : NULL;

	if (!r || r->answered || r->served)
		return 0;
	if (r->body.len + len > HTTP_BODY_MAX || uv_now(l->net->loop) - r->begun_at > BODY_MS)
		return -1;
	if (!r->body.len && is_head(data, len))
		http_mistook(r);
	else if (len)
		text_add(&r->body, data, len);
	return 0;
}

/* Its body has ended, and we are told again. Either the connection ends with the answer, as after
 * each POST, and what is behind does not matter. Or it came together with the request before it,
 * and more behind it: lws_http_action() of libwebsockets 4.1 goes on telling then, and never comes
 * back. RFC 9112, 9.3.2: who sends without waiting has to expect that the connection ends. */
static int end_early(struct request *r)
{
	while (r->answered && r->sent < r->head.len + r->content_len)
		if (write_part(r, r->wsi) != WS_WHOLE)
			break;
	return -1;
}

int ws_http_end(struct link *l)
{
	struct request *r = l ? l->request : NULL;
	int64_t since = http_work_us();

	if (!r)
		return 0;
	if (r->has_ended)
		return end_early(r);
	r->has_ended = true;
	if (r->answered || r->served)
		return 0;
	serve(l);
	http_took(r->pays, r->net, since);
	return 0;
}
