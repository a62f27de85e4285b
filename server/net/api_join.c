/* POST /api/sessions/{id}/tickets: who one is, against a ticket that says so. */
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/base/skeleton.h"
#include "server/net/api.h"
#include "server/net/http.h"
#include "server/net/inside.h"

#define DEVICE_MIN 16 /* characters: it is a secret of the device */

struct join {
	char session[33], sub[RANDOM_NAME];
	struct command command; /* people.join */
	bool is_checked;        /* command is to be freed */
	bool invited;
	enum role role;
	int64_t expires; /* of the invitation */
};

static void end_join(void *work)
{
	struct join *j = work;

	if (j->is_checked)
		command_free(&j->command);
	free(j);
}

/* With an invitation one comes in its role, without one as an attendee. */
static enum err take_invitation(struct request *r, struct join *j, json_t *body)
{
	const char *text = json_string_value(json_object_get(body, "invitation"));
	struct ticket t;
	enum ticket_fault fault;

	j->role = ROLE_ATTENDEE;
	if (!json_object_get(body, "invitation"))
		return OK;
	fault = text ? ticket_read(r->net->keys, text, strlen(text), clock_ms(), &t) : TICKET_BAD;
	if (!text)
		return ERR_BAD_REQUEST;
	if (fault == TICKET_GOOD && t.kind == TICKET_INVITATION &&
	    strcmp(t.session, j->session) == 0) {
		j->invited = true;
		j->role = t.role;
		j->expires = t.expires;
	}
	ticket_free(&t);
	return j->invited ? OK : ERR_FORBIDDEN;
}

/* The same device is the same person in a session: its name for itself is a secret that it keeps.
 */
static enum err take_device(struct request *r, struct join *j, json_t *body)
{
	const char *device = json_string_value(json_object_get(body, "device"));

	random_name(j->sub);
	if (!json_object_get(body, "device"))
		return OK;
	if (!device || strlen(device) < DEVICE_MIN || !session_id_ok(device))
		return ERR_BAD_REQUEST;
	derived_name(r->net->keys, j->session, device, j->sub);
	return OK;
}

/* Fields that nobody knows are a mistake, here as everywhere. */
static const char *unknown_field(json_t *body)
{
	static const char known[] = " invitation device name school job area language ";
	char word[64];
	const char *key;
	json_t *value;

	json_object_foreach (body, key, value)
		if (strchr(key, ' ') ||
		    (size_t)snprintf(word, sizeof(word), " %s ", key) >= sizeof(word) ||
		    !strstr(known, word))
			return key;
	return NULL;
}

/* The field to blame goes into field. */
static enum err take_body(struct request *r, struct join *j, json_t *body, char field[33])
{
	const char *unknown = unknown_field(body);
	struct blame blame = { 0 };
	enum err err;

	if (unknown) {
		snprintf(field, 33, "%s", unknown);
		return ERR_BAD_REQUEST;
	}
	if ((err = take_invitation(r, j, body))) {
		snprintf(field, 33, "invitation");
		return err;
	}
	if ((err = take_device(r, j, body))) {
		snprintf(field, 33, "device");
		return err;
	}
	err = api_person(body, j->sub, j->role, &j->command, &blame);
	j->is_checked = err == OK;
	memcpy(field, blame.field, sizeof(blame.field));
	return err;
}

/* Words that say what somebody is here, which the server alone says. */
static const char *const titles[] = {
	"organizer", "organiser", "facilitator", "moderator", "host",   "admin",    "administrator",
	"staff",     "组织者",    "主持人",      "协调员",    "管理员", "工作人员",
};

static bool looks_like(const char *mine, const char *name)
{
	char *theirs = skeleton(name);
	bool same = mine[0] && strcmp(mine, theirs) == 0;

	free(theirs);
	return same;
}

/* Somebody may not come under what looks like the name of one of the staff. */
static bool poses(const struct state *s, const struct join *j)
{
	char *mine;
	bool same = false;

	if (role_is_staff(j->role))
		return false;
	mine = skeleton(j->command.people_join.name);
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]) && !same; i++)
		same = looks_like(mine, titles[i]);
	for (size_t i = 0; i < s->people.n && !same; i++) {
		const struct person *p = s->people.list[i];

		same = role_is_staff(p->role) && strcmp(p->sub, j->sub) != 0 &&
		       looks_like(mine, p->name);
	}
	free(mine);
	return same;
}

/* What the session has against it. */
static enum err judge(const struct state *s, const struct join *j, const char **field)
{
	const struct person *before = state_person_by_sub(s, j->sub);
	const char *area = j->command.people_join.area;
	bool known = !area;

	for (size_t i = 0; i < s->session.n_areas && !known; i++)
		known = strcmp(s->session.areas[i].key, area) == 0;
	*field = "invitation";
	if (!j->invited && !s->session.open)
		return ERR_FORBIDDEN;
	*field = NULL;
	if (before && before->removed)
		return ERR_REMOVED;
	*field = "area";
	if (!known)
		return ERR_BAD_REQUEST;
	*field = "name";
	if (poses(s, j))
		return ERR_CONFLICT;
	*field = NULL;
	if (s->people.seated >= LIMIT_PEOPLE)
		return ERR_FULL;
	return OK;
}

/* Newer than the one they came by, whatever the clocks of two instances say. */
static int64_t issued_now(const struct state *s, const struct join *j)
{
	const struct person *before = state_person_by_sub(s, j->sub);
	int64_t now = clock_ms();

	return before && now < before->issued + 1000 ? before->issued + 1000 : now;
}

static char *write_ticket(struct request *r, const struct join *j, int64_t issued, int64_t expires)
{
	const struct people_join *p = &j->command.people_join;
	struct ticket t = { .kind = TICKET_PERSON,
			    .role = j->role,
			    .session = j->session,
			    .expires = expires,
			    .issued = issued,
			    .sub = j->sub,
			    .name = p->name,
			    .school = p->school,
			    .job = p->job,
			    .area = p->area,
			    .language = p->language };

	return ticket_write(r->net->keys, &t);
}

static void give(struct request *r, const struct join *j, const struct state *s)
{
	int64_t expires = j->invited ? j->expires : api_expiry(s->session.end);
	char *ticket = write_ticket(r, j, issued_now(s, j), expires), from[ADDRESS_SHOWN];
	struct text t = { 0 };

	if (!ticket) {
		api_refuse(r, ERR_TOO_LARGE, NULL);
		return;
	}
	r->net->figures.tickets++;
	log_info("ticket.given", "session=%s role=%s invited=%d from=%s", j->session,
		 role_names[j->role], j->invited, request_from(r, from));
	text_object(&t, NULL);
	text_string(&t, "ticket", ticket);
	text_string(&t, "role", role_names[j->role]);
	text_int(&t, "expires", expires);
	text_object_end(&t);
	free(ticket);
	answer_json(r, 201, &t);
}

static void on_state(void *arg, enum err err, const struct state *s)
{
	struct request *r = arg;
	const struct join *j = r->work;
	const char *field = NULL;

	if (!err)
		err = judge(s, j, &field);
	if (err)
		api_refuse(r, err, field);
	else
		give(r, j, s);
}

void api_join(struct request *r, const char *session)
{
	int64_t wait = address_ask(r->from, r->forwarded, (int64_t)r->net->conns.now);
	char field[33] = "", from[ADDRESS_SHOWN];
	struct join *j;
	json_t *body;
	enum err err;

	if (wait) {
		r->net->figures.tickets_slowed++;
		log_info("ticket.slowed", "from=%s", request_from(r, from));
		answer_error(r, 429, ERR_SLOW_DOWN, NULL, wait);
		return;
	}
	if (!(body = api_body(r)))
		return;
	r->work = j = x_calloc(1, sizeof(*j));
	r->end_work = end_join;
	snprintf(j->session, sizeof(j->session), "%s", session);
	err = take_body(r, j, body, field);
	json_decref(body);
	if (err) {
		api_refuse(r, err, field[0] ? field : NULL);
		return;
	}
	api_read(r, session, on_state);
}
