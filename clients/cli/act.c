/* What one person of a crowd does by the script. The same seed and roster do the same things in the
 * same order; when exactly, and to which lines, follows from what happens. */
#include <stdlib.h>
#include <string.h>

#include "clients/cli/crowd.h"
#include "clients/cli/dice.h"

#define BUSY_MAX 3 /* commands without an answer: people wait before they go on */

static const char *title_of(const json_t *list, const char *key, uint64_t id, const char *as)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one)
		if ((uint64_t)json_integer_value(json_object_get(one, key)) == id)
			return json_string_value(json_object_get(one, as));
	return NULL;
}

static const char *area_title(const struct member *m)
{
	const json_t *one;
	size_t i;

	json_array_foreach (m->areas, i, one) {
		const char *key = json_string_value(json_object_get(one, "key"));

		if (m->who->area && key && strcmp(key, m->who->area) == 0)
			return json_string_value(json_object_get(one, "en"));
	}
	return m->who->area;
}

static void say_filled(struct member *m, const char *text, uint64_t reply, const char *author)
{
	struct script_values values = {
		.name = m->who->name,
		.school = m->who->school,
		.job = m->who->job,
		.area = area_title(m),
		.room = title_of(m->rooms, "id", m->room, "title"),
		.topic = title_of(m->topics, "id", m->topic, "title"),
		.author = author,
		.n = m->said + 1,
	};
	struct text out = { 0 };

	if (!text)
		return;
	script_fill(text, &values, &out);
	member_say(m, out.s ? out.s : "...", reply, FOR_SCRIPT);
	text_free(&out);
}

static void do_reply(struct member *m, const struct act *act)
{
	size_t i = dice_below(&m->dice, m->n_recent);

	if (m->n_recent)
		say_filled(m, script_text(act, &m->dice), m->recent[i].id, m->recent[i].author);
}

static void do_react(struct member *m, const struct act *act)
{
	size_t i = dice_below(&m->dice, m->n_recent);
	enum reaction kind = act->kinds[dice_below(&m->dice, act->n_kinds)];

	if (m->n_recent)
		member_ask(m,
			   json_pack("{s:s, s:I, s:s, s:b}", "command", "chat.react", "line",
				     (json_int_t)m->recent[i].id, "kind", reaction_names[kind],
				     "on", 1),
			   FOR_SCRIPT, 0);
}

static void do_hand(struct member *m)
{
	m->hand = !m->hand;
	member_ask(m, json_pack("{s:s}", "command", m->hand ? "hands.raise" : "hands.lower"),
		   FOR_SCRIPT, 0);
}

static bool is_elsewhere(const struct member *m, const json_t *room)
{
	uint64_t id = (uint64_t)json_integer_value(json_object_get(room, "id"));

	return id != 0 && id != m->room && !json_is_true(json_object_get(room, "closed")) &&
	       !json_is_true(json_object_get(room, "locked"));
}

static void do_enter(struct member *m)
{
	size_t from = dice_below(&m->dice, json_array_size(m->rooms)),
	       n = json_array_size(m->rooms);

	for (size_t i = 0; i < n; i++) {
		const json_t *room = json_array_get(m->rooms, (from + i) % n);

		if (!is_elsewhere(m, room))
			continue;
		member_ask(m,
			   json_pack("{s:s, s:O}", "command", "rooms.enter", "room",
				     json_object_get(room, "id")),
			   FOR_SCRIPT, 0);
		return;
	}
}

static void do_one(struct member *m)
{
	const struct script *s = &m->crowd->script;
	enum act_kind kind = script_choose(s, &m->dice);

	switch (kind) {
	case ACT_SAY:
		say_filled(m, script_text(&s->acts[kind], &m->dice), 0, NULL);
		break;
	case ACT_REPLY:
		do_reply(m, &s->acts[kind]);
		break;
	case ACT_REACT:
		do_react(m, &s->acts[kind]);
		break;
	case ACT_HAND:
		do_hand(m);
		break;
	case ACT_ENTER:
		do_enter(m);
		break;
	case ACT_AFTER_TOPIC:
	case ACT_COUNT:
		break;
	}
}

static bool may_act(const struct member *m)
{
	return m->session && session_is_live(m->session) && !m->crowd->paused &&
	       m->crowd->phase == CROWD_ON && session_open_questions(m->session) < BUSY_MAX;
}

void act_begin(struct member *m)
{
	int64_t pace = m->crowd->script.pace_ms;

	if (!m->crowd->has_script || m->crowd->phase != CROWD_ON)
		return;
	net_at(m->crowd->net, &m->act,
	       net_now(m->crowd->net) + pace / 2 +
		       (int64_t)dice_below(&m->dice, (uint64_t)pace + 1));
}

void act_on_time(void *member)
{
	struct member *m = member;

	if (may_act(m))
		do_one(m);
	act_begin(m);
}

void act_topic(struct member *m)
{
	int64_t within = m->crowd->script.after_topic_ms;

	if (m->crowd->has_script && within && m->crowd->phase == CROWD_ON)
		net_at(m->crowd->net, &m->topic_due,
		       net_now(m->crowd->net) + (int64_t)dice_below(&m->dice, (uint64_t)within) +
			       1);
}

void act_on_topic(void *member)
{
	struct member *m = member;

	if (may_act(m))
		say_filled(m, script_text(&m->crowd->script.acts[ACT_AFTER_TOPIC], &m->dice), 0,
			   NULL);
}
