#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/codec_own.h"
#include "protocol/codec_read.h"

enum event_type read_event_type(const char *name)
{
	for (unsigned i = 1; name && i < EVT_COUNT; i++)
		if (strcmp(event_specs[i].name, name) == 0)
			return i;
	return 0;
}

/* Absent is 0. */
static bool read_opt_id(const json_t *json, uint64_t *out)
{
	return !json || read_id(json, 0, out);
}

static bool read_opt_string(const json_t *json, const char **out)
{
	*out = json_string_value(json);
	return !json || *out;
}

static bool read_envelope(const json_t *json, struct event *out)
{
	uint64_t at;

	if (!read_id(json_object_get(json, "seq"), 1, &out->seq) ||
	    !read_id(json_object_get(json, "at"), 0, &at))
		return false;
	out->at = (int64_t)at;
	return read_opt_id(json_object_get(json, "by"), &out->by) &&
	       read_opt_id(json_object_get(json, "n"), &out->n) &&
	       read_opt_string(json_object_get(json, "name"), &out->name) &&
	       read_opt_string(json_object_get(json, "school"), &out->school);
}

static enum err read_event(json_t *json, struct event *out)
{
	struct reader r = { .lenient = true, .blame = &(struct blame){ 0 } };
	const struct event_spec *spec;
	enum err err;

	if (!json_is_object(json) || !read_envelope(json, out))
		return ERR_BAD_REQUEST;
	out->type = read_event_type(json_string_value(json_object_get(json, "event")));
	if (!out->type)
		return json_is_string(json_object_get(json, "event")) ? ERR_NOT_FOUND
								      : ERR_BAD_REQUEST;
	spec = &event_specs[out->type];
	err = read_fields(&r, spec->fields, json, NULL, (char *)out + spec->body);
	out->lists = r.lists;
	return err;
}

enum err codec_parsed_event(const char *text, size_t len, struct event *out)
{
	enum err err;

	memset(out, 0, sizeof(*out));
	out->json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	err = read_event(out->json, out);
	if (err)
		event_free(out);
	return err;
}

enum err codec_event(const char *text, size_t len, struct event *out)
{
	memset(out, 0, sizeof(*out));
	return codec_own_event(text, len, out) ? OK : codec_parsed_event(text, len, out);
}

void event_free(struct event *e)
{
	json_decref(e->json);
	read_lists_free(e->lists);
	memset(e, 0, sizeof(*e));
}

static void write_fields(struct text *t, const struct shape *shape, const void *from, bool whole);

static const char *word_of(const struct field *f, const void *from)
{
	unsigned value;

	memcpy(&value, from, sizeof(value));
	assert(value < f->n_words);
	return f->words[value]; /* NULL for 0: absent */
}

static void write_list(struct text *t, const struct field *f, const char *from)
{
	const void *items;
	size_t n;

	memcpy(&items, from + f->offset, sizeof(items));
	memcpy(&n, from + f->n_offset, sizeof(n));
	if (n == 0 && f->optional)
		return;
	text_array(t, f->name);
	for (size_t i = 0; i < n; i++) {
		if (f->of == FIELD_ID) {
			text_id(t, NULL, ((const uint64_t *)items)[i]);
		} else if (f->of == FIELD_ENUM) {
			text_string(t, NULL, word_of(f, (const unsigned *)items + i));
		} else if (f->of == FIELD_STRUCT) {
			text_object(t, NULL);
			write_fields(t, f->shape, (const char *)items + i * f->shape->size, true);
			text_object_end(t);
		} else {
			text_string(t, NULL, ((const char *const *)items)[i]);
		}
	}
	text_array_end(t);
}

/* An optional number that is 0 is left out. */
static void write_number(struct text *t, const struct field *f, int64_t value)
{
	if (value || !f->optional)
		text_int(t, f->name, value);
}

static void write_field(struct text *t, const struct field *f, const char *from)
{
	const void *value = from + f->offset;

	switch (f->kind) {
	case FIELD_ID:
		write_number(t, f, (int64_t) * (const uint64_t *)value);
		break;
	case FIELD_INT:
		write_number(t, f, *(const int *)value);
		break;
	case FIELD_TIME:
		write_number(t, f, *(const int64_t *)value);
		break;
	case FIELD_BOOL:
		if (*(const bool *)value || !f->optional)
			text_bool(t, f->name, *(const bool *)value);
		break;
	case FIELD_TEXT:
	case FIELD_LINE:
	case FIELD_NAME:
	case FIELD_WORD:
		text_string(t, f->name, *(const char *const *)value);
		break;
	case FIELD_ENUM:
		text_string(t, f->name, word_of(f, value));
		break;
	case FIELD_STRUCT:
		text_object(t, f->name);
		write_fields(t, f->shape, value, true);
		text_object_end(t);
		break;
	case FIELD_LIST:
		write_list(t, f, from);
		break;
	}
}

static void write_fields(struct text *t, const struct shape *shape, const void *from, bool whole)
{
	for (size_t i = 0; i < shape->n; i++)
		if (whole || !shape->fields[i].is_private)
			write_field(t, &shape->fields[i], from);
}

struct msg *codec_write_event(const struct event *e, bool whole)
{
	const struct event_spec *spec = &event_specs[e->type];
	struct text t = { 0 };
	struct msg *m;

	text_object(&t, NULL);
	text_string(&t, "event", spec->name);
	text_id(&t, "seq", e->seq);
	text_int(&t, "at", e->at);
	text_opt_id(&t, "by", e->by);
	text_string(&t, "name", e->name);
	text_string(&t, "school", e->school);
	text_opt_id(&t, "n", e->n);
	write_fields(&t, spec->fields, (const char *)e + spec->body, whole);
	text_object_end(&t);
	m = msg_new(t.s, t.len);
	text_free(&t);
	return m;
}
