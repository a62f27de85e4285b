/* Rows: what happened in as few words as can be. ["chat.said", "Ana", "Hello"] is an event whose
 * words stand in an order that is its own, and whose other fields need not be written. */
#include <string.h>

#include "tests/vectors/shorthand.h"

/* Which words may stand in a row, event by event. Whatever is left out or has no place here is
 * written in an object at the end. */
static const struct {
	const char *event;
	const char *words[5];
} orders[] = {
	{ "session.opened", { "title" } },
	{ "session.phased", { "phase" } },
	{ "people.joined", { "name", "role", "area" } },
	{ "people.returned", { "by" } },
	{ "people.left", { "who" } },
	{ "people.appointed", { "who", "role" } },
	{ "people.muted", { "who", "minutes" } },
	{ "people.unmuted", { "who" } },
	{ "people.removed", { "who" } },
	{ "rooms.opened", { "title", "area", "capacity" } },
	{ "rooms.closed", { "room" } },
	{ "rooms.locked", { "room" } },
	{ "rooms.unlocked", { "room" } },
	{ "rooms.entered", { "by", "to" } },
	{ "rooms.moved", { "who", "to" } },
	{ "rooms.recalled", { "seconds" } },
	{ "rooms.watched", { "by", "room" } },
	{ "rooms.unwatched", { "by", "room" } },
	{ "agenda.added", { "title", "minutes" } },
	{ "agenda.edited", { "topic" } },
	{ "agenda.removed", { "topic" } },
	{ "agenda.ordered", { "topic", "before" } },
	{ "agenda.pushed", { "topic" } },
	{ "agenda.extended", { "topic", "minutes" } },
	{ "agenda.finished", { "topic" } },
	{ "agenda.skipped", { "topic" } },
	{ "chat.said", { "by", "text" } },
	{ "chat.edited", { "line", "text" } },
	{ "chat.removed", { "line" } },
	{ "chat.reacted", { "by", "line", "kind" } },
	{ "hands.raised", { "by" } },
	{ "hands.lowered", { "who" } },
	{ "hands.called", { "who" } },
	{ "notices.announced", { "text", "rooms" } },
};

/* What need not be written, as JSON. */
static const struct {
	const char *event, *fields;
} defaults[] = {
	{ "session.opened",
	  "{\"session\":\"town-hall\",\"format\":\"combined\",\"languages\":[\"en\",\"zh\"],"
	  "\"areas\":[{\"key\":\"hr\",\"en\":\"Human resources\",\"zh\":\"人力资源\"},"
	  "{\"key\":\"finance\",\"en\":\"Finance\"},{\"key\":\"it\",\"en\":\"Technology\"}],"
	  "\"start\":\"+0\",\"end\":\"+3600000\",\"open\":true,\"rooms_by\":\"staff\"}" },
	{ "people.joined", "{\"school\":\"ISB\",\"language\":\"en\"}" },
	{ "people.muted", "{\"reason\":\"other\"}" },
	{ "people.removed", "{\"reason\":\"other\"}" },
	{ "chat.reacted", "{\"on\":true}" },
};

static const char *word_at(const char *event, size_t place)
{
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (strcmp(orders[i].event, event) == 0)
			return place < 5 ? orders[i].words[place] : NULL;
	return NULL;
}

static json_t *fields_of(const char *event)
{
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		if (strcmp(defaults[i].event, event) == 0)
			return json_loads(defaults[i].fields, 0, NULL);
	return json_object();
}

json_t *row_fields(const json_t *entry, char *why, size_t size)
{
	const char *event = json_string_value(json_array_get(entry, 0));
	json_t *fields = fields_of(event);

	for (size_t i = 1; i < json_array_size(entry); i++) {
		json_t *value = json_array_get(entry, i);
		const char *word = word_at(event, i - 1);

		if (json_is_object(value) && i + 1 == json_array_size(entry)) {
			json_object_update(fields, value);
		} else if (word) {
			json_object_set(fields, word, value);
		} else {
			json_decref(fields);
			story_wrong(why, size, "%s has no place for a word %zu", event, i);
			return NULL;
		}
	}
	return fields;
}
