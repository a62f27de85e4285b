#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "protocol/codec.h"
#include "protocol/codec_read.h"
#include "protocol/codec_text.h"
#include "server/base/utf8.h"

/* Where we are, as in `rooms.list[3].title`, and where to say what is wrong. */
struct place {
	char path[200];
	size_t len;
	char *why;
	size_t why_size;
};

__attribute__((format(printf, 2, 3))) static bool wrong(const struct place *p, const char *format,
							...)
{
	int n = snprintf(p->why, p->why_size, "%s: ", p->len ? p->path : "the whole");
	va_list args;

	va_start(args, format);
	if (n > 0 && (size_t)n < p->why_size)
		vsnprintf(p->why + n, p->why_size - (size_t)n, format, args);
	va_end(args);
	return false;
}

/* Goes one step down; returns the length to go back to. */
__attribute__((format(printf, 2, 3))) static size_t enter(struct place *p, const char *format, ...)
{
	size_t before = p->len;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(p->path + p->len, sizeof(p->path) - p->len, format, args);
	va_end(args);
	if (n > 0)
		p->len += (size_t)n;
	if (p->len >= sizeof(p->path))
		p->len = sizeof(p->path) - 1;
	return before;
}

static void leave(struct place *p, size_t before)
{
	p->len = before;
	p->path[before] = '\0';
}

static bool check_shape(struct place *p, const struct shape *shape, const json_t *json);

static bool check_number(const struct place *p, const struct field *f, enum field_kind kind,
			 const json_t *json)
{
	json_int_t value = json_integer_value(json);
	json_int_t min = kind == FIELD_INT ? f->min : 0;
	json_int_t max = kind == FIELD_INT ? f->max : kind == FIELD_ID ? ID_MAX : TIME_MAX;

	if (!json_is_integer(json))
		return wrong(p, "is not a whole number");
	if (value < min || value > max)
		return wrong(p, "%" JSON_INTEGER_FORMAT " is out of bounds", value);
	return value != 0 || !f->optional || wrong(p, "is 0 and should be left out");
}

static bool check_bool(const struct place *p, const struct field *f, const json_t *json)
{
	if (!json_is_boolean(json))
		return wrong(p, "is not true or false");
	return json_is_true(json) || !f->optional || wrong(p, "is false and should be left out");
}

static bool check_text(const struct place *p, const struct field *f, const json_t *json)
{
	size_t n;

	if (!json_is_string(json))
		return wrong(p, "is not a string");
	n = utf8_graphemes(json_string_value(json));
	if (n < 1)
		return wrong(p, "is empty");
	return n <= (size_t)f->max ||
	       wrong(p, "has %zu graphemes, not at most %" PRId64, n, f->max);
}

static bool check_word(const struct place *p, const json_t *json)
{
	if (!json_is_string(json))
		return wrong(p, "is not a string");
	return codec_word(json_string_value(json)) || wrong(p, "is not a word");
}

static bool check_enum(const struct place *p, const struct field *f, const json_t *json)
{
	const char *word = json_string_value(json);

	if (!word)
		return wrong(p, "is not a string");
	for (size_t i = 1; i < f->n_words; i++)
		if (strcmp(f->words[i], word) == 0)
			return true;
	return wrong(p, "%s is not one of its words", word);
}

static bool check_value(struct place *p, const struct field *f, enum field_kind kind,
			const json_t *json);

static bool check_list(struct place *p, const struct field *f, const json_t *json)
{
	size_t n = json_array_size(json);

	if (!json_is_array(json))
		return wrong(p, "is not a list");
	if (n > (size_t)f->max)
		return wrong(p, "has %zu items, not at most %" PRId64, n, f->max);
	if (n == 0 && f->optional)
		return wrong(p, "is a list of none and should be left out");
	for (size_t i = 0; i < n; i++) {
		size_t before = enter(p, "[%zu]", i);
		struct field item = *f;

		item.optional = false;
		if (!check_value(p, &item, f->of, json_array_get(json, i)))
			return false;
		leave(p, before);
	}
	return true;
}

static bool check_value(struct place *p, const struct field *f, enum field_kind kind,
			const json_t *json)
{
	switch (kind) {
	case FIELD_ID:
	case FIELD_INT:
	case FIELD_TIME:
		return check_number(p, f, kind, json);
	case FIELD_BOOL:
		return check_bool(p, f, json);
	case FIELD_TEXT:
	case FIELD_LINE:
	case FIELD_NAME:
		return check_text(p, f, json);
	case FIELD_WORD:
		return check_word(p, json);
	case FIELD_ENUM:
		return check_enum(p, f, json);
	case FIELD_STRUCT:
		return check_shape(p, f->shape, json);
	case FIELD_LIST:
		return check_list(p, f, json);
	}
	return wrong(p, "is of a kind that is not known");
}

static bool check_field(struct place *p, const struct field *f, const json_t *json, size_t *known)
{
	const json_t *value = json_object_get(json, f->name);
	size_t before = enter(p, "%s%s", p->len ? "." : "", f->name);

	if (!value && !f->optional)
		return wrong(p, "is missing");
	if (value && !check_value(p, f, f->kind, value))
		return false;
	*known += value != NULL;
	leave(p, before);
	return true;
}

static bool is_field(const struct shape *shape, const char *key)
{
	for (size_t i = 0; i < shape->n; i++)
		if (strcmp(shape->fields[i].name, key) == 0)
			return true;
	return false;
}

static bool check_shape(struct place *p, const struct shape *shape, const json_t *json)
{
	size_t known = 0;

	if (!json_is_object(json))
		return wrong(p, "is not an object");
	for (size_t i = 0; i < shape->n; i++)
		if (!check_field(p, &shape->fields[i], json, &known))
			return false;
	if (known == json_object_size(json))
		return true;
	for (void *at = json_object_iter((json_t *)json); at;
	     at = json_object_iter_next((json_t *)json, at))
		if (!is_field(shape, json_object_iter_key(at)))
			return wrong(p, "has a field %s that is not described",
				     json_object_iter_key(at));
	return true;
}

bool codec_check(const struct shape *shape, const json_t *json, char *why, size_t why_size)
{
	struct place p = { .why = why, .why_size = why_size };

	if (why_size)
		why[0] = '\0';
	return check_shape(&p, shape, json);
}
