#include "server/net/http.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <utlist.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/net/api.h"
#include "server/net/inside.h"
#include "server/net/metrics.h"
#include "server/net/operate.h"
#include "server/net/pages.h"
#include "server/net/ws_http.h"

#define COMMON                                                                                     \
	"content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; "       \
	"img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "         \
	"form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "         \
	"require-trusted-types-for 'script'; report-uri /csp\r\n"                                  \
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

/* Those of the policy above. */
static const char *const directives[] = {
	"default-src", "script-src",  "style-src",       "img-src",
	"font-src",    "connect-src", "manifest-src",    "form-action",
	"base-uri",    "object-src",  "frame-ancestors", "require-trusted-types-for",
};
#define N_DIRECTIVES (int)(sizeof(directives) / sizeof(directives[0]))

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

struct request *request_new(struct net *n, struct lws *wsi)
{
	struct request *r = x_calloc(1, sizeof(*r));

	r->net = n;
	r->wsi = wsi;
	DL_APPEND(n->requests, r);
	return r;
}

void request_free(struct request *r)
{
	DL_DELETE(r->net->requests, r);
	r->net->unsent -= r->own.len;
	if (r->pays) {
		r->pays->unsent -= r->own.len;
		address_answered(r->pays);
	}
	text_free(&r->body);
	text_free(&r->head);
	text_free(&r->own);
	if (r->end_work)
		r->end_work(r->work);
	free(r);
}

const char *request_from(struct request *r, char out[ADDRESS_SHOWN])
{
	return r->from ? address_shown(r->from, r->forwarded, out) : "gone";
}

void request_gone(struct request *r)
{
	r->wsi = NULL;
	r->from = NULL;
	if (!r->busy || r->answered)
		request_free(r);
}

/* --- answering ----------------------------------------------------------------------------------
 */

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

static bool is_api(const struct request *r)
{
	return strncmp(r->path, "/api/", 5) == 0 || strcmp(r->path, "/api") == 0;
}

/* What is wrong with the request itself, as its reader expects it: a program or a person. */
static void refuse(struct request *r, int status, enum err err, const char *sentence)
{
	if (is_api(r))
		answer_error(r, status, err, NULL, 0);
	else
		answer_plain(r, status, sentence);
}

void answer_not_allowed(struct request *r, const char *methods)
{
	char more[64];
	struct reply reply = { .status = 405, .more = more };
	struct text t = { 0 };

	snprintf(more, sizeof(more), "allow: %s\r\n", methods);
	if (is_api(r)) {
		text_puts(&t, "{\"error\":\"bad_request\"}");
		reply.type = "application/json";
	} else {
		text_printf(&t, "This address answers %s only.\n", methods);
		reply.type = "text/plain;charset=utf-8";
	}
	answer_text(r, reply, &t);
}

/* --- what it costs ------------------------------------------------------------------------------
 */

int64_t http_work_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void http_took(struct address *pays, struct net *n, int64_t since_us)
{
	if (pays)
		address_took(pays, http_work_us() - since_us, (int64_t)uv_now(n->loop));
}

bool http_is_full(const struct request *r)
{
	return r->net->unsent >= HTTP_UNSENT_MAX || (r->pays && r->pays->unsent >= HTTP_UNSENT_ONE);
}

/* --- what is asked ------------------------------------------------------------------------------
 */

static bool is_json(const struct request *r)
{
	static const char json[] = "application/json";
	size_t n = sizeof(json) - 1;

	return strncasecmp(r->type, json, n) == 0 && (r->type[n] == '\0' || r->type[n] == ';');
}

static bool is_report(const struct request *r)
{
	return strcmp(r->path, "/csp") == 0;
}

static void answer_slow(struct request *r, int64_t wait)
{
	static const char sentence[] = "Your address asks for too much. Try again shortly.\n";
	char more[40], from[ADDRESS_SHOWN];

	r->net->figures.requests_slowed++;
	log_info("request.slowed", "from=%s", request_from(r, from));
	if (is_api(r)) {
		answer_error(r, 429, ERR_SLOW_DOWN, NULL, wait);
		return;
	}
	snprintf(more, sizeof(more), "retry-after: %" PRId64 "\r\n", 1 + wait / 1000);
	answer_constant(
		r,
		(struct reply){ .status = 429, .type = "text/plain;charset=utf-8", .more = more },
		sentence, sizeof(sentence) - 1);
}

bool http_admit(struct request *r)
{
	int64_t wait = r->pays ? address_waits(r->pays, (int64_t)r->begun_at) : 0;

	if (wait)
		answer_slow(r, wait);
	else if (r->minor < 0)
		refuse(r, 505, ERR_BAD_REQUEST, "HTTP/1.1 is spoken here.");
	else if (!r->has_host && (r->minor == 1 || r->host[0]))
		refuse(r, 400, ERR_BAD_REQUEST, "The host is not named as it should be.");
	else if (r->is_too_long)
		refuse(r, 414, ERR_BAD_REQUEST, "The address is too long.");
	else if (r->is_chunked || (r->method == METHOD_POST && !r->has_length))
		refuse(r, 411, ERR_BAD_REQUEST, "Say how long the body is.");
	else if (r->length < 0)
		refuse(r, 400, ERR_BAD_REQUEST, "The length of the body is not a number.");
	else if (r->method == METHOD_OTHER)
		answer_not_allowed(r, "GET, HEAD, POST");
	else if (r->method != METHOD_POST && r->length)
		refuse(r, 400, ERR_BAD_REQUEST, "There is no use for a body.");
	else if (r->length > HTTP_BODY_MAX)
		refuse(r, 413, ERR_TOO_LARGE, "The body is too large.");
	else if (r->method == METHOD_POST && !is_report(r) && !is_json(r))
		refuse(r, 415, ERR_BAD_REQUEST, "The body is not JSON.");
	else if (r->method == METHOD_POST && !is_report(r) && !r->is_ours)
		refuse(r, 403, ERR_FORBIDDEN, "The header X-Jobalike is missing.");
	else
		return true;
	return false;
}

void http_mistook(struct request *r)
{
	refuse(r, 400, ERR_BAD_REQUEST,
	       "The body is not JSON, or did not wait for the answer before it.");
}

static bool is_read(const struct request *r)
{
	return r->method == METHOD_GET || r->method == METHOD_HEAD;
}

static void serve_health(struct request *r)
{
	struct text t = { 0 };

	text_puts(&t, "{\"alive\":true}");
	answer_json(r, 200, &t);
}

/* With the store away people read on, also those who come back: a balancer that took every instance
 * out at once would end that. So what was ready stays so, and says what it lacks. */
static void serve_readiness(struct request *r)
{
	struct net *n = r->net;
	const char *trouble = hub_trouble(n->hub);
	bool loaded = hub_ready(n->hub), ready = loaded && !n->draining;
	struct text t = { 0 };

	text_object(&t, NULL);
	text_bool(&t, "ready", ready);
	text_array(&t, "not_ready");
	if (trouble && !loaded)
		text_string(&t, NULL, trouble);
	if (!loaded)
		text_string(&t, NULL, "the list of sessions is being read");
	if (n->draining)
		text_string(&t, NULL, "the server is ending");
	text_array_end(&t);
	text_string(&t, "degraded", loaded ? trouble : NULL);
	text_object_end(&t);
	answer_json(r, ready ? 200 : 503, &t);
}

/* Which part of the policy a report is about; nothing else that it says is told. */
static int directive_of(const struct request *r)
{
	static const char key[] = "\"violated-directive\":\"";
	const char *at = r->body.s ? strstr(r->body.s, key) : NULL;

	for (int i = 0; at && i < N_DIRECTIVES; i++) {
		size_t n = strlen(directives[i]);

		if (strncmp(at + sizeof(key) - 1, directives[i], n) == 0 &&
		    strchr(" \"-", at[sizeof(key) - 1 + n]))
			return i;
	}
	return N_DIRECTIVES;
}

/* Anybody can send one: each kind is said once. */
static void serve_report(struct request *r)
{
	int i = directive_of(r);

	if (!(r->net->csp_said & 1u << i))
		log_warn("csp.report", "directive=%s",
			 i < N_DIRECTIVES ? directives[i] : "another");
	r->net->csp_said |= 1u << i;
	r->net->figures.csp_reports++;
	answer_constant(r, (struct reply){ .status = 204 }, "", 0);
}

static void serve_upgrade(struct request *r)
{
	static const char body[] = "This address speaks WebSocket, subprotocol jobalike.v1.\n";
	struct reply reply = { .status = 426,
			       .type = "text/plain;charset=utf-8",
			       .more = "upgrade: websocket\r\n" };

	answer_constant(r, reply, body, sizeof(body) - 1);
}

static const struct {
	const char *path;
	bool posts, for_admin, for_people;
	void (*serve)(struct request *r);
} fixed[] = {
	{ "/healthz", false, true, true, serve_health },
	{ "/readyz", false, true, true, serve_readiness },
	{ "/metrics", false, true, false, metrics_serve },
	{ "/csp", true, false, true, serve_report },
	{ "/ws", false, false, true, serve_upgrade },
};

void http_serve(struct request *r)
{
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		if (strcmp(r->path, fixed[i].path) != 0 ||
		    !(r->is_admin ? fixed[i].for_admin : fixed[i].for_people))
			continue;
		if (fixed[i].posts ? r->method == METHOD_POST : is_read(r))
			fixed[i].serve(r);
		else
			answer_not_allowed(r, fixed[i].posts ? "POST" : "GET, HEAD");
		return;
	}
	if (!r->is_admin) {
		if (!api_serve(r))
			pages_serve(r);
	} else if (!operate_serve(r)) {
		answer_plain(r, 404, "There is nothing here.");
	}
}
