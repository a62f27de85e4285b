/* Collections of other people's hard cases, where they lie beside the project: JSONTestSuite, and
 * the list of naughty strings. An extra: absent they count 0. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/codec.h"
#include "server/base/mem.h"
#include "server/base/utf8.h"

#define SUITE   "../shared/data/JSONTestSuite/test_parsing"
#define NAUGHTY "../shared/data/blns.json"

static char *read_file(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	char *text = x_malloc(1 << 20);

	assert_non_null(file);
	*len = fread(text, 1, 1 << 20, file);
	fclose(file);
	return text;
}

/* Is it JSON to the codec? It stands as the value of a field that is not known, so it is refused
 * either way: with the field's name when it was parsed, without when it was not. */
static bool parses(const char *value, size_t len)
{
	static const char head[] = "{\"signal\":\"chat.typing\",\"room\":1,\"other\":";
	size_t n_head = sizeof(head) - 1, n = n_head + len + 1;
	char *text = x_malloc(n);
	struct upward u;
	struct blame blame;

	memmove(text, head, n_head);
	memmove(text + n_head, value, len);
	text[n - 1] = '}';
	assert_int_not_equal(OK, codec_read(text, n, &u, &blame));
	free(text);
	return strcmp(blame.field, "other") == 0;
}

struct counts {
	unsigned files, taken;
};

static void count_file(const char *name, struct counts counts[3])
{
	static const char kinds[] = "yni";
	const char *kind = strchr(kinds, name[0]);
	char path[512];
	size_t len;
	char *text;

	if (!kind || name[1] != '_')
		return;
	snprintf(path, sizeof(path), SUITE "/%s", name);
	text = read_file(path, &len);
	counts[kind - kinds].files++;
	counts[kind - kinds].taken += parses(text, len);
	free(text);
}

static void json_test_suite(void **state)
{
	struct counts counts[3] = { { 0 } };
	DIR *dir = opendir(SUITE);

	(void)state;
	for (struct dirent *d; dir && (d = readdir(dir));)
		count_file(d->d_name, counts);
	if (dir)
		closedir(dir);
	print_message(
		"codec: JSONTestSuite: y %u of %u taken, n %u of %u refused, i %u of %u taken\n",
		counts[0].taken, counts[0].files, counts[1].files - counts[1].taken,
		counts[1].files, counts[2].taken, counts[2].files);
	/* Valid but not for us: duplicate keys, NUL in a string, -0. */
	assert_true(counts[0].files - counts[0].taken <= 6);
	assert_int_equal(counts[1].taken, 0);
}

/* Says it, as a field of a command. */
static enum err say(const char *name, const char *field, const json_t *value, char **taken)
{
	json_t *json = json_pack("{s:s, s:i}", "command", name, "n", 1);
	struct command c;
	struct blame blame;
	enum err err;

	if (strcmp(name, "chat.say") == 0)
		json_object_set_new(json, "room", json_integer(1));
	json_object_set_new(json, field, json_deep_copy(value));
	err = codec_command(json, &c, &blame);
	*taken = NULL;
	if (!err) {
		*taken = x_strdup(json_string_value(json_object_get(c.json, field)));
		command_free(&c);
	} else {
		assert_string_equal(blame.field, field);
	}
	return err;
}

/* Taken or refused; what was taken is in one form and is taken again as it is. */
static bool is_taken(const char *name, const char *field, const json_t *value)
{
	char *once, *twice, *form;
	json_t *again;

	if (say(name, field, value, &once) != OK)
		return false;
	again = json_string(once);
	form = utf8_nfc(once);
	assert_string_equal(form, once);
	assert_int_equal(OK, say(name, field, again, &twice));
	assert_string_equal(once, twice);
	free(once);
	free(twice);
	free(form);
	json_decref(again);
	return true;
}

static void naughty_strings(void **state)
{
	json_t *list = json_load_file(NAUGHTY, 0, NULL), *value;
	unsigned texts = 0, lines = 0;
	size_t i;

	(void)state;
	json_array_foreach (list, i, value) {
		texts += is_taken("chat.say", "text", value);
		lines += is_taken("rooms.open", "title", value);
	}
	print_message("codec: naughty strings: %zu, taken as text %u, as line %u\n",
		      json_array_size(list), texts, lines);
	assert_true(lines <= texts);
	json_decref(list);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(json_test_suite),
	cmocka_unit_test(naughty_strings),
};

const struct unit_group codec_suites_group = UNIT_GROUP("codec_suites", tests);
