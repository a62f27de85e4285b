/* What was said, and what one said oneself, to take away. */
#include "server/core/export.h"

#include <stdlib.h>

#include "server/base/mem.h"
#include "server/net/api.h"
#include "server/net/http.h"
#include "server/net/inside.h"

enum export_kind { EXPORT_JSON, EXPORT_MARKDOWN, EXPORT_MINE };

struct export
{
	struct ticket ticket;
	enum export_kind kind;
	struct text mine;
	char session[33];
};

static void end_export(void *work)
{
	struct export *e = work;

	ticket_free(&e->ticket);
	text_free(&e->mine);
	free(e);
}

/* A file, named after the session. */
static void answer_file(struct request *r, const char *type, const char *name, const char *session,
			struct text *t)
{
	char more[128];

	snprintf(more, sizeof(more),
		 "content-disposition: attachment; filename=\"jobalike-%s%s\"\r\n", session, name);
	answer_text(r, (struct reply){ .status = 200, .type = type, .more = more }, t);
}

static void on_mine(void *arg, enum err err, const struct text *events, int64_t us)
{
	struct request *r = arg;
	struct export *e = r->work;
	struct address *pays = r->pays;
	struct net *n = r->net;

	if (!err && http_is_full(r))
		err = ERR_UNAVAILABLE;
	if (err) {
		api_refuse(r, err, NULL);
	} else {
		text_add(&e->mine, events->s ? events->s : "", events->len);
		text_array_end(&e->mine);
		text_object_end(&e->mine);
		answer_file(r, "application/json", "-mine.json", e->session, &e->mine);
	}
	http_took(pays, n, http_work_us() - us);
}

static void on_export(void *arg, enum err err, const struct state *s)
{
	struct request *r = arg;
	struct export *e = r->work;
	const struct person *who = api_holder(s, &e->ticket, &err);
	struct text t = { 0 };

	if (err || !who || !export_is_for(s, who)) {
		api_refuse(r, err ? err : who && who->removed ? ERR_REMOVED : ERR_FORBIDDEN, NULL);
		return;
	}
	if (http_is_full(r)) {
		api_refuse(r, ERR_UNAVAILABLE, NULL);
		return;
	}
	if (e->kind == EXPORT_MINE) {
		export_mine(s, who, &e->mine);
		snprintf(e->session, sizeof(e->session), "%s", s->session.id);
		hub_mine(r->net->hub, s, who, on_mine, r);
		return;
	}
	if (e->kind == EXPORT_JSON)
		export_json(s, who, &t);
	else
		export_markdown(s, who, &t);
	hub_spent(r->net->hub, t.len);
	if (e->kind == EXPORT_JSON)
		answer_file(r, "application/json", ".json", s->session.id, &t);
	else
		answer_file(r, "text/markdown;charset=utf-8", ".md", s->session.id, &t);
}

static void serve_export(struct request *r, const char *session, enum export_kind kind)
{
	struct ticket t;
	struct export *e;

	if (!api_ticket(r, session, &t))
		return;
	e = x_malloc(sizeof(*e));
	*e = (struct export){ .ticket = t, .kind = kind };
	r->work = e;
	r->end_work = end_export;
	api_read(r, session, on_export);
}

void api_export_json(struct request *r, const char *session)
{
	serve_export(r, session, EXPORT_JSON);
}

void api_export_markdown(struct request *r, const char *session)
{
	serve_export(r, session, EXPORT_MARKDOWN);
}

void api_export_mine(struct request *r, const char *session)
{
	serve_export(r, session, EXPORT_MINE);
}
