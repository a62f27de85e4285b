#include "protocol/codec.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/codec_own.h"
#include "protocol/codec_read.h"
#include "protocol/scan.h"
#include "server/base/utf8.h"

static enum err parse(const char *text, size_t len, json_t **out)
{
	enum err err;

	if (len > LIMIT_MESSAGE_BYTES)
		return ERR_TOO_LARGE;
	/* Jansson steps over a NUL that stands after a number. */
	if (len == 0 || memchr(text, '\0', len) || !utf8_valid(text, len))
		return ERR_BAD_REQUEST;
	err = scan_json(text, len);
	if (err)
		return err;
	*out = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	return json_is_object(*out) ? OK : ERR_BAD_REQUEST;
}

static enum err blamed(struct blame *blame, const char *field, enum err err)
{
	read_blame(blame, field);
	return err;
}

static void read_n(const json_t *json, struct blame *blame)
{
	blame->has_n = read_id(json_object_get(json, "n"), 1, &blame->n);
}

/* The fields of a message, from body on. */
static enum err read_body(json_t *json, const struct shape *shape, const char *const *envelope,
			  void *body, void **lists, struct blame *blame)
{
	struct reader r = { .blame = blame };
	enum err err = read_fields(&r, shape, json, envelope, body);

	*lists = r.lists;
	return err;
}

static enum err read_hello(json_t *json, struct hello *out, struct blame *blame)
{
	static const char *const envelope[] = { "hello", NULL };
	const json_t *version = json_object_get(json, "hello");

	if (!json_is_integer(version) || json_integer_value(version) != PROTOCOL_VERSION)
		return blamed(blame, "hello", ERR_BAD_REQUEST);
	return read_body(json, &hello_shape, envelope, out, &out->lists, blame);
}

enum command_type read_command_type(const char *name, bool outside)
{
	for (unsigned i = 1; name && i < CMD_COUNT; i++)
		if (strcmp(command_specs[i].name, name) == 0)
			return outside && !command_specs[i].roles ? 0 : i;
	return 0;
}

static enum err read_command(json_t *json, bool outside, struct command *out, struct blame *blame)
{
	static const char *const envelope[] = { "command", "n", NULL };
	const struct command_spec *spec;

	out->type = read_command_type(json_string_value(json_object_get(json, "command")), outside);
	if (!out->type)
		return blamed(blame, "command", ERR_BAD_REQUEST);
	if (!blame->has_n && (outside || json_object_get(json, "n")))
		return blamed(blame, "n", ERR_BAD_REQUEST);
	out->n = blame->n;
	spec = &command_specs[out->type];
	return read_body(json, spec->fields, envelope, (char *)out + spec->body, &out->lists,
			 blame);
}

static enum query_type query_type(const json_t *json)
{
	const char *name = json_string_value(json_object_get(json, "query"));

	for (unsigned i = 1; name && i < QRY_COUNT; i++)
		if (strcmp(query_specs[i].name, name) == 0)
			return i;
	return 0;
}

static enum err read_query(json_t *json, struct query *out, struct blame *blame)
{
	static const char *const envelope[] = { "query", "n", NULL };
	const struct query_spec *spec;

	out->type = query_type(json);
	if (!out->type)
		return blamed(blame, "query", ERR_BAD_REQUEST);
	if (!blame->has_n)
		return blamed(blame, "n", ERR_BAD_REQUEST);
	out->n = blame->n;
	spec = &query_specs[out->type];
	return read_body(json, spec->fields, envelope, (char *)out + spec->body, &out->lists,
			 blame);
}

static enum signal_type signal_type(const json_t *json)
{
	const char *name = json_string_value(json_object_get(json, "signal"));

	for (unsigned i = 1; name && i < SIG_COUNT; i++)
		if (strcmp(signal_specs[i].name, name) == 0 && signal_specs[i].roles)
			return i;
	return 0;
}

static enum err read_signal(json_t *json, struct signal *out, struct blame *blame)
{
	static const char *const envelope[] = { "signal", NULL };
	const struct signal_spec *spec;

	out->type = signal_type(json);
	if (!out->type)
		return blamed(blame, "signal", ERR_BAD_REQUEST);
	spec = &signal_specs[out->type];
	return read_body(json, spec->fields, envelope, (char *)out + spec->body, &out->lists,
			 blame);
}

/* A second of these keys is an unknown field of the first. */
static enum up kind_of(const json_t *json)
{
	static const char *const keys[] = { [UP_HELLO] = "hello",
					    [UP_COMMAND] = "command",
					    [UP_QUERY] = "query",
					    [UP_SIGNAL] = "signal" };

	for (enum up kind = UP_HELLO; kind <= UP_SIGNAL; kind++)
		if (json_object_get(json, keys[kind]))
			return kind;
	return UP_NONE;
}

static enum err read_upward(json_t *json, struct upward *out, struct blame *blame)
{
	switch (out->kind) {
	case UP_HELLO:
		out->hello.json = json;
		return read_hello(json, &out->hello, blame);
	case UP_COMMAND:
		out->command.json = json;
		return read_command(json, true, &out->command, blame);
	case UP_QUERY:
		out->query.json = json;
		return read_query(json, &out->query, blame);
	case UP_SIGNAL:
		out->signal.json = json;
		return read_signal(json, &out->signal, blame);
	case UP_NONE:
		json_decref(json);
		break;
	}
	return ERR_BAD_REQUEST;
}

enum err codec_read(const char *text, size_t len, struct upward *out, struct blame *blame)
{
	memset(out, 0, sizeof(*out));
	memset(blame, 0, sizeof(*blame));
	if (!codec_own_command(text, len, &out->command))
		return codec_parsed(text, len, out, blame);
	out->kind = UP_COMMAND;
	blame->has_n = true;
	blame->n = out->command.n;
	return OK;
}

enum err codec_parsed(const char *text, size_t len, struct upward *out, struct blame *blame)
{
	json_t *json = NULL;
	enum err err;

	memset(out, 0, sizeof(*out));
	memset(blame, 0, sizeof(*blame));
	err = parse(text, len, &json);
	if (err) {
		json_decref(json);
		return err;
	}
	read_n(json, blame);
	out->kind = kind_of(json);
	err = read_upward(json, out, blame);
	if (err)
		upward_free(out);
	return err;
}

void upward_free(struct upward *u)
{
	switch (u->kind) {
	case UP_HELLO:
		json_decref(u->hello.json);
		read_lists_free(u->hello.lists);
		break;
	case UP_COMMAND:
		command_free(&u->command);
		break;
	case UP_QUERY:
		json_decref(u->query.json);
		read_lists_free(u->query.lists);
		break;
	case UP_SIGNAL:
		json_decref(u->signal.json);
		read_lists_free(u->signal.lists);
		break;
	case UP_NONE:
		break;
	}
	memset(u, 0, sizeof(*u));
}

enum err codec_command(json_t *json, struct command *out, struct blame *blame)
{
	enum err err;

	memset(out, 0, sizeof(*out));
	memset(blame, 0, sizeof(*blame));
	read_n(json, blame);
	out->json = json;
	err = read_command(json, false, out, blame);
	if (err)
		command_free(out);
	return err;
}

void command_free(struct command *c)
{
	json_decref(c->json);
	read_lists_free(c->lists);
	memset(c, 0, sizeof(*c));
}
