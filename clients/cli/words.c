#include "clients/cli/words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "server/base/mem.h"

void words_find(const char *name, const struct command_spec **command,
		const struct query_spec **query)
{
	*command = NULL;
	*query = NULL;
	for (int i = 1; i < CMD_COUNT; i++)
		if (strcmp(command_specs[i].name, name) == 0)
			*command = &command_specs[i];
	for (int i = 1; i < QRY_COUNT; i++)
		if (strcmp(query_specs[i].name, name) == 0)
			*query = &query_specs[i];
}

static void type_of(const struct field *f, enum field_kind kind, struct text *out)
{
	switch (kind) {
	case FIELD_ID:
		text_puts(out, "id");
		break;
	case FIELD_INT:
		text_printf(out, "number from %" PRId64 " to %" PRId64, f->min, f->max);
		break;
	case FIELD_TIME:
		text_puts(out, "time");
		break;
	case FIELD_BOOL:
		text_puts(out, "yes or no");
		break;
	case FIELD_TEXT:
	case FIELD_LINE:
	case FIELD_NAME:
		text_printf(out, "%s, at most %" PRId64, kind == FIELD_TEXT ? "text" : "line",
			    f->max);
		break;
	case FIELD_WORD:
		text_puts(out, "word");
		break;
	case FIELD_ENUM:
		for (size_t i = 1; i < f->n_words; i++)
			text_printf(out, "%s%s", i > 1 ? " | " : "", f->words[i]);
		break;
	case FIELD_STRUCT:
		for (size_t i = 0; i < f->shape->n; i++)
			text_printf(out, "%s%s",
				    i == 0   ? ""
				    : i == 1 ? "="
					     : "/",
				    f->shape->fields[i].name);
		break;
	case FIELD_LIST:
		break;
	}
}

void words_type(const struct field *f, struct text *out)
{
	if (f->kind == FIELD_LIST) {
		text_puts(out, "list of ");
		type_of(f, f->of, out);
	} else {
		type_of(f, f->kind, out);
	}
}

static json_t *wrong(const struct field *f, const char *text, struct text *why)
{
	text_printf(why, "%s is not \"%s\"; it is: ", f->name, text);
	words_type(f, why);
	return NULL;
}

static json_t *read_number(const struct field *f, const char *text, int64_t least, int64_t most,
			   struct text *why)
{
	char *end;
	int64_t value = strtoll(text, &end, 10);

	if (end == text || *end || value < least || value > most)
		return wrong(f, text, why);
	return json_integer(value);
}

static json_t *read_bool(const struct field *f, const char *text, struct text *why)
{
	static const char *const yes[] = { "yes", "true", "on", "1" };
	static const char *const no[] = { "no", "false", "off", "0" };

	for (size_t i = 0; i < 4; i++) {
		if (strcmp(text, yes[i]) == 0)
			return json_true();
		if (strcmp(text, no[i]) == 0)
			return json_false();
	}
	return wrong(f, text, why);
}

static json_t *read_text(const struct field *f, const char *text, struct text *why)
{
	json_t *value = json_string(text); /* NULL: it is not UTF-8 */

	return value ? value : wrong(f, text, why);
}

static json_t *read_word(const struct field *f, const char *text, struct text *why)
{
	for (size_t i = 1; i < f->n_words; i++)
		if (strcmp(f->words[i], text) == 0)
			return json_string(text);
	return wrong(f, text, why);
}

static json_t *read_json(const struct field *f, const char *text, struct text *why)
{
	json_error_t error;
	json_t *value = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

	if (!value)
		text_printf(why, "%s is no JSON: %s (column %d)", f->name, error.text,
			    error.column);
	return value;
}

/* hr=Human Resources/人力资源 */
static json_t *read_struct(const struct field *f, const char *text, struct text *why)
{
	json_t *out = json_object();
	char *copy = x_strdup(text), *rest = copy, *part;

	for (size_t i = 0; i < f->shape->n && (part = strsep(&rest, i ? "/" : "=")); i++) {
		const struct field *member = &f->shape->fields[i];
		json_t *value = words_value(member, part, why);

		if (!value || json_object_set_new(out, member->name, value) != 0)
			goto bad;
	}
	if (rest || json_object_size(out) == 0)
		goto odd;
	for (size_t i = 0; i < f->shape->n; i++)
		if (!f->shape->fields[i].optional &&
		    !json_object_get(out, f->shape->fields[i].name))
			goto odd;
	free(copy);
	return out;
odd:
	wrong(f, text, why);
bad:
	free(copy);
	json_decref(out);
	return NULL;
}

static json_t *read_one(const struct field *f, enum field_kind kind, const char *text,
			struct text *why)
{
	int64_t at;

	switch (kind) {
	case FIELD_ID:
		return read_number(f, text, 0, INT64_C(9007199254740991), why);
	case FIELD_INT:
		return read_number(f, text, f->min, f->max, why);
	case FIELD_TIME:
		return options_time(text, &at) ? json_integer(at) : wrong(f, text, why);
	case FIELD_BOOL:
		return read_bool(f, text, why);
	case FIELD_TEXT:
	case FIELD_LINE:
	case FIELD_NAME:
	case FIELD_WORD:
		return read_text(f, text, why);
	case FIELD_ENUM:
		return read_word(f, text, why);
	case FIELD_STRUCT:
		return *text == '{' ? read_json(f, text, why) : read_struct(f, text, why);
	case FIELD_LIST:
		break;
	}
	return NULL;
}

json_t *words_value(const struct field *f, const char *text, struct text *why)
{
	json_t *list;
	char *copy, *rest, *part;

	if (f->kind != FIELD_LIST)
		return read_one(f, f->kind, text, why);
	if (*text == '[')
		return read_json(f, text, why);
	list = json_array();
	rest = copy = x_strdup(text);
	while (*text && (part = strsep(&rest, ","))) {
		json_t *item = read_one(f, f->of, part, why);

		if (!item) {
			json_decref(list);
			list = NULL;
			break;
		}
		json_array_append_new(list, item);
	}
	free(copy);
	return list;
}

static const struct field *field_of(const struct shape *shape, const char *name, size_t len)
{
	for (size_t i = 0; i < shape->n; i++)
		if (strlen(shape->fields[i].name) == len &&
		    memcmp(shape->fields[i].name, name, len) == 0)
			return &shape->fields[i];
	return NULL;
}

static bool add_word(json_t *message, const struct shape *shape, const char *word, struct text *why)
{
	const char *equals = strchr(word, '=');
	const struct field *f = equals ? field_of(shape, word, (size_t)(equals - word)) : NULL;
	json_t *value;

	if (!equals) {
		text_printf(why, "\"%s\" is not like field=value", word);
		return false;
	}
	if (!f) {
		text_printf(why, "%s has no field \"%.*s\"; it has:", shape->name,
			    (int)(equals - word), word);
		for (size_t i = 0; i < shape->n; i++)
			text_printf(why, " %s", shape->fields[i].name);
		return false;
	}
	if (json_object_get(message, f->name)) {
		text_printf(why, "%s is given twice", f->name);
		return false;
	}
	value = words_value(f, equals + 1, why);
	return value && json_object_set_new(message, f->name, value) == 0;
}

static bool is_complete(const json_t *message, const struct shape *shape, struct text *why)
{
	for (size_t i = 0; i < shape->n; i++) {
		const struct field *f = &shape->fields[i];

		if (f->optional || json_object_get(message, f->name))
			continue;
		text_printf(why, "%s wants %s= (%s)", shape->name, f->name, f->doc);
		return false;
	}
	return true;
}

/* Names that begin alike, to have been meant. */
static void suggest(const char *name, struct text *why)
{
	size_t n = strcspn(name, ".");
	bool any = false;

	for (int i = 1; i < CMD_COUNT + QRY_COUNT - 1; i++) {
		const char *other =
			i < CMD_COUNT ? command_specs[i].name : query_specs[i - CMD_COUNT + 1].name;

		if (strncmp(other, name, n) != 0 || other[n] != '.' ||
		    (i < CMD_COUNT && !command_specs[i].roles))
			continue;
		text_printf(why, "%s %s", any ? "" : "; there are:", other);
		any = true;
	}
	if (!any)
		text_puts(why, "; `jobalike commands` lists them all");
}

json_t *words_message(char *const *words, size_t n, struct text *why)
{
	const struct command_spec *command;
	const struct query_spec *query;
	const struct shape *shape;
	json_t *message;

	words_find(words[0], &command, &query);
	if (!command && !query) {
		text_printf(why, "there is no command or query \"%s\"", words[0]);
		suggest(words[0], why);
		return NULL;
	}
	shape = command ? command->fields : query->fields;
	message = json_pack("{s:s}", command ? "command" : "query", words[0]);
	for (size_t i = 1; i < n; i++)
		if (!add_word(message, shape, words[i], why))
			goto bad;
	if (is_complete(message, shape, why))
		return message;
bad:
	json_decref(message);
	return NULL;
}

size_t words_split(char *rest, char **words, size_t most)
{
	size_t n = 0;
	char *to = rest;

	for (char *from = rest; *from && n < most;) {
		bool quoted = false;

		from += strspn(from, " ");
		if (!*from)
			break;
		words[n++] = to;
		for (; *from && (quoted || *from != ' '); from++) {
			if (*from == '"')
				quoted = !quoted;
			else
				*to++ = *from;
		}
		from += *from == ' ';
		*to++ = '\0';
	}
	return n;
}
