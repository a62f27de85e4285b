/* One person of a crowd: what they ask, and what their screen shows, entered into the books. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "clients/cli/crowd.h"
#include "server/base/mem.h"

#define PATIENCE_MS  60000
#define ENDURANCE_MS 300000

static uint64_t id_of(const json_t *json, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(json, key));
}

static const char *word(const json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

static bool is_event(const json_t *frame, enum event_type type)
{
	const char *name = word(frame, "event");

	return name && strcmp(name, event_specs[type].name) == 0;
}

/* --- what was asked -------------------------------------------------------------------------- */

void member_ask(struct member *m, json_t *message, enum asked_for why, uint64_t proof)
{
	struct asked *a;

	if (!m->session || !message) {
		json_decref(message);
		return;
	}
	a = x_calloc(1, sizeof(*a));
	a->why = why;
	a->proof = proof;
	a->room = id_of(message, "room");
	a->text = word(message, "command") && strcmp(word(message, "command"), "chat.say") == 0
			  ? x_strdup(word(message, "text"))
			  : NULL;
	if (a->text)
		ledger_said(m->crowd->ledger);
	a->n = session_ask(m->session, message);
	DL_APPEND(m->asked, a);
}

void member_say(struct member *m, const char *text, uint64_t reply, enum asked_for why)
{
	json_t *message = json_pack("{s:s, s:I, s:s}", "command", "chat.say", "room",
				    (json_int_t)m->room, "text", text);

	if (message && reply)
		json_object_set_new(message, "reply", json_integer((json_int_t)reply));
	m->said++;
	member_ask(m, message, why, 0);
}

bool member_is_busy(const struct member *m)
{
	return m->asked != NULL;
}

static void drop(struct member *m, struct asked *a)
{
	DL_DELETE(m->asked, a);
	free(a->text);
	free(a);
}

static struct asked *find(struct member *m, uint64_t n)
{
	struct asked *a;

	DL_FOREACH (m->asked, a)
		if (a->n == n)
			return a;
	return NULL;
}

static void on_taken(void *arg, uint64_t n, uint64_t seq, const json_t *frame)
{
	struct member *m = arg;
	struct asked *a = find(m, n);

	(void)frame;
	if (!a)
		return;
	if (a->text) {
		ledger_taken(m->crowd->ledger, m->index, n, seq, a->room);
		crowd_log(m->crowd,
			  json_pack("{s:I, s:I, s:I, s:I, s:s}", "person", (json_int_t)m->index + 1,
				    "n", (json_int_t)n, "seq", (json_int_t)seq, "room",
				    (json_int_t)a->room, "text", a->text));
	}
	if (a->why == FOR_ORDER) {
		printf("taken %zu %" PRIu64 "\n", m->index + 1, seq);
		fflush(stdout);
	}
	drop(m, a);
	crowd_check_end(m->crowd);
}

static void on_refused(void *arg, uint64_t n, const json_t *error)
{
	struct member *m = arg;
	struct asked *a = find(m, n);
	const char *name = word(error, "error");

	if (!a)
		return;
	for (int i = 1; name && i < ERR_COUNT; i++)
		m->crowd->refusals[i] += a->why != FOR_PROOF && strcmp(err_names[i], name) == 0;
	if (a->why == FOR_ORDER) {
		printf("refused %zu %s\n", m->index + 1, name ? name : "");
		fflush(stdout);
	}
	m->passed |= a->why == FOR_BARRIER;
	if (a->why == FOR_PROOF)
		m->crowd->proving = a->proof; /* it may not be read by its author now: go on */
	drop(m, a);
	crowd_check_end(m->crowd);
}

static void on_answer(void *arg, uint64_t n, const json_t *answer)
{
	struct member *m = arg;
	struct asked *a = find(m, n);
	const json_t *lines = json_object_get(answer, "lines");

	if (!a)
		return;
	if (a->why == FOR_PROOF) {
		const json_t *last = json_array_get(lines, json_array_size(lines) - 1);

		ledger_found(m->crowd->ledger, a->proof, id_of(last, "id") == a->proof);
		m->crowd->proving = a->proof;
	}
	if (a->why == FOR_ORDER) {
		printf("answer %zu ", m->index + 1);
		json_dumpf(answer, stdout, JSON_COMPACT);
		putchar('\n');
		fflush(stdout);
	}
	m->passed |= a->why == FOR_BARRIER;
	drop(m, a);
	crowd_check_end(m->crowd);
}

/* --- what the screen shows ------------------------------------------------------------------- */

static void remember(struct member *m, uint64_t id, const char *author)
{
	size_t last = m->n_recent < RECENT ? m->n_recent++ : RECENT - 1;

	if (last == RECENT - 1)
		memmove(&m->recent[0], &m->recent[1], last * sizeof(m->recent[0]));
	m->recent[last].id = id;
	snprintf(m->recent[last].author, sizeof(m->recent[last].author), "%s",
		 author ? author : "");
}

static void keep(json_t **at, const json_t *area, const char *name)
{
	json_decref(*at);
	*at = json_incref(json_object_get(area, name));
}

static void take_window(struct member *m, const json_t *frame, const json_t *talk)
{
	const json_t *lines = json_object_get(talk, "lines"), *line;
	size_t n = json_array_size(lines), i;
	uint64_t *ids = x_calloc(n + 1, sizeof(*ids));
	json_t *logged = json_array();

	m->n_recent = 0;
	json_array_foreach (lines, i, line) {
		ids[i] = id_of(line, "id");
		json_array_append(logged, json_object_get(line, "id"));
		if (word(line, "text"))
			remember(m, ids[i], word(line, "name"));
	}
	ledger_view(m->crowd->ledger, m->index, id_of(frame, "seq"), m->room, ids, n,
		    n < LIMIT_WINDOW);
	free(ids);
	crowd_log(m->crowd, json_pack("{s:I, s:I, s:I, s:o}", "person", (json_int_t)m->index + 1,
				      "view", (json_int_t)id_of(frame, "seq"), "room",
				      (json_int_t)m->room, "lines", logged));
}

static void on_view(void *arg, const json_t *frame)
{
	struct member *m = arg;
	const json_t *view = json_object_get(frame, "view");
	const json_t *you = json_object_get(json_object_get(view, "people"), "you");
	const json_t *agenda = json_object_get(view, "agenda");

	m->room = id_of(you, "room");
	m->hand = id_of(you, "hand") != 0;
	m->topic = id_of(agenda, "active");
	keep(&m->rooms, json_object_get(view, "rooms"), "list");
	keep(&m->areas, json_object_get(view, "session"), "areas");
	keep(&m->topics, agenda, "topics");
	take_window(m, frame,
		    json_array_get(json_object_get(json_object_get(view, "chat"), "talks"), 0));
}

static void take_line(struct member *m, const json_t *frame)
{
	uint64_t seq = id_of(frame, "seq"), room = id_of(frame, "room");

	ledger_line(m->crowd->ledger, m->index, seq, room, id_of(frame, "by"), id_of(frame, "n"),
		    word(frame, "text"));
	if (room == m->room)
		remember(m, seq, word(frame, "name"));
}

static void on_event(void *arg, const json_t *frame)
{
	struct member *m = arg;
	uint64_t seq = id_of(frame, "seq");

	if (is_event(frame, EVT_CHAT_SAID))
		take_line(m, frame);
	else
		ledger_event(m->crowd->ledger, m->index, seq);
	crowd_log(m->crowd, json_pack("{s:I, s:I, s:s}", "person", (json_int_t)m->index + 1, "saw",
				      (json_int_t)seq, "event", word(frame, "event")));
	if (is_event(frame, EVT_AGENDA_PUSHED)) {
		m->topic = id_of(frame, "topic");
		act_topic(m);
	} else if (is_event(frame, EVT_AGENDA_FINISHED)) {
		m->topic = 0;
	}
}

static void on_disorder(void *arg, uint64_t seq, uint64_t after)
{
	struct member *m = arg;

	ledger_disorder(m->crowd->ledger, m->index, seq);
	fprintf(stderr, "person %zu received %" PRIu64 " after %" PRIu64 "\n", m->index + 1, seq,
		after);
}

/* --- from the beginning to the end ----------------------------------------------------------- */

static void on_live(void *arg)
{
	struct member *m = arg;

	if (m->joined)
		return;
	m->joined = true;
	m->crowd->joined++;
	act_begin(m);
	crowd_joined(m->crowd);
}

void member_end(struct member *m, const char *why)
{
	struct asked *a;

	fprintf(stderr, "person %zu (%s) is out: %s (%s)\n", m->index + 1, m->who->name,
		says_end(why), why);
	session_close(m->session);
	m->session = NULL;
	m->over = true;
	m->crowd->over++;
	net_clear(m->crowd->net, &m->act);
	net_clear(m->crowd->net, &m->topic_due);
	while ((a = m->asked)) {
		if (a->why == FOR_PROOF)
			m->crowd->proving = a->proof;
		drop(m, a);
	}
	crowd_joined(m->crowd);
	crowd_check_end(m->crowd);
}

static void on_over(void *arg, enum session_end end, const char *why)
{
	(void)end;
	member_end(arg, why);
}

void member_connect(struct member *m)
{
	static const struct session_ops ops = {
		.view = on_view,
		.event = on_event,
		.taken = on_taken,
		.answer = on_answer,
		.refused = on_refused,
		.live = on_live,
		.over = on_over,
		.disorder = on_disorder,
	};
	struct session_options options = { .ticket = m->ticket,
					   .patience_ms = PATIENCE_MS,
					   .endurance_ms = ENDURANCE_MS,
					   .ops = &ops,
					   .arg = m };

	m->session = session_open(m->crowd->net, &m->crowd->place, &options);
}

void member_init(struct member *m, struct crowd *c, size_t index)
{
	const struct attendee *who = &c->roster.list[index];
	int64_t after = who->arrive_ms >= 0 ? who->arrive_ms : (int64_t)index * 1000 / c->rate;

	*m = (struct member){ .crowd = c, .index = index, .who = who };
	m->arrive = (struct timer){ .fire = member_arrive, .arg = m };
	m->act = (struct timer){ .fire = act_on_time, .arg = m };
	m->topic_due = (struct timer){ .fire = act_on_topic, .arg = m };
	m->dice = (uint64_t)c->seed * UINT64_C(0x9E3779B97F4A7C15) + index;
	net_at(c->net, &m->arrive, net_now(c->net) + after);
}

void member_fini(struct member *m)
{
	struct crowd *c = m->crowd;

	net_clear(c->net, &m->arrive);
	net_clear(c->net, &m->act);
	net_clear(c->net, &m->topic_due);
	session_close(m->session);
	while (m->asked)
		drop(m, m->asked);
	json_decref(m->rooms);
	json_decref(m->areas);
	json_decref(m->topics);
	free(m->ticket);
}
