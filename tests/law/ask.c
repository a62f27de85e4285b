#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/law/law.h"

#define ANY(list, seed) (list)[below(seed, sizeof(list) / sizeof((list)[0]))]

static const char *const words[] = {
	"Good morning",
	"We pay <b>nothing</b> & \"quote\" \\ all",
	"家长会什么时候开？",
	"👩‍👩‍👧‍👦 🏳️‍🌈 é à\nsecond line\tand a tab",
	"Line\u2028separator",
	"x",
	"https://example.org/policy?a=1&b=2",
	"  spaces around  ",
	"नमस्ते ไทย العربية",
};
static const char *const titles[] = { "HR", "财务", "Odd \"one\"", "Corner", "Policy & pay" };
static const char *const keys[] = { "hr", "finance", "it", "admissions", "nothing" };

/* Of something else, or of nothing that will ever be there. */
static uint64_t unknown_id(const struct state *s, uint64_t *seed)
{
	return percent(seed, 50) ? below(seed, s->seq + 1) : 9000000000000000u;
}

static uint64_t random_room(const struct state *s, uint64_t *seed)
{
	if (!s->rooms.n || percent(seed, 3))
		return unknown_id(s, seed);
	return s->rooms.list[below(seed, s->rooms.n)]->id;
}

uint64_t random_person(const struct state *s, uint64_t *seed)
{
	return s->people.n ? s->people.list[below(seed, s->people.n)]->id : 0;
}

static uint64_t random_who(const struct state *s, uint64_t *seed)
{
	return percent(seed, 3) ? unknown_id(s, seed) : random_person(s, seed);
}

static uint64_t random_topic(const struct state *s, uint64_t *seed)
{
	if (!s->agenda.n || percent(seed, 3))
		return unknown_id(s, seed);
	return s->agenda.list[below(seed, s->agenda.n)]->id;
}

/* Most often a late one, sometimes one outside every window. */
static uint64_t random_line(const struct state *s, uint64_t *seed)
{
	size_t late = s->chat.n < 20 ? s->chat.n : 20;

	if (!s->chat.n || percent(seed, 3))
		return unknown_id(s, seed);
	if (percent(seed, 30))
		return s->chat.list[below(seed, s->chat.n)]->id;
	return s->chat.list[s->chat.n - 1 - below(seed, late)]->id;
}

/* Now and then as many as there may be. */
static const char *random_words(uint64_t *seed, int64_t max)
{
	static char many[2001];

	if (!percent(seed, 2))
		return ANY(words, seed);
	memset(many, 'm', (size_t)max);
	many[max] = '\0';
	return many;
}

/* A field of that name: what it means is known by its name alone. */
static void put_id(const struct state *s, uint64_t *seed, const char *name, struct text *t)
{
	uint64_t id = 0;

	if (strcmp(name, "who") == 0)
		id = random_who(s, seed);
	else if (strcmp(name, "room") == 0 || strcmp(name, "to") == 0)
		id = random_room(s, seed);
	else if (strcmp(name, "topic") == 0 || strcmp(name, "before") == 0)
		id = random_topic(s, seed);
	else if (strcmp(name, "from") == 0)
		id = percent(seed, 90) ? s->agenda.active : random_topic(s, seed);
	else if (strcmp(name, "line") == 0 || strcmp(name, "reply") == 0)
		id = random_line(s, seed);
	text_id(t, name, id);
}

static void put_text(uint64_t *seed, const struct field *f, struct text *t)
{
	if (strcmp(f->name, "text") == 0)
		text_string(t, f->name, random_words(seed, f->max));
	else
		text_string(t, f->name, ANY(titles, seed));
}

static void put_rooms(const struct state *s, uint64_t *seed, const char *name, struct text *t)
{
	unsigned n = 1 + below(seed, 3);

	text_array(t, name);
	while (n--)
		text_id(t, NULL, random_room(s, seed));
	text_array_end(t);
}

static void put_field(const struct state *s, uint64_t *seed, const struct field *f, struct text *t)
{
	int64_t span = f->max - f->min + 1;

	switch (f->kind) {
	case FIELD_ID:
		put_id(s, seed, f->name, t);
		break;
	case FIELD_INT:
		text_int(t, f->name,
			 f->min + below(seed, span > 12 && percent(seed, 90) ? 12 : span));
		break;
	case FIELD_TIME:
		text_int(t, f->name,
			 STEP_BEGIN + below(seed, 100) + (strcmp(f->name, "end") == 0 ? 90 : 0));
		break;
	case FIELD_BOOL:
		text_bool(t, f->name, percent(seed, 60));
		break;
	case FIELD_TEXT:
	case FIELD_LINE:
	case FIELD_NAME:
		put_text(seed, f, t);
		break;
	case FIELD_WORD:
		text_string(t, f->name, ANY(keys, seed));
		break;
	case FIELD_ENUM:
		text_string(t, f->name, f->words[1 + below(seed, f->n_words - 1)]);
		break;
	case FIELD_LIST:
		put_rooms(s, seed, f->name, t);
		break;
	case FIELD_STRUCT:
		break;
	}
}

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

static void fill_join(const struct state *s, uint64_t *seed, struct asked *out)
{
	unsigned who = below(seed, SUBS);
	static const char *const roles[] = { "organizer", "facilitator", "moderator", "observer" };
	struct text t = { 0 };
	struct blame blame;

	(void)s;
	out->by = 0;
	text_object(&t, NULL);
	text_string(&t, "command", "people.join");
	text_printf(&t, ",\"sub\":\"sub%u\",\"name\":\"Name %u\",\"school\":\"学校 %u\"", who, who,
		    who % 4);
	if (who % 3)
		text_string(&t, "job", "Director");
	if (who % 5)
		text_string(&t, "area", keys[who % 3]);
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
		fill_join(s, seed, out);
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
		text_string(&t, "area", ANY(keys, seed));
	if (strstr(t.s, "roster") && percent(seed, 30))
		text_id(&t, "after", random_person(s, seed));
	text_object_end(&t);
	if (codec_read(t.s, t.len, out, &blame))
		abort();
	text_free(&t);
}
