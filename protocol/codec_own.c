#include "protocol/codec_own.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/codec_read.h"
#include "protocol/codec_text.h"
#include "server/base/text.h"
#include "server/base/utf8.h"

/* What is still to be read, and where the next text goes. A text is never longer than what it was
 * written as, quotes included: memory for all of them is as long as the whole. */
struct bytes {
	const char *at, *end;
	char *to;
	bool strict; /* held against all that the description says, as from outside */
};

static bool take(struct bytes *b, const char *what, size_t len)
{
	if ((size_t)(b->end - b->at) < len || memcmp(b->at, what, len) != 0)
		return false;
	b->at += len;
	return true;
}

/* ,"name": */
static bool take_key(struct bytes *b, const char *name)
{
	size_t len = strlen(name);
	const char *s = b->at;

	if ((size_t)(b->end - s) < len + 4 || s[0] != ',' || s[1] != '"' ||
	    memcmp(s + 2, name, len) != 0 || s[len + 2] != '"' || s[len + 3] != ':')
		return false;
	b->at += len + 4;
	return true;
}

/* A whole number as JSON has it, of so few digits that nothing overflows. */
static bool take_number(struct bytes *b, int64_t min, int64_t max, int64_t *out)
{
	bool negative = take(b, "-", 1);
	const char *first = b->at;
	int64_t value = 0;

	while (b->at < b->end && b->at - first < 17 && *b->at >= '0' && *b->at <= '9')
		value = value * 10 + (*b->at++ - '0');
	if (b->at == first || (*first == '0' && (b->at - first > 1 || negative)))
		return false;
	*out = negative ? -value : value;
	return *out >= min && *out <= max;
}

static bool take_id(struct bytes *b, int64_t first, uint64_t *out)
{
	int64_t value;

	if (!take_number(b, first, ID_MAX, &value))
		return false;
	*out = (uint64_t)value;
	return true;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits after \u: any character but NUL and halves of pairs. */
static bool take_code(struct bytes *b)
{
	unsigned code = 0;

	for (int i = 0; i < 4; i++) {
		int digit = b->at < b->end ? hex(*b->at++) : -1;

		if (digit < 0)
			return false;
		code = code << 4 | (unsigned)digit;
	}
	if (code == 0 || (code & 0xF800) == 0xD800)
		return false;
	if (code < 0x80) {
		*b->to++ = (char)code;
		return true;
	}
	if (code < 0x800) {
		*b->to++ = (char)(0xC0 | code >> 6);
	} else {
		*b->to++ = (char)(0xE0 | code >> 12);
		*b->to++ = (char)(0x80 | (code >> 6 & 63));
	}
	*b->to++ = (char)(0x80 | (code & 63));
	return true;
}

/* What stands behind a backslash. */
static bool take_escape(struct bytes *b)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *known;

	if (b->at == b->end)
		return false;
	if (*b->at == 'u') {
		b->at++;
		return take_code(b);
	}
	known = memchr(names, *b->at, sizeof(names) - 1);
	if (!known)
		return false;
	b->at++;
	*b->to++ = values[known - names];
	return true;
}

/* From behind the first quote to behind the last one. */
static bool take_rest_of_text(struct bytes *b, const char **out)
{
	*out = b->to;
	for (;;) {
		size_t run = text_plain_run(b->at, (size_t)(b->end - b->at));

		memcpy(b->to, b->at, run);
		b->at += run;
		b->to += run;
		if (take(b, "\"", 1))
			break;
		if (!take(b, "\\", 1) || !take_escape(b))
			return false;
	}
	*b->to++ = '\0';
	return true;
}

static bool take_text(struct bytes *b, const char **out)
{
	return take(b, "\"", 1) && take_rest_of_text(b, out);
}

static bool take_word(struct bytes *b, const struct field *f, void *out)
{
	const char *word;

	if (!take_text(b, &word))
		return false;
	for (unsigned i = 1; i < f->n_words; i++) {
		if (strcmp(f->words[i], word) == 0) {
			memcpy(out, &i, sizeof(i)); /* enums are unsigned to our compilers */
			return true;
		}
	}
	return false;
}

static bool take_bool(struct bytes *b, bool *out)
{
	*out = take(b, "true", 4);
	return *out || take(b, "false", 5);
}

static bool take_int(struct bytes *b, const struct field *f, int *out)
{
	int64_t value;

	if (!take_number(b, b->strict ? f->min : INT_MIN, b->strict ? f->max : INT_MAX, &value))
		return false;
	*out = (int)value;
	return true;
}

/* Is it as it is to be, and needs no other form? */
static bool is_clean(const struct field *f, const char *text)
{
	char *other;
	enum err err;

	if (f->kind == FIELD_WORD)
		return codec_word(text);
	err = codec_text(f->kind, (size_t)f->max, text, &other);
	if (!other)
		return err == OK;
	free(other);
	return false;
}

static bool take_value(struct bytes *b, const struct field *f, void *out)
{
	switch (f->kind) {
	case FIELD_ID:
		return take_id(b, 0, out);
	case FIELD_INT:
		return take_int(b, f, out);
	case FIELD_TIME:
		return take_number(b, 0, TIME_MAX, out);
	case FIELD_BOOL:
		return take_bool(b, out);
	case FIELD_TEXT:
	case FIELD_LINE:
	case FIELD_NAME:
	case FIELD_WORD:
		return take_text(b, out) && (!b->strict || is_clean(f, *(const char **)out));
	case FIELD_ENUM:
		return take_word(b, f, out);
	case FIELD_STRUCT:
	case FIELD_LIST:
		break;
	}
	return false;
}

static bool take_fields(struct bytes *b, const struct shape *shape, char *body)
{
	for (size_t i = 0; i < shape->n; i++) {
		const struct field *f = &shape->fields[i];

		if (take_key(b, f->name) ? !take_value(b, f, body + f->offset)
					 : !read_may_be_absent(f, !b->strict))
			return false;
	}
	return true;
}

static bool take_opt_id(struct bytes *b, const char *name, uint64_t *out)
{
	return !take_key(b, name) || take_id(b, 0, out);
}

static bool take_opt_text(struct bytes *b, const char *name, const char **out)
{
	return !take_key(b, name) || take_text(b, out);
}

static bool take_envelope(struct bytes *b, struct event *e)
{
	const char *name;

	if (!take(b, "{\"event\":\"", 10) || !take_rest_of_text(b, &name))
		return false;
	e->type = read_event_type(name);
	return e->type && take_key(b, "seq") && take_id(b, 1, &e->seq) && take_key(b, "at") &&
	       take_number(b, 0, ID_MAX, &e->at) && take_opt_id(b, "by", &e->by) &&
	       take_opt_text(b, "name", &e->name) && take_opt_text(b, "school", &e->school) &&
	       take_opt_id(b, "n", &e->n);
}

static bool take_event(struct bytes *b, struct event *e)
{
	const struct event_spec *spec;

	if (!take_envelope(b, e))
		return false;
	spec = &event_specs[e->type];
	return take_fields(b, spec->fields, (char *)e + spec->body) && take(b, "}", 1) &&
	       b->at == b->end;
}

bool codec_own_event(const char *text, size_t len, struct event *out)
{
	struct reader memory = { 0 };
	struct bytes b = { .at = text, .end = text + len };

	if (!utf8_valid(text, len))
		return false;
	b.to = read_new_list(&memory, len + 1, 1);
	if (take_event(&b, out)) {
		out->lists = memory.lists;
		return true;
	}
	read_lists_free(memory.lists);
	memset(out, 0, sizeof(*out));
	return false;
}

static bool take_command(struct bytes *b, struct command *c)
{
	const struct command_spec *spec;
	const char *name;

	if (!take(b, "{\"command\":\"", 12) || !take_rest_of_text(b, &name))
		return false;
	c->type = read_command_type(name, true);
	if (!c->type || !take_key(b, "n") || !take_id(b, 1, &c->n))
		return false;
	spec = &command_specs[c->type];
	return take_fields(b, spec->fields, (char *)c + spec->body) && take(b, "}", 1) &&
	       b->at == b->end;
}

bool codec_own_command(const char *text, size_t len, struct command *out)
{
	struct reader memory = { 0 };
	struct bytes b = { .at = text, .end = text + len, .strict = true };

	/* A backslash may make a text shorter than it is told to be. */
	if (len > LIMIT_MESSAGE_BYTES || memchr(text, '\\', len) || !utf8_valid(text, len))
		return false;
	b.to = read_new_list(&memory, len + 1, 1);
	if (take_command(&b, out)) {
		out->lists = memory.lists;
		return true;
	}
	read_lists_free(memory.lists);
	memset(out, 0, sizeof(*out));
	return false;
}
