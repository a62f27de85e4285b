/* What people ask, at random: commands, most often of somebody who may ask them and with a chance
 * to be granted, queries, and events that nobody decided. */
#include <stdlib.h>
#include <string.h>

#include "tests/law/field.h"

/* A command of that type with random fields; optional ones half of the time. */
static void fill(const struct state *s, uint64_t *seed, unsigned type, struct asked *out)
{
	const struct command_spec *spec = &command_specs[type];
	struct text t = { 0 };
	struct blame blame;

	text_object(&t, NULL);
	text_string(&t, "command", spec->name);
	if (out->by)
		text_id(&t, "n", 1 + chance(seed) % 9000000000000000u);
	for (size_t i = 0; i < spec->fields->n; i++)
		if (!spec->fields->fields[i].optional || percent(seed, 50))
			put_field(s, seed, &spec->fields->fields[i], &t);
	text_object_end(&t);
	if (codec_command(json_loads(t.s, 0, NULL), &out->command, &blame)) {
		fprintf(stderr, "no command: %s (%s)\n", t.s, blame.field);
		abort();
	}
	text_free(&t);
}

static void fill_join(uint64_t *seed, struct asked *out)
{
	static const char *const roles[] = { "organizer", "facilitator", "moderator", "observer" };
	static const char *const areas[] = { "hr", "finance", "it" };
	unsigned who = below(seed, SUBS);
	struct text t = { 0 };
	struct blame blame;

	out->by = 0;
	text_object(&t, NULL);
	text_string(&t, "command", "people.join");
	text_printf(&t, ",\"sub\":\"sub%u\",\"name\":\"Name %u\",\"school\":\"学校 %u\"", who, who,
		    who % 4);
	if (who % 3)
		text_string(&t, "job", "Director");
	if (who % 5)
		text_string(&t, "area", areas[who % 3]);
	text_string(&t, "language", who % 2 ? "en" : "zh");
	text_string(&t, "role", who < 4 ? roles[who] : "attendee");
	if (percent(seed, 50))
		text_id(&t, "issued", below(seed, 4));
	text_object_end(&t);
	if (codec_command(json_loads(t.s, 0, NULL), &out->command, &blame))
		abort();
	text_free(&t);
}

bool ask_due(const struct state *s, int64_t now, struct asked *out)
{
	const char *command;
	int64_t at = state_due(s, &command);
	struct blame blame;

	if (!at || at > now)
		return false;
	out->by = 0;
	return codec_command(json_loads(command, 0, NULL), &out->command, &blame) == OK;
}

/* How often each is asked, of thirty. */
static unsigned weight_of(unsigned type)
{
	switch (type) {
	case CMD_CHAT_SAY:
		return 30;
	case CMD_CHAT_REACT:
	case CMD_PEOPLE_JOIN:
		return 12;
	case CMD_SESSION_CLOSE:
		return 15; /* late */
	case CMD_SESSION_OPEN:
	case CMD_PEOPLE_LEAVE:
	case CMD_PEOPLE_EXPIRE:
	case CMD_ROOMS_RECALL:
		return 1;
	default:
		return 4;
	}
}

static unsigned random_type(uint64_t *seed, bool only_commuting, bool early)
{
	for (;;) {
		unsigned type = 1 + below(seed, CMD_COUNT - 1);

		if (below(seed, 30) >= weight_of(type))
			continue;
		if (only_commuting && !command_specs[type].commutes)
			continue;
		if (early && type == CMD_SESSION_CLOSE)
			continue;
		if (early && type == CMD_PEOPLE_REMOVE && !percent(seed, 25))
			continue;
		return type;
	}
}

/* Somebody of a role that may ask this, most often; then the message has a chance to be granted. */
static uint64_t random_actor(const struct state *s, uint64_t *seed, unsigned type)
{
	unsigned roles = command_specs[type].roles;

	for (int tries = 0; roles && tries < 20 && s->people.n && !percent(seed, 3); tries++) {
		const struct person *p = s->people.list[below(seed, s->people.n)];

		if ((roles & (1u << p->role)) && (p->seated || percent(seed, 3)))
			return p->id;
	}
	return roles ? random_person(s, seed) : 0;
}

void ask_open(uint64_t *seed, struct asked *out)
{
	struct blame blame;
	json_t *json =
		json_pack("{s:s, s:s, s:s, s:s, s:[s,s], s:[{s:s,s:s},{s:s,s:s,s:s},{s:s,s:s}], "
			  "s:I, s:I, s:b, s:s}",
			  "command", "session.open", "session", "law", "title", "Law", "format",
			  "combined", "languages", "en", "zh", "areas", "key", "hr", "en", "HR",
			  "key", "finance", "en", "Finance", "zh", "财务", "key", "it", "en", "IT",
			  "start", (json_int_t)STEP_BEGIN, "end", (json_int_t)STEP_BEGIN + 3600000,
			  "open", 1, "rooms_by", percent(seed, 50) ? "staff" : "attendees");

	out->by = 0;
	if (codec_command(json, &out->command, &blame))
		abort();
}

static uint64_t find_person(const struct state *s,
			    bool (*is)(const struct state *, const struct person *))
{
	for (size_t i = s->people.n; i > 0; i--)
		if (is(s, s->people.list[i - 1]))
			return s->people.list[i - 1]->id;
	return 0;
}

static bool is_muted(const struct state *s, const struct person *p)
{
	return s->at < p->mute.until;
}

static bool has_hand(const struct state *s, const struct person *p)
{
	(void)s;
	return p->hand != 0;
}

static uint64_t find_locked(const struct state *s)
{
	for (size_t i = 0; i < s->rooms.n; i++)
		if (s->rooms.list[i]->locked && !s->rooms.list[i]->closed)
			return s->rooms.list[i]->id;
	return 0;
}

/* What is hardly ever granted to chance alone. */
static void aim(const struct state *s, struct asked *out)
{
	const struct person *p = state_person(s, out->by);
	struct command *c = &out->command;

	switch (c->type) {
	case CMD_CHAT_SAY:
		c->chat_say.room = p ? p->room : 0;
		break;
	case CMD_PEOPLE_UNMUTE:
		c->people_unmute.who = find_person(s, is_muted);
		break;
	case CMD_HANDS_DISMISS:
		c->hands_dismiss.who = find_person(s, has_hand);
		break;
	case CMD_HANDS_CALL:
		c->hands_call.who = find_person(s, has_hand);
		break;
	case CMD_ROOMS_UNLOCK:
		c->rooms_unlock.room = find_locked(s);
		break;
	case CMD_ROOMS_UNWATCH:
		c->rooms_unwatch.room = p && p->n_watches ? p->watches[0] : 0;
		break;
	case CMD_AGENDA_EXTEND:
		c->agenda_extend.topic = s->agenda.active;
		break;
	case CMD_AGENDA_FINISH:
		c->agenda_finish.topic = s->agenda.active;
		break;
	default:
		break;
	}
}

static void fill_any(const struct state *s, uint64_t *seed, unsigned type, struct asked *out)
{
	const struct person *p;

	if (type == CMD_PEOPLE_JOIN) {
		fill_join(seed, out);
		return;
	}
	if (type == CMD_SESSION_OPEN) {
		ask_open(seed, out);
		return;
	}
	out->by = random_actor(s, seed, type);
	fill(s, seed, type, out);
	if (percent(seed, 80))
		aim(s, out);
	p = state_person(s, out->by);
	if (type == CMD_CHAT_SAY && p && role_is_staff(p->role) && percent(seed, 20))
		out->command.chat_say.room = ROOM_CHANNEL;
	if (type == CMD_CHAT_SAY && percent(seed, 70))
		out->command.chat_say.reply = 0;
}

void ask(const struct state *s, uint64_t *seed, bool early, struct asked *out)
{
	fill_any(s, seed, random_type(seed, false, early), out);
}

void ask_commuting(const struct state *s, uint64_t *seed, struct asked *out)
{
	fill_any(s, seed, random_type(seed, true, false), out);
}

static bool is_text(const struct field *f)
{
	return f->kind == FIELD_TEXT || f->kind == FIELD_LINE || f->kind == FIELD_NAME;
}

void ask_nonsense(const struct state *s, uint64_t *seed, struct text *out)
{
	unsigned type = 1 + below(seed, EVT_COUNT - 1);
	const struct shape *shape = event_specs[type].fields;
	bool erased = percent(seed, 20);

	text_object(out, NULL);
	text_string(out, "event", event_specs[type].name);
	text_id(out, "seq", s->seq + 1);
	text_int(out, "at", s->at + below(seed, 5));
	text_opt_id(out, "by", type == EVT_PEOPLE_JOINED ? s->seq + 1 : random_who(s, seed));
	for (size_t i = 0; i < shape->n; i++) {
		const struct field *f = &shape->fields[i];

		if ((f->optional && percent(seed, 50)) || (erased && is_text(f)))
			continue;
		if (f->kind != FIELD_LIST || f->of == FIELD_ID) {
			put_field(s, seed, f, out);
			continue;
		}
		text_array(out, f->name);
		text_array_end(out);
	}
	text_object_end(out);
}

void ask_query(const struct state *s, uint64_t *seed, struct upward *out)
{
	struct text t = { 0 };
	struct blame blame;

	text_object(&t, NULL);
	text_string(&t, "query", percent(seed, 50) ? "people.roster" : "chat.history");
	text_id(&t, "n", 7);
	if (strstr(t.s, "history") || percent(seed, 30))
		text_id(&t, "room", random_room(s, seed));
	if (strstr(t.s, "history") && percent(seed, 50))
		text_id(&t, "before", random_line(s, seed));
	if (strstr(t.s, "roster") && percent(seed, 30))
		text_string(&t, "find", percent(seed, 50) ? "NAME 1" : "学");
	if (strstr(t.s, "roster") && percent(seed, 30))
		text_string(&t, "area", random_key(seed));
	if (strstr(t.s, "roster") && percent(seed, 30))
		text_id(&t, "after", random_person(s, seed));
	text_object_end(&t);
	if (codec_read(t.s, t.len, out, &blame))
		abort();
	text_free(&t);
}
