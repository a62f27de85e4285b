/* Who may come in as a WebSocket. libwebsockets itself takes POST, any version and any key. */
#include <libwebsockets.h>
#include <string.h>
#include <strings.h>

#include "server/base/log.h"
#include "server/net/http.h"
#include "server/net/inside.h"
#include "server/net/link.h"
#include "server/net/ws_http.h"

bool ws_header(struct lws *wsi, int token, char *out, size_t size)
{
	out[0] = '\0';
	return lws_hdr_copy(wsi, out, (int)size, (enum lws_token_indexes)token) >= 0;
}

void ws_forwarded(struct lws *wsi, char *out, size_t size)
{
	char all[WS_HEAD_BYTES], *last = all;
	size_t n;

	ws_header(wsi, WSI_TOKEN_X_FORWARDED_FOR, all, sizeof(all));
	n = strlen(all);
	if (n >= size) {
		last = strchr(all + n - size + 1, ',');
		last = last ? last + 1 : all + n;
	}
	memcpy(out, last, strlen(last) + 1);
}

static bool is(struct lws *wsi, int token, const char *wanted)
{
	char value[64];

	return ws_header(wsi, token, value, sizeof(value)) && strcasecmp(value, wanted) == 0;
}

/* Is this word in the list of the header? */
static bool lists(struct lws *wsi, int token, const char *wanted, bool blind)
{
	char value[512], *rest = NULL;

	if (!ws_header(wsi, token, value, sizeof(value)))
		return false;
	for (char *word = strtok_r(value, ", \t", &rest); word;
	     word = strtok_r(NULL, ", \t", &rest))
		if ((blind ? strcasecmp(word, wanted) : strcmp(word, wanted)) == 0)
			return true;
	return false;
}

/* 16 bytes in base64: 22 letters, of which the last holds two bits, and "==". */
static bool good_key(struct lws *wsi)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char key[32];

	return ws_header(wsi, WSI_TOKEN_KEY, key, sizeof(key)) && strlen(key) == 24 &&
	       strspn(key, letters) == 22 && strchr("AQgw", key[21]) && strcmp(key + 22, "==") == 0;
}

bool ws_good_host(const char *host)
{
	return host[0] && host[strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					    "0123456789.-_:[]")] == '\0';
}

/* The part of an origin after https:// (or http:// where there is no TLS), or NULL. */
static const char *host_of(const struct net *n, const char *origin)
{
	if (strncmp(origin, "https://", 8) == 0)
		return origin + 8;
	return !http_is_secure(n) && strncmp(origin, "http://", 7) == 0 ? origin + 7 : NULL;
}

/* Pages of our own may connect, and those of sites that are named; tools send no origin. */
static bool good_origin(const struct net *n, struct lws *wsi, const char *host)
{
	const struct conf_list *allowed = &n->conf->http.allowed_origins;
	char origin[300];
	const char *from;

	if (!ws_header(wsi, WSI_TOKEN_ORIGIN, origin, sizeof(origin)))
		return false;
	if (!lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN))
		return true;
	for (size_t i = 0; i < allowed->n; i++)
		if (strcmp(allowed->items[i], origin) == 0)
			return true;
	from = host_of(n, origin);
	return from && strcasecmp(from, host) == 0;
}

static bool is_our_path(struct lws *wsi)
{
	char path[8];

	return lws_hdr_copy_fragment(wsi, path, sizeof(path), WSI_TOKEN_GET_URI, 0) == 3 &&
	       memcmp(path, "/ws", 4) == 0;
}

struct refusal {
	int status;
	const char *sentence;
};

/* What is wrong with the handshake; status 0: nothing. */
static struct refusal judge(struct link *l, struct lws *wsi)
{
	struct address *from;
	char host[256], forwarded[512];

	if (!lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI))
		return (struct refusal){ 405, "A WebSocket begins with GET." };
	if (!is(wsi, WSI_TOKEN_UPGRADE, "websocket"))
		return (struct refusal){ 400, "Only WebSocket is spoken here." };
	if (!is(wsi, WSI_TOKEN_HTTP, "HTTP/1.1") ||
	    !lists(wsi, WSI_TOKEN_CONNECTION, "upgrade", true))
		return (struct refusal){ 400, "This is not how a WebSocket begins." };
	if (l->is_admin || !is_our_path(wsi))
		return (struct refusal){ 404, "There is nothing here." };
	if (!is(wsi, WSI_TOKEN_VERSION, "13"))
		return (struct refusal){ 426, "The version of WebSocket is 13." };
	if (!good_key(wsi))
		return (struct refusal){ 400, "The key is not 16 bytes." };
	if (!ws_header(wsi, WSI_TOKEN_HOST, host, sizeof(host)) || !ws_good_host(host))
		return (struct refusal){ 400, "The host is not named as it should be." };
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) ||
	    (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) &&
	     !is(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, "0")))
		return (struct refusal){ 400, "There is no use for a body." };
	if (!good_origin(l->net, wsi, host))
		return (struct refusal){ 403, "Pages of that origin may not connect." };
	if (!lists(wsi, WSI_TOKEN_PROTOCOL, PROTOCOL_SUBPROTOCOL, false))
		return (struct refusal){ 400, "The subprotocol is " PROTOCOL_SUBPROTOCOL "." };
	if (l->net->draining)
		return (struct refusal){ 503, "The server is ending." };
	ws_forwarded(wsi, forwarded, sizeof(forwarded));
	if (!(from = address_claim(l->from, forwarded, (int64_t)uv_now(l->net->loop))))
		return (struct refusal){ 429, "Your address has too many connections." };
	l->from = from;
	return (struct refusal){ 0 };
}

bool ws_gate(struct link *l, struct lws *wsi)
{
	char from[ADDRESS_SHOWN], forwarded[512];
	struct refusal no;
	struct request *r;

	link_spoke(l);
	no = judge(l, wsi);
	if (!no.status)
		return true;
	l->net->figures.handshakes_refused++;
	ws_forwarded(wsi, forwarded, sizeof(forwarded));
	log_info("handshake.refused", "from=%s status=%d why=%s",
		 address_shown(l->from, forwarded, from), no.status, no.sentence);
	r = request_new(l->net, wsi);
	r->is_handshake = true;
	if (no.status == 426)
		answer_constant(r,
				(struct reply){ .status = 426,
						.type = "text/plain;charset=utf-8",
						.more = "sec-websocket-version: 13\r\n" },
				no.sentence, strlen(no.sentence));
	else
		answer_plain(r, no.status, no.sentence);
	request_free(r);
	return false;
}
