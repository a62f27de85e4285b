/* POST /api/codes: a join code against an invitation. GET /api/sessions/{id}/code: for staff, to
 * show it. */
#include <stdlib.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/net/api.h"
#include "server/net/code.h"
#include "server/net/http.h"
#include "server/net/inside.h"

/* A wrong one, one that is over, and words that are none are told alike. */
static const struct directory_put *find(struct request *r, const json_t *body)
{
	const char *text = json_string_value(json_object_get(body, "code"));
	char code[CODE_SIZE] = "";

	if (!text || !code_read(text, code))
		return NULL;
	return code_find(&r->net->codes, r->net->keys, hub_directory(r->net->hub), code,
			 clock_ms());
}

/* 0, or after how many ms one more may be tried. */
static int64_t must_wait(struct request *r, int64_t now)
{
	int64_t mine = guess_ask(address_guesses(r->from, r->forwarded), GUESS_MINUTE, now);
	int64_t all = guess_ask(&r->net->guesses, GUESS_ALL_MINUTES, now);

	return mine > all ? mine : all;
}

static void give(struct request *r, const struct directory_put *session)
{
	struct ticket invitation = { .kind = TICKET_INVITATION,
				     .role = ROLE_ATTENDEE,
				     .session = session->session,
				     .expires = api_expiry(session->end) };
	char *token = ticket_write(r->net->keys, &invitation);
	struct text t = { 0 };

	text_object(&t, NULL);
	text_string(&t, "session", session->session);
	text_string(&t, "invitation", token);
	text_object_end(&t);
	free(token);
	answer_json(r, 200, &t);
}

void api_exchange_code(struct request *r)
{
	int64_t now = (int64_t)r->net->conns.now, wait = must_wait(r, now);
	const struct directory_put *session;
	char from[ADDRESS_SHOWN];
	json_t *body;

	if (wait) {
		r->net->figures.codes_slowed++;
		log_info("code.slowed", "from=%s", request_from(r, from));
		answer_error(r, 429, ERR_SLOW_DOWN, NULL, wait);
		return;
	}
	if (!(body = api_body(r)))
		return;
	if (json_object_size(body) != 1 || !json_is_string(json_object_get(body, "code"))) {
		json_decref(body);
		api_refuse(r, ERR_BAD_REQUEST, "code");
		return;
	}
	session = find(r, body);
	json_decref(body);
	if (session) {
		give(r, session);
		return;
	}
	r->net->figures.codes_wrong++;
	log_info("code.refused", "from=%s", request_from(r, from));
	guess_wrong(address_guesses(r->from, r->forwarded), GUESS_MOST, now);
	guess_wrong(&r->net->guesses, 0, now);
	api_refuse(r, ERR_NOT_FOUND, "code");
}

static void end_ask(void *work)
{
	ticket_free(work);
	free(work);
}

/* By what the person is now, not by what the ticket said. */
static void on_state(void *arg, enum err err, const struct state *s)
{
	struct request *r = arg;
	const struct ticket *ticket = r->work;
	const struct person *who = api_holder(s, ticket, &err);
	char code[CODE_SIZE];
	struct text t = { 0 };

	if (err || !who || who->removed || !role_is_staff(who->role)) {
		api_refuse(r, err ? err : ERR_FORBIDDEN, NULL);
		return;
	}
	if (s->session.phase == PHASE_CLOSED || clock_ms() >= s->session.end + CODE_AFTER_MS) {
		api_refuse(r, ERR_CLOSED, NULL);
		return;
	}
	code_of(r->net->keys, s->session.id, code);
	text_object(&t, NULL);
	text_string(&t, "code", code);
	text_object_end(&t);
	answer_json(r, 200, &t);
}

void api_show_code(struct request *r, const char *session)
{
	struct ticket *t = x_calloc(1, sizeof(*t));

	r->work = t;
	r->end_work = end_ask;
	if (api_ticket(r, session, t))
		api_read(r, session, on_state);
}
