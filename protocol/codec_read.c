#include "protocol/codec_read.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/codec_text.h"
#include "server/base/mem.h"

/* Lists live in blocks that hang together, one for each list. */
struct block {
	struct block *next;
	max_align_t items[];
};

void *read_new_list(struct reader *r, size_t n, size_t size)
{
	struct block *b = x_calloc(1, sizeof(*b) + n * size);

	b->next = r->lists;
	r->lists = b;
	return b->items;
}

void read_lists_free(void *lists)
{
	for (struct block *b = lists, *next; b; b = next) {
		next = b->next;
		free(b);
	}
}

void read_blame(struct blame *blame, const char *field)
{
	blame->field[0] = '\0';
	if (codec_word(field))
		memcpy(blame->field, field, strlen(field) + 1);
}

bool read_id(const json_t *json, json_int_t first, uint64_t *out)
{
	json_int_t value = json_integer_value(json);

	if (!json_is_integer(json) || value < first || value > ID_MAX)
		return false;
	*out = (uint64_t)value;
	return true;
}

static enum err read_int(const struct reader *r, const struct field *f, const json_t *json,
			 int *out)
{
	json_int_t value = json_integer_value(json);
	json_int_t min = r->lenient ? INT_MIN : f->min, max = r->lenient ? INT_MAX : f->max;

	if (!json_is_integer(json) || value < min || value > max)
		return ERR_BAD_REQUEST;
	*out = (int)value;
	return OK;
}

static enum err read_time(const json_t *json, int64_t *out)
{
	json_int_t value = json_integer_value(json);

	if (!json_is_integer(json) || value < 0 || value > TIME_MAX)
		return ERR_BAD_REQUEST;
	*out = value;
	return OK;
}

static enum err read_text(const struct reader *r, const struct field *f, enum field_kind kind,
			  json_t *json, const char **out)
{
	enum err err = OK;
	char *clean = NULL;

	if (!json_is_string(json))
		return ERR_BAD_REQUEST;
	if (!r->lenient && kind == FIELD_WORD)
		err = codec_word(json_string_value(json)) ? OK : ERR_BAD_REQUEST;
	else if (!r->lenient)
		err = codec_text(kind, (size_t)f->max, json_string_value(json), &clean);
	if (clean)
		json_string_set_nocheck(json, clean);
	free(clean);
	*out = json_string_value(json);
	return err;
}

/* Enums are unsigned to the compilers we use; a table of words begins with none for 0. */
static enum err read_enum(const struct reader *r, const struct field *f, const json_t *json,
			  void *out)
{
	const char *word = json_string_value(json);

	for (unsigned i = 1; word && i < f->n_words; i++) {
		if (strcmp(f->words[i], word) == 0) {
			memcpy(out, &i, sizeof(i));
			return OK;
		}
	}
	return word && r->lenient ? ERR_NOT_FOUND : ERR_BAD_REQUEST;
}

static size_t item_size(const struct field *f)
{
	switch (f->of) {
	case FIELD_ID:
		return sizeof(uint64_t);
	case FIELD_ENUM:
		return sizeof(unsigned);
	case FIELD_STRUCT:
		return f->shape->size;
	default:
		return sizeof(const char *);
	}
}

static enum err read_value(struct reader *r, const struct field *f, enum field_kind kind,
			   json_t *json, char *out);

static enum err read_list(struct reader *r, const struct field *f, json_t *json, char *out)
{
	size_t n = json_array_size(json), size = item_size(f);
	const void *list;
	char *items;

	if (!json_is_array(json))
		return ERR_BAD_REQUEST;
	if (!r->lenient && n > (size_t)f->max)
		return ERR_TOO_LARGE;
	if (n == 0)
		return OK;
	items = read_new_list(r, n, size);
	for (size_t i = 0; i < n; i++) {
		enum err err = read_value(r, f, f->of, json_array_get(json, i), items + i * size);

		if (err)
			return err;
	}
	list = items;
	memcpy(out + f->offset, &list, sizeof(list));
	memcpy(out + f->n_offset, &n, sizeof(n));
	return OK;
}

/* out: where the value itself goes; for a list, the struct that holds it. */
static enum err read_value(struct reader *r, const struct field *f, enum field_kind kind,
			   json_t *json, char *out)
{
	void *to = out;

	switch (kind) {
	case FIELD_ID:
		return read_id(json, 0, to) ? OK : ERR_BAD_REQUEST;
	case FIELD_INT:
		return read_int(r, f, json, to);
	case FIELD_TIME:
		return read_time(json, to);
	case FIELD_BOOL:
		*(bool *)to = json_is_true(json);
		return json_is_boolean(json) ? OK : ERR_BAD_REQUEST;
	case FIELD_TEXT:
	case FIELD_LINE:
	case FIELD_NAME:
	case FIELD_WORD:
		return read_text(r, f, kind, json, to);
	case FIELD_ENUM:
		return read_enum(r, f, json, to);
	case FIELD_STRUCT:
		return read_fields(r, f->shape, json, NULL, to);
	case FIELD_LIST:
		return read_list(r, f, json, out);
	}
	return ERR_BAD_REQUEST;
}

bool read_may_be_absent(const struct field *f, bool lenient)
{
	bool words = f->kind == FIELD_TEXT || f->kind == FIELD_LINE || f->kind == FIELD_NAME;

	return f->optional || (lenient && words);
}

static bool is_known(const struct shape *shape, const char *const *envelope, const char *key)
{
	for (; envelope && *envelope; envelope++)
		if (strcmp(*envelope, key) == 0)
			return true;
	for (size_t i = 0; i < shape->n; i++)
		if (strcmp(shape->fields[i].name, key) == 0)
			return true;
	return false;
}

static enum err refuse_unknown(struct reader *r, const struct shape *shape, json_t *json,
			       const char *const *envelope)
{
	for (void *at = json_object_iter(json); at; at = json_object_iter_next(json, at)) {
		const char *key = json_object_iter_key(at);

		if (!is_known(shape, envelope, key)) {
			read_blame(r->blame, key);
			return ERR_BAD_REQUEST;
		}
	}
	return OK;
}

enum err read_fields(struct reader *r, const struct shape *shape, json_t *json,
		     const char *const *envelope, void *out)
{
	if (!json_is_object(json))
		return ERR_BAD_REQUEST;
	for (size_t i = 0; i < shape->n; i++) {
		const struct field *f = &shape->fields[i];
		json_t *value = json_object_get(json, f->name);
		size_t offset = f->kind == FIELD_LIST ? 0 : f->offset;
		enum err err = OK;

		if (value)
			err = read_value(r, f, f->kind, value, (char *)out + offset);
		else if (!read_may_be_absent(f, r->lenient))
			err = ERR_BAD_REQUEST;
		if (err) {
			read_blame(r->blame, f->name); /* the outermost has the last word */
			return err;
		}
	}
	return r->lenient ? OK : refuse_unknown(r, shape, json, envelope);
}
