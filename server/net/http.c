/* Requests: their life, what they cost, which are refused, and who answers the others. */
#include "server/net/http.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utlist.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/net/api.h"
#include "server/net/csp.h"
#include "server/net/inside.h"
#include "server/net/metrics.h"
#include "server/net/operate.h"
#include "server/net/pages.h"

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

/* --- what it costs ------------------------------------------------------------------------------
 */

int64_t http_work_us(void)
{
	return clock_work_ns() / 1000;
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

bool http_is_api(const struct request *r)
{
	return strncmp(r->path, "/api/", 5) == 0 || strcmp(r->path, "/api") == 0;
}

/* What is wrong with the request itself, as its reader expects it: a program or a person. */
static void refuse(struct request *r, int status, enum err err, const char *sentence)
{
	if (http_is_api(r))
		answer_error(r, status, err, NULL, 0);
	else
		answer_plain(r, status, sentence);
}

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
	if (http_is_api(r)) {
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
	{ "/csp", true, false, true, csp_report },
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
