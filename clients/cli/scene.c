#include "clients/cli/scene.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "protocol/gen/protocol.h"
#include "server/base/mem.h"

void scene_fini(struct scene *s)
{
	json_decref(s->rooms);
	json_decref(s->topics);
	json_decref(s->people);
	json_decref(s->digest);
	free(s->last_shown);
	*s = (struct scene){ 0 };
}

static const char *word(const json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

static uint64_t id_of(const json_t *json, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(json, key));
}

static void keep(json_t **names, uint64_t id, const char *name)
{
	char key[24];

	snprintf(key, sizeof(key), "%" PRIu64, id);
	if (!*names)
		*names = json_object();
	if (name)
		json_object_set_new(*names, key, json_string(name));
}

static const char *name_of(const json_t *names, uint64_t id)
{
	char key[24];

	snprintf(key, sizeof(key), "%" PRIu64, id);
	return word(names, key);
}

static void keep_list(json_t **names, const json_t *list, const char *key)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one)
		keep(names, id_of(one, "id"), word(one, key));
}

/* Words of others: what could steer a terminal is left out. */
static void put_words(struct text *out, const char *words)
{
	for (const char *c = words ? words : ""; *c; c++) {
		if (*c == '\n')
			text_puts(out, "\n         ");
		else if ((unsigned char)*c >= 0x20 && *c != 0x7f &&
			 !((unsigned char)*c == 0xC2 && (unsigned char)c[1] < 0xA0))
			text_add(out, c, 1);
		else if ((unsigned char)*c == 0xC2)
			c++; /* the other byte of a C1 control */
	}
}

static void put_time(struct text *out, const json_t *frame)
{
	time_t at = (time_t)(json_integer_value(json_object_get(frame, "at")) / 1000);
	struct tm tm;

	localtime_r(&at, &tm);
	text_printf(out, "%02d:%02d:%02d ", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void put_author(struct text *out, const json_t *from)
{
	put_words(out, word(from, "name"));
	if (word(from, "school")) {
		text_puts(out, " (");
		put_words(out, word(from, "school"));
		text_puts(out, ")");
	}
}

/* A line, from a window or from its event: both have the same fields. */
static void put_line(struct scene *s, const json_t *line, uint64_t id, struct text *out)
{
	s->shown = id > s->shown ? id : s->shown;
	if (!word(line, "text"))
		return;
	put_time(out, line);
	put_author(out, line);
	if (word(line, "quote")) {
		text_puts(out, " > ");
		put_words(out, word(line, "quote"));
		text_puts(out, "\n         ");
	} else {
		text_puts(out, ": ");
	}
	put_words(out, word(line, "text"));
	text_printf(out, "  [%" PRIu64 "]\n", id);
}

/* --- views ----------------------------------------------------------------------------------- */

static void put_where(struct scene *s, const json_t *view, struct text *out)
{
	const json_t *you = json_object_get(json_object_get(view, "people"), "you");
	const json_t *moved = json_object_get(you, "moved");
	struct text now = { 0 };

	text_puts(&now, "== ");
	put_author(&now, you);
	text_printf(&now, ", %s, in ", word(you, "role"));
	put_words(&now, name_of(s->rooms, s->room));
	text_printf(&now, " -- %s", word(json_object_get(view, "session"), "phase"));
	if (s->topic) {
		text_puts(&now, ", topic: ");
		put_words(&now, name_of(s->topics, s->topic));
	}
	if (moved && word(moved, "name")) {
		text_puts(&now, ", moved by ");
		put_words(&now, word(moved, "name"));
	}
	text_puts(&now, "\n");
	if (!s->last_shown || strcmp(s->last_shown, now.s) != 0)
		text_puts(out, now.s);
	free(s->last_shown);
	s->last_shown = now.s;
}

static void put_window(struct scene *s, const json_t *view, struct text *out)
{
	const json_t *talks = json_object_get(json_object_get(view, "chat"), "talks");
	const json_t *lines = json_object_get(json_array_get(talks, 0), "lines"), *line;
	uint64_t shown = s->shown;
	size_t i;

	json_array_foreach (lines, i, line)
		if (id_of(line, "id") > shown)
			put_line(s, line, id_of(line, "id"), out);
}

void scene_view(struct scene *s, const json_t *frame, struct text *out)
{
	const json_t *view = json_object_get(frame, "view");
	const json_t *people = json_object_get(view, "people");
	const json_t *you = json_object_get(people, "you");
	uint64_t room = id_of(you, "room");

	if (room != s->room)
		s->shown = 0; /* other lines than those shown so far */
	s->you = id_of(frame, "you");
	s->room = room;
	s->hand = id_of(you, "hand") != 0;
	json_decref(s->rooms);
	s->rooms = NULL;
	keep_list(&s->rooms, json_object_get(json_object_get(view, "rooms"), "list"), "title");
	keep_list(&s->topics, json_object_get(json_object_get(view, "agenda"), "topics"), "title");
	keep_list(&s->people, json_object_get(people, "list"), "name");
	s->topic = id_of(json_object_get(view, "agenda"), "active");
	put_where(s, view, out);
	put_window(s, view, out);
}

/* --- events ---------------------------------------------------------------------------------- */

static const struct event_spec *spec_of(const char *name)
{
	for (int i = 1; name && i < EVT_COUNT; i++)
		if (strcmp(event_specs[i].name, name) == 0)
			return &event_specs[i];
	return NULL;
}

static const json_t *names_for(const struct scene *s, const char *field)
{
	static const char *const rooms[] = { "room", "rooms", "to", "from" };

	for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++)
		if (strcmp(field, rooms[i]) == 0)
			return s->rooms;
	if (strcmp(field, "topic") == 0)
		return s->topics;
	return strcmp(field, "who") == 0 ? s->people : NULL;
}

static void put_value(const struct scene *s, const char *field, const json_t *value,
		      struct text *out)
{
	const char *name = json_is_integer(value) ? name_of(names_for(s, field),
							    (uint64_t)json_integer_value(value))
						  : NULL;
	const json_t *item;
	char *json;
	size_t i;

	if (name) {
		put_words(out, name);
	} else if (json_is_string(value)) {
		put_words(out, json_string_value(value));
	} else if (json_is_array(value) && json_is_integer(json_array_get(value, 0))) {
		json_array_foreach (value, i, item) {
			text_puts(out, i ? ", " : "");
			put_value(s, field, item, out);
		}
	} else if ((json = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY))) {
		put_words(out, json);
		free(json);
	}
}

static void put_event(struct scene *s, const struct event_spec *spec, const json_t *frame,
		      struct text *out)
{
	put_time(out, frame);
	text_puts(out, "-- ");
	for (const char *c = spec->name; *c; c++)
		text_add(out, *c == '.' ? " " : c, 1);
	for (size_t i = 0; i < spec->fields->n; i++) {
		const char *name = spec->fields->fields[i].name;
		const json_t *value = json_object_get(frame, name);

		if (!value)
			continue;
		text_printf(out, "%s %s: ", i ? "," : "", name);
		put_value(s, name, value, out);
	}
	if (word(frame, "name")) {
		text_puts(out, " -- by ");
		put_author(out, frame);
	}
	text_printf(out, "  [%" PRIu64 "]\n", id_of(frame, "seq"));
}

/* What is new has a name from now on. */
static void learn(struct scene *s, const char *event, const json_t *frame)
{
	uint64_t seq = id_of(frame, "seq");

	if (strcmp(event, event_specs[EVT_ROOMS_OPENED].name) == 0)
		keep(&s->rooms, seq, word(frame, "title"));
	else if (strcmp(event, event_specs[EVT_AGENDA_ADDED].name) == 0)
		keep(&s->topics, seq, word(frame, "title"));
	else if (strcmp(event, event_specs[EVT_AGENDA_PUSHED].name) == 0)
		s->topic = id_of(frame, "topic");
	else if (strcmp(event, event_specs[EVT_AGENDA_FINISHED].name) == 0)
		s->topic = 0;
	else if (strcmp(event, event_specs[EVT_PEOPLE_JOINED].name) == 0)
		keep(&s->people, seq, word(frame, "name"));
}

void scene_event(struct scene *s, const json_t *frame, struct text *out)
{
	const struct event_spec *spec = spec_of(word(frame, "event"));

	if (!spec)
		return; /* of a newer server */
	learn(s, spec->name, frame);
	if (spec == &event_specs[EVT_CHAT_SAID] && id_of(frame, "room") == s->room)
		put_line(s, frame, id_of(frame, "seq"), out);
	else
		put_event(s, spec, frame, out);
}

void scene_digest(struct scene *s, const json_t *frame)
{
	json_decref(s->digest);
	s->digest = json_deep_copy(frame);
}

/* --- for commands ---------------------------------------------------------------------------- */

bool scene_find_room(const struct scene *s, const char *text, uint64_t *out)
{
	const char *key;
	json_t *title;
	size_t found = 0;

	json_object_foreach (s->rooms, key, title) {
		const char *name = json_string_value(title);

		if (strcmp(key, text) == 0 || strcasecmp(name, text) == 0) {
			*out = strtoull(key, NULL, 10);
			return true;
		}
		if (strncasecmp(name, text, strlen(text)) != 0)
			continue;
		found++;
		*out = strtoull(key, NULL, 10);
	}
	return found == 1;
}

void scene_people(const struct scene *s, struct text *out)
{
	const json_t *here = json_object_get(s->digest, "here"), *p;
	size_t i;

	json_array_foreach (here, i, p) {
		text_printf(out, "   %" PRIu64 " ", id_of(p, "id"));
		put_author(out, p);
		text_printf(out, ", %s%s%s\n", word(p, "role"),
			    json_object_get(p, "hand") ? ", hand up" : "",
			    json_object_get(p, "away") ? ", away" : "");
	}
	text_printf(out, "   %" PRIu64 " in the session\n", id_of(s->digest, "total"));
}

void scene_rooms(const struct scene *s, struct text *out)
{
	const json_t *rooms = json_object_get(s->digest, "rooms"), *r;
	size_t i;

	json_array_foreach (rooms, i, r) {
		uint64_t id = id_of(r, "room");

		text_printf(out, " %s %" PRIu64 " ", id == s->room ? "*" : " ", id);
		put_words(out, name_of(s->rooms, id));
		text_printf(out, ": %" PRIu64 " people, %" PRIu64 " lines\n", id_of(r, "people"),
			    id_of(r, "lines"));
	}
}
