/* POST /api/sessions: a session is planned by whoever has the installation key. */
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/net/api.h"
#include "server/net/code.h"
#include "server/net/http.h"
#include "server/net/inside.h"

/* Who gets a ticket of their own, by default under these names. */
static const struct {
	enum role role;
	const char *name;
} staff[] = {
	{ ROLE_ORGANIZER, "Organizer" },
	{ ROLE_FACILITATOR, "Facilitator" },
	{ ROLE_MODERATOR, "Moderator" },
};
#define N_STAFF (sizeof(staff) / sizeof(staff[0]))

struct plan {
	char session[RANDOM_NAME], code[CODE_SIZE], base[300];
	int64_t expires;
	struct command people[N_STAFF]; /* people.join */
	size_t n_checked;
	char subs[N_STAFF][RANDOM_NAME];
};

static void end_plan(void *work)
{
	struct plan *p = work;

	for (size_t i = 0; i < p->n_checked; i++)
		command_free(&p->people[i]);
	free(p);
}

static enum err blame_it(char field[33], const char *name)
{
	snprintf(field, 33, "%s", name);
	return ERR_BAD_REQUEST;
}

/* The names of the staff, given or by default. */
static enum err take_staff(struct plan *p, json_t *given, char field[33])
{
	size_t n_known = 0;

	if (given && !json_is_object(given))
		return blame_it(field, "staff");
	for (size_t i = 0; i < N_STAFF; i++) {
		json_t *one = json_object_get(given, role_names[staff[i].role]), *texts;
		struct blame blame = { 0 };
		enum err err;

		n_known += one != NULL;
		texts = json_pack("{s:s, s:s, s:s}", "name", staff[i].name, "school", "-",
				  "language", "en");
		if (one && (!json_is_object(one) || json_object_update(texts, one) != 0)) {
			json_decref(texts);
			return blame_it(field, "staff");
		}
		random_name(p->subs[i]);
		err = api_person(texts, p->subs[i], staff[i].role, &p->people[i], &blame);
		json_decref(texts);
		if (err) {
			memcpy(field, blame.field, sizeof(blame.field));
			return err;
		}
		p->n_checked++;
	}
	if (json_object_size(given) != n_known)
		return blame_it(field, "staff");
	return OK;
}

/* Makes the command from the body, which is changed; checks it. */
static enum err take_command(struct plan *p, json_t *body, char field[33])
{
	struct command c;
	struct blame blame = { 0 };
	enum err err;

	for (size_t i = 0; i < 3; i++) {
		static const char *const ours[] = { "command", "session", "n" };

		if (json_object_get(body, ours[i]))
			return blame_it(field, ours[i]);
	}
	json_object_set_new(body, "command", json_string("session.open"));
	json_object_set_new(body, "session", json_string(p->session));
	err = codec_command(json_incref(body), &c, &blame);
	memcpy(field, blame.field, sizeof(blame.field));
	if (err)
		return err;
	p->expires = api_expiry(c.session_open.end);
	if (c.session_open.end <= c.session_open.start) {
		err = blame_it(field, "end");
	}
	command_free(&c);
	return err;
}

static void write_link(struct text *t, const struct plan *p, const char *name, char *token)
{
	struct text link = { 0 };

	text_printf(&link, "%s/s/%s#ticket=%s", p->base, p->session, token ? token : "");
	text_string(t, name, link.s);
	text_free(&link);
	free(token);
}

static void write_links(struct text *t, const struct plan *p, const struct keys *keys)
{
	struct ticket invitation = { .kind = TICKET_INVITATION,
				     .role = ROLE_ATTENDEE,
				     .session = p->session,
				     .expires = p->expires };

	text_object(t, "links");
	for (size_t i = 0; i < N_STAFF; i++) {
		const struct people_join *who = &p->people[i].people_join;
		struct ticket ticket = { .kind = TICKET_PERSON,
					 .role = staff[i].role,
					 .session = p->session,
					 .expires = p->expires,
					 .issued = clock_ms(),
					 .sub = p->subs[i],
					 .name = who->name,
					 .school = who->school,
					 .job = who->job,
					 .area = who->area,
					 .language = who->language };

		write_link(t, p, role_names[staff[i].role], ticket_write(keys, &ticket));
	}
	write_link(t, p, "attendee", ticket_write(keys, &invitation));
	text_object_end(t);
}

static void on_planned(void *arg, enum err err)
{
	struct request *r = arg;
	const struct plan *p = r->work;
	char from[ADDRESS_SHOWN];
	struct text t = { 0 };

	if (err) {
		api_refuse(r, err, NULL);
		return;
	}
	log_info("session.planned", "session=%s from=%s", p->session, request_from(r, from));
	text_object(&t, NULL);
	text_string(&t, "session", p->session);
	text_string(&t, "code", p->code);
	write_links(&t, p, r->net->keys);
	text_object_end(&t);
	answer_json(r, 201, &t);
}

/* Nobody can guess it, and its join code is no other's. */
static void name_it(struct request *r, struct plan *p)
{
	do {
		random_name(p->session);
		code_of(r->net->keys, p->session, p->code);
	} while (code_find(&r->net->codes, r->net->keys, hub_directory(r->net->hub), p->code,
			   clock_ms()));
}

bool api_has_key(struct request *r)
{
	char from[ADDRESS_SHOWN];

	if (keys_is_installation(r->net->keys, r->bearer))
		return true;
	log_warn("key.refused", "from=%s", request_from(r, from));
	api_refuse(r, ERR_UNAUTHORIZED, NULL);
	return false;
}

void api_plan(struct request *r)
{
	char field[33] = "";
	struct plan *p;
	json_t *body, *names;
	enum err err;

	if (!api_has_key(r) || !(body = api_body(r)))
		return;
	r->work = p = x_calloc(1, sizeof(*p));
	r->end_work = end_plan;
	name_it(r, p);
	api_base(r, p->base, sizeof(p->base));
	names = json_incref(json_object_get(body, "staff"));
	json_object_del(body, "staff");
	err = take_command(p, body, field);
	if (!err)
		err = take_staff(p, names, field);
	json_decref(names);
	if (err) {
		json_decref(body);
		api_refuse(r, err, field[0] ? field : NULL);
		return;
	}
	r->busy = true;
	hub_plan(r->net->hub, body, on_planned, r);
}
