/* A story is told: each entry happens as an event, or is asked as a command, and what need not be
 * said, the time, who did it, the room of a line, follows from the state. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vectors/shorthand.h"

#define STEP 1000 /* ms between two things that happen */

bool story_wrong(char *why, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, size, format, args);
	va_end(args);
	return false;
}

static enum event_type type_of(const char *name)
{
	for (unsigned i = 1; name && i < EVT_COUNT; i++)
		if (strcmp(event_specs[i].name, name) == 0)
			return i;
	return 0;
}

/* Takes a key out of the object; NULL when there is none. */
static json_t *take_out(json_t *fields, const char *key)
{
	json_t *value = json_incref(json_object_get(fields, key));

	json_object_del(fields, key);
	return value;
}

/* `at`, in ms after the beginning; absent: a second after what happened last. */
static int64_t take_at(const struct state *s, json_t *fields)
{
	json_t *at = take_out(fields, "at");
	int64_t value = s->seq == 0 ? STEP_BEGIN : s->at + STEP;

	if (json_is_integer(at))
		value = STEP_BEGIN + json_integer_value(at);
	json_decref(at);
	return value;
}

static bool take_by(const struct state *s, json_t *fields, uint64_t *by, char *why, size_t size)
{
	json_t *value;

	*by = 0;
	if (json_object_get(fields, "by") && !put_number(s, fields, "by", why, size))
		return false;
	value = take_out(fields, "by");
	*by = (uint64_t)json_integer_value(value);
	json_decref(value);
	return true;
}

static uint64_t first_staff(const struct state *s)
{
	for (size_t i = 0; i < s->people.n; i++)
		if (s->people.list[i]->seated && role_is_staff(s->people.list[i]->role))
			return s->people.list[i]->id;
	return 0;
}

static uint64_t id_in(const json_t *fields, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(fields, key));
}

/* Who did it, when it is not said: the author of a line, who leaves, nobody, or the first of the
 * staff. */
static uint64_t usual_actor(const struct state *s, enum event_type type, const json_t *fields)
{
	const struct line *l = state_line(s, id_in(fields, "line"));

	switch (type) {
	case EVT_SESSION_OPENED:
	case EVT_ROOMS_RETURNED:
		return 0;
	case EVT_PEOPLE_JOINED:
		return s->seq + 1;
	case EVT_PEOPLE_LEFT:
	case EVT_HANDS_LOWERED:
		return id_in(fields, "who");
	case EVT_CHAT_EDITED:
	case EVT_CHAT_REMOVED:
		return l ? l->by : 0;
	default:
		return first_staff(s);
	}
}

/* What follows from the rest: the room of a line, the ticket of a name. */
static void fill_in(const struct state *s, enum event_type type, uint64_t by, json_t *fields)
{
	const struct person *p = state_person(s, by);
	const struct line *l = state_line(s, id_in(fields, "line"));
	const char *name = json_string_value(json_object_get(fields, "name"));

	if (type == EVT_CHAT_SAID && p && !json_object_get(fields, "room"))
		json_object_set_new(fields, "room", json_integer((json_int_t)p->room));
	if (l)
		json_object_set_new(fields, "room", json_integer((json_int_t)l->room));
	if (type == EVT_PEOPLE_JOINED && !json_object_get(fields, "sub"))
		json_object_set_new(fields, "sub", json_sprintf("sub-%s", name));
	if (type == EVT_PEOPLE_JOINED && !json_object_get(fields, "role"))
		json_object_set_new(fields, "role", json_string("attendee"));
}

/* The envelope around the fields, as the log has it. */
static void envelope(const struct state *s, enum event_type type, uint64_t by, int64_t at,
		     json_t *fields)
{
	const struct person *p = state_person(s, by);

	json_object_set_new(fields, "event", json_string(event_specs[type].name));
	json_object_set_new(fields, "seq", json_integer((json_int_t)s->seq + 1));
	json_object_set_new(fields, "at", json_integer(at));
	if (by)
		json_object_set_new(fields, "by", json_integer((json_int_t)by));
	if (p) {
		json_object_set_new(fields, "name", json_string(p->name));
		json_object_set_new(fields, "school", json_string(p->school));
	}
}

static bool is_described(enum event_type type, const json_t *event, char *why, size_t size)
{
	static const char *const around[] = { "event", "seq", "at", "by", "name", "school", "n" };
	json_t *fields = json_copy((json_t *)event);
	bool ok;

	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++)
		json_object_del(fields, around[i]);
	ok = codec_check(event_specs[type].fields, fields, why, size);
	json_decref(fields);
	return ok;
}

static bool happen(struct state *s, const json_t *event, char *why, size_t size)
{
	char *text = json_dumps(event, JSON_COMPACT);
	struct step step;
	bool ok = step_happen(s, text, &step);

	step_free(&step);
	free(text);
	return ok || story_wrong(why, size, "is no event");
}

static bool tell_event(struct state *s, const json_t *entry, char *why, size_t size)
{
	enum event_type type = type_of(json_string_value(json_array_get(entry, 0)));
	json_t *fields = type ? row_fields(entry, why, size) : NULL;
	int64_t at;
	uint64_t by;
	bool ok;

	if (!type)
		return story_wrong(why, size, "there is no event of that name");
	if (!fields)
		return false;
	at = take_at(s, fields);
	ok = put_all_numbers(s, event_specs[type].fields, fields, why, size);
	if (ok && json_object_get(fields, "by"))
		ok = take_by(s, fields, &by, why, size);
	else
		by = usual_actor(s, type, fields);
	if (ok) {
		fill_in(s, type, by, fields);
		envelope(s, type, by, at, fields);
		ok = is_described(type, fields, why, size) && happen(s, fields, why, size);
	}
	json_decref(fields);
	return ok;
}

static const struct shape *shape_of_when(const json_t *when)
{
	const char *command = json_string_value(json_object_get(when, "command"));
	const char *query = json_string_value(json_object_get(when, "query"));

	for (unsigned i = 1; command && i < CMD_COUNT; i++)
		if (strcmp(command_specs[i].name, command) == 0)
			return command_specs[i].fields;
	for (unsigned i = 1; query && i < QRY_COUNT; i++)
		if (strcmp(query_specs[i].name, query) == 0)
			return query_specs[i].fields;
	return NULL;
}

bool story_when(const struct state *s, const json_t *when, struct when *out, char *why, size_t size)
{
	const struct shape *shape = shape_of_when(when);
	json_t *message = json_deep_copy(when);

	*out = (struct when){ .at = take_at(s, message), .message = message };
	if (!shape || !take_by(s, message, &out->by, why, size) ||
	    !put_all_numbers(s, shape, message, why, size)) {
		json_decref(message);
		return shape ? false : story_wrong(why, size, "is no command and no query");
	}
	if (!json_object_get(message, "n") && (out->by || json_object_get(message, "query")))
		json_object_set_new(message, "n", json_integer((json_int_t)s->seq + 100000));
	return true;
}

static bool tell_command(struct state *s, const json_t *entry, char *why, size_t size)
{
	struct when when;
	struct command c;
	struct blame blame;
	struct step step = { 0 };
	bool ok;

	if (!story_when(s, entry, &when, why, size))
		return false;
	if (codec_command(when.message, &c, &blame))
		return story_wrong(why, size, "is not a command: %s", blame.field);
	ok = step_ask(s, when.by, &c, when.at, &step) ||
	     story_wrong(why, size, "is refused: %s", err_names[step.err]);
	step_free(&step);
	command_free(&c);
	return ok;
}

bool story_tell(struct state *s, const json_t *entry, char *why, size_t size)
{
	if (json_is_object(entry))
		return tell_command(s, entry, why, size);
	return tell_event(s, entry, why, size);
}
