#include "server/demo.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/net/conn.h"
#include "server/net/ticket.h"

#define HOUR_MS     INT64_C(3600000)
#define GOOD_FOR_MS (30 * 24 * HOUR_MS)
#define PATIENCE_MS 10000 /* until the session has to be there */
#define ATTENDEES   3     /* the place of their link */

/* Who comes by which link. */
static const struct {
	const char *who;
	enum role role;
	const char *name, *school, *job, *area;
} people[] = {
	{ "organizer", ROLE_ORGANIZER, "Mei Chen", "Harbour Bay School", "Director of Operations",
	  NULL },
	{ "facilitator", ROLE_FACILITATOR, "Daniel Okafor", "Riverside Academy",
	  "Head of Human Resources", "hr" },
	{ "moderator", ROLE_MODERATOR, "Sofia Rossi", "Hillside College", "Registrar",
	  "admissions" },
	{ "attendees", ROLE_ATTENDEE, NULL, NULL, NULL, NULL },
};
#define N_PEOPLE (sizeof(people) / sizeof(people[0]))

static const char plan[] =
	"{\"command\":\"session.open\",\"title\":\"Job-alike hour: running a school behind the "
	"scenes\","
	"\"hashtag\":\"jobalike\",\"format\":\"combined\",\"languages\":[\"en\",\"zh\"],\"areas\":["
	"{\"key\":\"hr\",\"en\":\"Human Resources\",\"zh\":\"人力资源\"},"
	"{\"key\":\"finance\",\"en\":\"Finance\",\"zh\":\"财务\"},"
	"{\"key\":\"facilities\",\"en\":\"Facilities\",\"zh\":\"设施与后勤\"},"
	"{\"key\":\"admissions\",\"en\":\"Admissions and Marketing\",\"zh\":\"招生与市场\"},"
	"{\"key\":\"academics\",\"en\":\"Academics\",\"zh\":\"教学\"}],"
	"\"open\":true,\"rooms_by\":\"attendees\"}";

static const struct {
	const char *title, *prompt;
	int minutes;
} topics[] = {
	{ "What takes most of your week right now?",
	  "Name, school, and one thing. Listen for what others have too.", 10 },
	{ "What have you changed since last year, and would you do it again?",
	  "Figures help: hours saved, money, people.", 15 },
	{ "Which of your tools or templates could others use?",
	  "Say what it is, what it costs and whom to ask for it.", 15 },
	{ "What do we take back to our schools?",
	  "One thing each, and one question that stays open.", 10 },
};
#define N_TOPICS (sizeof(topics) / sizeof(topics[0]))

enum step {
	STEP_BEGIN,
	STEP_PLANNING,
	STEP_JOIN,
	STEP_JOINING,
	STEP_TOPICS,
	STEP_READY,
	STEP_OVER
};

struct demo {
	struct peer peer; /* the first member: the organizer, while the agenda is made */
	struct hub *hub;
	const struct keys *keys;
	char *path;
	demo_ready_fn ready;
	void *arg;
	enum step step;
	int64_t until; /* when patience ends */
	char session[RANDOM_NAME];
	char *tokens[N_PEOPLE];
	size_t n_topics; /* asked for */
	bool answered;   /* the last one was */
};

/* --- links --------------------------------------------------------------------------------------
 */

static char *make_token(struct demo *d, size_t i, int64_t now)
{
	char sub[RANDOM_NAME];
	struct ticket t = { .kind = i == ATTENDEES ? TICKET_INVITATION : TICKET_PERSON,
			    .role = people[i].role,
			    .session = d->session,
			    .expires = now + GOOD_FOR_MS,
			    .issued = now,
			    .sub = sub,
			    .name = people[i].name,
			    .school = people[i].school,
			    .job = people[i].job,
			    .area = people[i].area,
			    .language = LANGUAGE_EN };

	random_name(sub);
	return ticket_write(d->keys, &t);
}

/* Still good for a while, and for this session? */
static bool good_token(const struct demo *d, size_t i, const char *text, int64_t now)
{
	struct ticket t;
	bool good = text &&
		    ticket_read(d->keys, text, strlen(text), now + 24 * HOUR_MS, &t) == TICKET_GOOD;

	good = good && strcmp(t.session, d->session) == 0 && t.role == people[i].role;
	if (text)
		ticket_free(&t);
	return good;
}

static void keep(const struct demo *d)
{
	json_t *j = json_object();
	char draft[4096];

	json_object_set_new(j, "session", json_string(d->session));
	for (size_t i = 0; i < N_PEOPLE; i++)
		json_object_set_new(j, people[i].who, json_string(d->tokens[i]));
	snprintf(draft, sizeof(draft), "%s.new", d->path);
	if (json_dump_file(j, draft, JSON_INDENT(2)) != 0 || rename(draft, d->path) != 0)
		log_warn("demo.keep", "path=%s", d->path);
	json_decref(j);
}

static void take_tokens(struct demo *d, const json_t *kept, int64_t now)
{
	bool changed = false;

	for (size_t i = 0; i < N_PEOPLE; i++) {
		const char *text = json_string_value(json_object_get(kept, people[i].who));
		bool good = good_token(d, i, text, now);

		free(d->tokens[i]);
		d->tokens[i] = good ? x_strdup(text) : make_token(d, i, now);
		changed = changed || !good;
	}
	if (changed)
		keep(d);
}

/* --- the session --------------------------------------------------------------------------------
 */

static void give_up(struct demo *d, const char *what)
{
	log_warn("demo.failed", "step=%s", what);
	d->step = STEP_OVER;
	d->ready(d->arg, NULL, 0);
}

static void on_planned(void *arg, enum err err)
{
	struct demo *d = arg;

	if (d->step != STEP_PLANNING || err == ERR_UNKNOWN) /* it is looked for in the list */
		return;
	if (err)
		give_up(d, err_names[err]);
	else
		d->step = STEP_JOIN;
}

static void make_session(struct demo *d, int64_t now)
{
	json_t *command = json_loads(plan, JSON_REJECT_DUPLICATES, NULL);

	random_name(d->session);
	json_object_set_new(command, "session", json_string(d->session));
	json_object_set_new(command, "start", json_integer(now));
	json_object_set_new(command, "end", json_integer(now + HOUR_MS));
	d->step = STEP_PLANNING;
	hub_plan(d->hub, command, on_planned, d);
}

static void begin(struct demo *d, int64_t now)
{
	json_t *kept = json_load_file(d->path, JSON_REJECT_DUPLICATES, NULL);
	const char *session = json_string_value(json_object_get(kept, "session"));
	const struct entry *e = session ? directory_find(hub_directory(d->hub), session) : NULL;

	d->until = now + PATIENCE_MS;
	if (e && strlen(session) < sizeof(d->session) &&
	    e->event.directory_put.phase != PHASE_CLOSED) {
		strcpy(d->session, session); /* NOLINT: it was measured */
		take_tokens(d, kept, now);
		d->step = STEP_READY;
	} else {
		make_session(d, now);
	}
	json_decref(kept);
}

/* --- the organizer prepares the agenda ----------------------------------------------------------
 */

static bool on_message(struct peer *p, struct msg *m, enum peer_load load)
{
	struct demo *d = (struct demo *)p;

	(void)load;
	if (strncmp(m->text, "{\"view\"", 7) == 0 && d->step == STEP_JOINING)
		d->step = STEP_TOPICS;
	else if (strncmp(m->text, "{\"event\":\"agenda.added\"", 23) == 0 ||
		 strncmp(m->text, "{\"error\"", 8) == 0)
		d->answered = true;
	return true;
}

static void on_bye(struct peer *p, enum bye why, int64_t retry_ms)
{
	struct demo *d = (struct demo *)p;

	(void)why;
	(void)retry_ms;
	d->until = 0;
}

static void join(struct demo *d, int64_t now)
{
	static const struct peer_ops ops = { .send = on_message, .bye = on_bye };
	struct hello hello = { 0 };
	struct ticket t;
	struct guest g;

	take_tokens(d, NULL, now);
	if (ticket_read(d->keys, d->tokens[0], strlen(d->tokens[0]), now, &t) != TICKET_GOOD)
		abort(); /* we have just made it */
	g = conn_guest(&t);
	d->peer.ops = &ops;
	d->step = STEP_JOINING;
	d->answered = true;
	hub_hello(d->hub, &d->peer, &g, &hello);
	ticket_free(&t);
}

static void leave(struct demo *d)
{
	if (d->step == STEP_JOINING || d->step == STEP_TOPICS)
		hub_gone(d->hub, &d->peer);
}

/* One after the other, so that they stand in this order. */
static void add_topic(struct demo *d)
{
	json_t *command;
	char *text;

	if (!d->answered)
		return;
	if (d->n_topics == N_TOPICS) {
		leave(d);
		d->step = STEP_READY;
		return;
	}
	d->answered = false;
	command =
		json_pack("{s:s, s:s, s:s, s:i, s:I}", "command", "agenda.add", "title",
			  topics[d->n_topics].title, "prompt", topics[d->n_topics].prompt,
			  "minutes", topics[d->n_topics].minutes, "n", (json_int_t)d->n_topics + 1);
	d->n_topics++;
	text = json_dumps(command, JSON_COMPACT);
	json_decref(command);
	hub_message(d->hub, &d->peer, text, strlen(text));
	free(text);
}

static void tell(struct demo *d)
{
	struct demo_link links[N_PEOPLE];

	for (size_t i = 0; i < N_PEOPLE; i++)
		links[i] = (struct demo_link){ people[i].who, d->session, d->tokens[i] };
	d->step = STEP_OVER;
	d->ready(d->arg, links, N_PEOPLE);
}

void demo_turn(struct demo *d, int64_t now)
{
	if (d->step == STEP_OVER)
		return;
	if (d->step == STEP_BEGIN && hub_ready(d->hub))
		begin(d, now);
	if (d->step == STEP_PLANNING && directory_find(hub_directory(d->hub), d->session))
		d->step = STEP_JOIN;
	if (d->step == STEP_JOIN)
		join(d, now);
	if (d->step == STEP_TOPICS)
		add_topic(d);
	if (d->step == STEP_READY) {
		tell(d);
	} else if (d->step != STEP_BEGIN && d->step != STEP_OVER && now > d->until) {
		leave(d);
		give_up(d, "patience");
	}
}

struct demo *demo_new(struct hub *hub, const struct keys *keys, const char *dir,
		      demo_ready_fn ready, void *arg)
{
	struct demo *d = x_calloc(1, sizeof(*d));

	d->hub = hub;
	d->keys = keys;
	d->ready = ready;
	d->arg = arg;
	if (asprintf(&d->path, "%s/demo.json", dir) < 0)
		abort();
	return d;
}

void demo_stop(struct demo *d)
{
	if (!d)
		return;
	leave(d);
	d->step = STEP_OVER;
}

void demo_free(struct demo *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < N_PEOPLE; i++)
		free(d->tokens[i]);
	free(d->path);
	free(d);
}
