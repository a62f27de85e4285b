/* How one person of a crowd comes by a ticket: with the keys of the installation it is made here,
 * otherwise the server is asked for it, by a few at once. */
#include <stdlib.h>
#include <time.h>

#include "clients/cli/crowd.h"
#include "clients/cli/dice.h"
#include "server/base/mem.h"

#define ASKING_MAX   8 /* requests for a ticket at once */
#define TICKET_HOURS INT64_C(168)

static const char *word(const json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

static void again(struct member *m, int64_t wait)
{
	net_at(m->crowd->net, &m->arrive,
	       net_now(m->crowd->net) + wait + (int64_t)dice_below(&m->dice, 200));
}

static void on_ticket(void *arg, unsigned code, const char *body, size_t len)
{
	struct member *m = arg;
	json_t *answer = json_loadb(body, len, 0, NULL);
	const char *error = word(answer, "error");
	int64_t wait = json_integer_value(json_object_get(answer, "retry_ms"));

	m->crowd->asking--;
	if (code == 201 && word(answer, "ticket")) {
		m->ticket = x_strdup(word(answer, "ticket"));
		member_connect(m);
	} else if (code == 429 || code == 503 || code == 0) {
		again(m, wait ? wait : 1000);
	} else {
		member_end(m, error ? error : "no ticket");
	}
	json_decref(answer);
}

static void ask_ticket(struct member *m)
{
	struct crowd *c = m->crowd;
	struct visitor v = { .name = m->who->name,
			     .school = m->who->school,
			     .job = m->who->job,
			     .area = m->who->area,
			     .language = (int)m->who->language };
	json_t *form = enter_form(&c->place, &v);
	char *body = form ? json_dumps(form, JSON_COMPACT) : NULL;
	struct text path = { 0 };

	json_decref(form);
	if (!body) {
		member_end(m, "not UTF-8");
		return;
	}
	c->asking++;
	enter_path(&c->place, "/tickets", &path);
	net_ask(c->net, &c->place,
		&(struct request){ .method = "POST", .path = path.s, .body = body }, on_ticket, m);
	text_free(&path);
	free(body);
}

static void sign_ticket(struct member *m)
{
	struct ticket t = { .kind = TICKET_PERSON,
			    .role = m->who->role ? m->who->role : ROLE_ATTENDEE,
			    .session = m->crowd->place.session,
			    .expires = (int64_t)time(NULL) * 1000 + TICKET_HOURS * 3600000,
			    .name = m->who->name,
			    .school = m->who->school,
			    .job = m->who->job,
			    .area = m->who->area,
			    .language = m->who->language };

	m->ticket = sign_token(&m->crowd->keys, &t);
	if (m->ticket)
		member_connect(m);
	else
		member_end(m, "no ticket");
}

void member_arrive(void *member)
{
	struct member *m = member;

	if (m->crowd->phase != CROWD_ON)
		return;
	if (m->crowd->has_keys)
		sign_ticket(m);
	else if (m->crowd->asking >= ASKING_MAX)
		again(m, 100);
	else
		ask_ticket(m);
}
