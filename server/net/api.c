#include "server/net/api.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/scan.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/net/calendar.h"
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

/* --- sessions -----------------------------------------------------------------------------------
 */

static void write_areas(struct text *t, const struct area *areas, size_t n)
{
	text_array(t, "areas");
	for (size_t i = 0; i < n; i++) {
		text_object(t, NULL);
		text_string(t, "key", areas[i].key);
		text_string(t, "en", areas[i].en);
		text_string(t, "zh", areas[i].zh);
		text_object_end(t);
	}
	text_array_end(t);
}

/* The fields of an entry of the list. */
static void write_entry(struct text *t, const struct directory_put *e)
{
	text_string(t, "session", e->session);
	text_string(t, "title", e->title);
	text_string(t, "hashtag", e->hashtag);
	text_string(t, "format", format_names[e->format]);
	text_array(t, "languages");
	for (size_t i = 0; i < e->n_languages; i++)
		text_string(t, NULL, language_names[e->languages[i]]);
	text_array_end(t);
	write_areas(t, e->areas, e->n_areas);
	text_int(t, "start", e->start);
	text_int(t, "end", e->end);
	text_bool(t, "open", e->open);
	text_string(t, "phase", phase_names[e->phase]);
}

/* Strangers are shown what they may join by name; of the others they would learn title and id. With
 * the installation key it is all of them. */
static void serve_list(struct request *r)
{
	const struct directory *d = hub_directory(r->net->hub);
	bool all = *r->bearer;
	struct text t = { 0 };

	if (all && !api_has_key(r))
		return;
	text_object(&t, NULL);
	text_int(&t, "now", clock_ms());
	text_array(&t, "sessions");
	for (const struct entry *e = NULL; (e = directory_next(d, e));) {
		if (!all && !e->event.directory_put.open)
			continue;
		text_object(&t, NULL);
		write_entry(&t, &e->event.directory_put);
		text_object_end(&t);
	}
	text_array_end(&t);
	text_object_end(&t);
	answer_json(r, 200, &t);
}

static void write_topics(struct text *t, const struct state *s)
{
	text_array(t, "topics");
	for (size_t i = 0; i < s->agenda.n; i++) {
		const struct topic *topic = s->agenda.list[i];

		text_object(t, NULL);
		text_string(t, "title", topic->title);
		text_int(t, "minutes", topic->minutes);
		text_string(t, "state", topic_state_names[topic->state]);
		text_object_end(t);
	}
	text_array_end(t);
}

static void write_counts(struct text *t, const struct state *s)
{
	text_array(t, "counts");
	for (size_t i = 0; i < s->session.n_areas; i++) {
		const char *key = s->session.areas[i].key;
		int64_t n = 0;

		for (size_t p = 0; p < s->people.n; p++)
			n += s->people.list[p]->seated && s->people.list[p]->area &&
			     strcmp(s->people.list[p]->area, key) == 0;
		text_object(t, NULL);
		text_string(t, "area", key);
		text_int(t, "people", n);
		text_object_end(t);
	}
	text_array_end(t);
}

static void on_session(void *arg, enum err err, const struct state *s)
{
	struct request *r = arg;
	enum language languages[LANGUAGE_COUNT];
	struct directory_put e;
	struct text t = { 0 };

	if (err) {
		api_refuse(r, err, NULL);
		return;
	}
	e = entry_of(s, languages);
	text_object(&t, NULL);
	write_entry(&t, &e);
	text_int(&t, "now", clock_ms());
	text_int(&t, "people", (int64_t)s->people.seated);
	text_bool(&t, "needs_invitation", !s->session.open);
	write_topics(&t, s);
	write_counts(&t, s);
	text_object_end(&t);
	answer_json(r, 200, &t);
}

static void serve_session(struct request *r, const char *session)
{
	api_read(r, session, on_session);
}

static void on_calendar(void *arg, enum err err, const struct state *s)
{
	struct request *r = arg;
	const struct entry *listed =
		err ? NULL : directory_find(hub_directory(r->net->hub), s->session.id);
	enum language languages[LANGUAGE_COUNT];
	struct directory_put e;
	char base[300];
	struct text t = { 0 };

	if (err) {
		api_refuse(r, err, NULL);
		return;
	}
	e = entry_of(s, languages);
	api_base(r, base, sizeof(base));
	calendar_write(&t, &e, base, listed ? listed->event.at : s->at);
	answer_text(r,
		    (struct reply){ .status = 200,
				    .type = "text/calendar;charset=utf-8",
				    .more = "content-disposition: attachment; "
					    "filename=\"session.ics\"\r\n" },
		    &t);
}

static void serve_calendar(struct request *r, const char *session)
{
	api_read(r, session, on_calendar);
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
		serve_list(r);
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
	{ "", METHOD_GET, serve_session },
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
		only(r, METHOD_GET, id, serve_calendar);
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
