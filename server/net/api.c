/* Which address of the API is what, and what its other files share. */
#include "server/net/api.h"

#include <string.h>

#include "protocol/scan.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/net/http.h"
#include "server/net/inside.h"

#define GOOD_FOR_MS (INT64_C(7) * 24 * 3600 * 1000) /* after the end, to read on */
#define RETRY_MS    1000

/* --- shared with the other files of the API -----------------------------------------------------
 */

static const int statuses[ERR_COUNT] = {
	[ERR_BAD_REQUEST] = 400, [ERR_TOO_LARGE] = 400,   [ERR_UNAUTHORIZED] = 401,
	[ERR_FORBIDDEN] = 403,   [ERR_NOT_FOUND] = 404,   [ERR_CONFLICT] = 409,
	[ERR_CLOSED] = 409,      [ERR_REMOVED] = 403,     [ERR_FULL] = 409,
	[ERR_SLOW_DOWN] = 429,   [ERR_UNAVAILABLE] = 503, [ERR_UNKNOWN] = 503,
	[ERR_DAMAGED] = 503,
};

void api_refuse(struct request *r, enum err err, const char *field)
{
	char from[ADDRESS_SHOWN];

	if (err == ERR_UNAUTHORIZED || err == ERR_FORBIDDEN || err == ERR_REMOVED)
		log_info("request.refused", "why=%s from=%s", err_names[err],
			 request_from(r, from));
	answer_error(r, statuses[err] ? statuses[err] : 403, err, field,
		     err == ERR_UNAVAILABLE || err == ERR_UNKNOWN ? RETRY_MS : 0);
}

json_t *api_body(struct request *r)
{
	json_t *j = NULL;

	if (r->body.s && scan_json(r->body.s, r->body.len) == OK)
		j = json_loadb(r->body.s, r->body.len, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(j))
		return j;
	json_decref(j);
	api_refuse(r, ERR_BAD_REQUEST, NULL);
	return NULL;
}

enum err api_person(const json_t *texts, const char *sub, enum role role, struct command *out,
		    struct blame *blame)
{
	static const char *const taken[] = { "name", "school", "job", "area", "language" };
	json_t *j = json_pack("{s:s, s:s, s:s}", "command", "people.join", "sub", sub, "role",
			      role_names[role]);

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		json_t *value = json_object_get(texts, taken[i]);

		if (value)
			json_object_set(j, taken[i], value);
	}
	return codec_command(j, out, blame);
}

int64_t api_expiry(int64_t end)
{
	int64_t now = clock_ms();

	return (end > now ? end : now) + GOOD_FOR_MS;
}

void api_base(const struct request *r, char *out, size_t size)
{
	if (r->net->conf->http.public_url[0])
		snprintf(out, size, "%s", net_url(r->net));
	else
		snprintf(out, size, "%s://%s", http_is_secure(r->net) ? "https" : "http", r->host);
}

/* What was asked for together is made one after the other, for as long as the address may have it.
 */
static void on_read(void *arg, enum err err, const struct state *s)
{
	struct request *r = arg;
	struct address *pays = r->pays;
	struct net *n = r->net;
	int64_t since = http_work_us(),
		wait = pays ? address_waits(pays, (int64_t)n->conns.now) : 0;

	if (!r->wsi)
		request_free(r); /* nobody is there to read it */
	else if (wait)
		answer_error(r, 429, ERR_SLOW_DOWN, NULL, wait);
	else
		r->on_state(r, err, s);
	http_took(pays, n, since);
}

void api_read(struct request *r, const char *session, hub_read_fn done)
{
	r->busy = true;
	r->on_state = done;
	hub_read(r->net->hub, session, on_read, r);
}

/* --- which address is what ----------------------------------------------------------------------
 */

const char *api_take_id(const char *path, const char *before, char id[33])
{
	size_t n = strlen(before), len;

	if (strncmp(path, before, n) != 0)
		return NULL;
	len = strcspn(path + n, "/.");
	if (len == 0 || len > 32)
		return NULL;
	memcpy(id, path + n, len);
	id[len] = '\0';
	return session_id_ok(id) ? path + n + len : NULL;
}

static void only(struct request *r, enum method method, const char *session,
		 void (*serve)(struct request *r, const char *session))
{
	if (method == METHOD_POST ? r->method == METHOD_POST : r->method != METHOD_POST)
		serve(r, session);
	else
		answer_not_allowed(r, method == METHOD_POST ? "POST" : "GET, HEAD");
}

static void serve_sessions(struct request *r)
{
	if (r->method == METHOD_POST)
		api_plan(r);
	else
		api_list(r);
}

static void serve_codes(struct request *r, const char *session)
{
	(void)session;
	api_exchange_code(r);
}

static const struct {
	const char *rest;
	enum method method;
	void (*serve)(struct request *r, const char *session);
} of_session[] = {
	{ "", METHOD_GET, api_session },
	{ "/tickets", METHOD_POST, api_join },
	{ "/code", METHOD_GET, api_show_code },
	{ "/export.json", METHOD_GET, api_export_json },
	{ "/export.md", METHOD_GET, api_export_markdown },
	{ "/mine.json", METHOD_GET, api_export_mine },
};

bool api_serve(struct request *r)
{
	char id[33];
	const char *rest = api_take_id(r->path, "/sessions/", id);

	if (!(rest && strcmp(rest, ".ics") == 0) &&
	    (strncmp(r->path, "/api", 4) != 0 || (r->path[4] && r->path[4] != '/')))
		return false;
	if (!hub_ready(r->net->hub)) {
		api_refuse(r, ERR_UNAVAILABLE, NULL);
		return true;
	}
	if (rest) {
		only(r, METHOD_GET, id, api_calendar);
		return true;
	}
	if (strcmp(r->path, "/api/sessions") == 0) {
		serve_sessions(r);
		return true;
	}
	if (strcmp(r->path, "/api/codes") == 0) {
		only(r, METHOD_POST, NULL, serve_codes);
		return true;
	}
	rest = api_take_id(r->path, "/api/sessions/", id);
	for (size_t i = 0; rest && i < sizeof(of_session) / sizeof(of_session[0]); i++)
		if (strcmp(rest, of_session[i].rest) == 0) {
			only(r, of_session[i].method, id, of_session[i].serve);
			return true;
		}
	api_refuse(r, ERR_NOT_FOUND, NULL);
	return true;
}
