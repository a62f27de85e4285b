/* Answers: their status, their headers, which are mostly the same for all, and their bodies. */
#include "server/net/http.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "server/base/clock.h"
#include "server/net/csp.h"
#include "server/net/inside.h"
#include "server/net/ws_http.h"

#define COMMON                                                                                     \
	"content-security-policy: " CSP_POLICY "\r\n"                                              \
	"x-content-type-options: nosniff\r\n"                                                      \
	"referrer-policy: no-referrer\r\n"                                                         \
	"cross-origin-opener-policy: same-origin\r\n"                                              \
	"cross-origin-resource-policy: same-origin\r\n"                                            \
	"cross-origin-embedder-policy: require-corp\r\n"                                           \
	"permissions-policy: camera=(), microphone=(), geolocation=(), interest-cohort=()\r\n"     \
	"x-frame-options: DENY\r\n"
#define SECURE COMMON "strict-transport-security: max-age=63072000; includeSubDomains\r\n"

bool http_is_secure(const struct net *n)
{
	return strncmp(n->url, "https:", 6) == 0;
}

/* What promises TLS for years is said over TLS only. */
const char *http_common_headers(const struct net *n, bool is_admin)
{
	return http_is_secure(n) && !is_admin ? SECURE : COMMON;
}

#define SORRY(headers)                                                                             \
	"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain;charset=utf-8\r\n"           \
	"content-length: 39\r\ncache-control: no-store\r\nretry-after: 5\r\n" headers              \
	"connection: close\r\n\r\nThe server is full. Try again shortly.\n"

const char *http_sorry(const struct net *n)
{
	return http_is_secure(n) ? SORRY(SECURE) : SORRY(COMMON);
}

static const struct {
	int status;
	const char *words;
} statuses[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 204, "No Content" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 411, "Length Required" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 426, "Upgrade Required" },
	{ 429, "Too Many Requests" },
	{ 503, "Service Unavailable" },
	{ 505, "HTTP Version Not Supported" },
};

static const char *words_of(int status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].status == status)
			return statuses[i].words;
	return "Error";
}

static void write_date(struct text *t)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t now = (time_t)(clock_ms() / 1000);
	struct tm tm;

	gmtime_r(&now, &tm);
	text_printf(t, "date: %s, %02d %s %d %02d:%02d:%02d GMT\r\n", days[tm.tm_wday], tm.tm_mday,
		    months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void write_head(struct request *r, const struct reply *reply)
{
	struct text *t = &r->head;

	text_printf(t, "HTTP/1.1 %d %s\r\n", reply->status, words_of(reply->status));
	write_date(t);
	if (reply->status != 204 && reply->status != 304)
		text_printf(t, "content-type: %s\r\ncontent-length: %zu\r\n", reply->type,
			    r->content_len);
	text_puts(t, reply->immutable ? "cache-control: public, max-age=31536000, immutable\r\n"
				      : "cache-control: no-store\r\n");
	text_puts(t, http_common_headers(r->net, r->is_admin));
	if (reply->more)
		text_puts(t, reply->more);
	text_printf(t, "connection: %s\r\n\r\n", r->keeps ? "keep-alive" : "close");
}

/* Content is set. */
static void answer(struct request *r, const struct reply *reply)
{
	r->net->figures.requests[reply->status / 100 % 6]++;
	r->answered = true;
	if (!r->wsi) {
		request_free(r);
		return;
	}
	/* After an error nobody knows what else the client says on this connection. */
	if (r->method == METHOD_POST || r->method == METHOD_OTHER ||
	    (reply->status >= 400 && reply->status != 404 && reply->status != 503))
		r->keeps = false;
	write_head(r, reply);
	if (r->method == METHOD_HEAD || reply->status == 204 || reply->status == 304)
		r->content_len = 0;
	ws_http_answer(r);
}

void answer_constant(struct request *r, struct reply reply, const void *body, size_t len)
{
	r->content = body;
	r->content_len = len;
	answer(r, &reply);
}

void answer_text(struct request *r, struct reply reply, struct text *body)
{
	r->own = *body;
	*body = (struct text){ 0 };
	r->net->unsent += r->own.len;
	if (r->pays)
		r->pays->unsent += r->own.len;
	answer_constant(r, reply, r->own.s, r->own.len);
}

void answer_json(struct request *r, int status, struct text *body)
{
	answer_text(r, (struct reply){ .status = status, .type = "application/json" }, body);
}

void answer_error(struct request *r, int status, enum err err, const char *field, int64_t retry_ms)
{
	struct text t = { 0 };

	text_object(&t, NULL);
	text_string(&t, "error", err_names[err]);
	text_string(&t, "field", field);
	text_opt_int(&t, "retry_ms", retry_ms);
	text_object_end(&t);
	answer_json(r, status, &t);
}

void answer_plain(struct request *r, int status, const char *sentence)
{
	struct text t = { 0 };

	text_printf(&t, "%s\n", sentence);
	answer_text(r, (struct reply){ .status = status, .type = "text/plain;charset=utf-8" }, &t);
}

void answer_not_allowed(struct request *r, const char *methods)
{
	char more[64];
	struct reply reply = { .status = 405, .more = more };
	struct text t = { 0 };

	snprintf(more, sizeof(more), "allow: %s\r\n", methods);
	if (http_is_api(r)) {
		text_puts(&t, "{\"error\":\"bad_request\"}");
		reply.type = "application/json";
	} else {
		text_printf(&t, "This address answers %s only.\n", methods);
		reply.type = "text/plain;charset=utf-8";
	}
	answer_text(r, reply, &t);
}
