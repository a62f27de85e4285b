/* Names and times as people write them, made into the numbers that stand in events and commands. */
#include <stdlib.h>
#include <string.h>

#include "tests/vectors/shorthand.h"

bool story_find(const struct state *s, const char *name, uint64_t *id)
{
	*id = 0;
	for (size_t i = 0; i < s->people.n && !*id; i++)
		if (strcmp(s->people.list[i]->name, name) == 0)
			*id = s->people.list[i]->id;
	for (size_t i = 0; i < s->rooms.n && !*id; i++) {
		if (strcmp(s->rooms.list[i]->title, name) != 0)
			continue;
		*id = s->rooms.list[i]->id;
		return true; /* the channel is 0 */
	}
	for (size_t i = 0; i < s->agenda.n && !*id; i++)
		if (strcmp(s->agenda.list[i]->title, name) == 0)
			*id = s->agenda.list[i]->id;
	for (size_t i = 0; i < s->chat.n && !*id; i++)
		if (s->chat.list[i]->text && strcmp(s->chat.list[i]->text, name) == 0)
			*id = s->chat.list[i]->id;
	return *id != 0;
}

static bool is_offset(const char *text)
{
	return text[0] == '+' && text[1] && strspn(text + 1, "0123456789") == strlen(text + 1);
}

static int64_t time_of(const char *offset)
{
	return STEP_BEGIN + strtoll(offset + 1, NULL, 10);
}

/* The number that a string stands for in a field of ids or times; NULL: nothing is called so. */
static json_t *number_of(const struct state *s, const json_t *text)
{
	const char *word = json_string_value(text);
	uint64_t id;

	if (is_offset(word))
		return json_integer(time_of(word));
	return story_find(s, word, &id) ? json_integer((json_int_t)id) : NULL;
}

bool put_number(const struct state *s, json_t *fields, const char *key, char *why, size_t size)
{
	json_t *value = json_object_get(fields, key);
	json_t *number = json_is_string(value) ? number_of(s, value) : json_incref(value);

	if (!number)
		return story_wrong(why, size, "nothing is called %s", json_string_value(value));
	json_object_set_new(fields, key, number);
	return true;
}

static bool put_numbers(const struct state *s, json_t *list, char *why, size_t size)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *item = json_array_get(list, i);
		json_t *number = json_is_string(item) ? number_of(s, item) : json_incref(item);

		if (!number)
			return story_wrong(why, size, "nothing is called %s",
					   json_string_value(item));
		json_array_set_new(list, i, number);
	}
	return true;
}

bool put_all_numbers(const struct state *s, const struct shape *shape, json_t *fields, char *why,
		     size_t size)
{
	for (size_t i = 0; shape && i < shape->n; i++) {
		const struct field *f = &shape->fields[i];
		json_t *value = json_object_get(fields, f->name);

		if (value && (f->kind == FIELD_ID || f->kind == FIELD_TIME) &&
		    !put_number(s, fields, f->name, why, size))
			return false;
		if (value && f->kind == FIELD_LIST && f->of == FIELD_ID &&
		    !put_numbers(s, value, why, size))
			return false;
	}
	return true;
}
