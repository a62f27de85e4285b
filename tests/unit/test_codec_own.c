/* The short road for events of our own, held to the parser's: it takes whatever we write, and what
 * it takes of anything else is what the parser would have made of it. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/codec_own.h"
#include "server/base/mem.h"
#include "tests/lib/same.h"
#include "tests/unit/sample.h"

#define CHANGES 300 /* of each sample */

static uint64_t chance = 42;

static unsigned pick(size_t below)
{
	chance = chance * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((chance >> 33) % below);
}

static char *written(const struct event *e)
{
	struct msg *m = codec_write_event(e, true);
	char *text = x_strdup(m->text);

	msg_unref(&m);
	return text;
}

/* Returns whether the short road took it. */
static bool both_roads(const char *text, size_t len)
{
	struct event own = { 0 }, parsed;
	char *one, *other;

	if (!codec_own_event(text, len, &own)) {
		assert_ptr_equal(own.lists, NULL);
		return false;
	}
	if (codec_parsed_event(text, len, &parsed) != OK)
		fail_msg("the parser refuses %.*s", (int)len, text);
	one = written(&own);
	other = written(&parsed);
	assert_string_equal(one, other);
	free(one);
	free(other);
	event_free(&own);
	event_free(&parsed);
	return true;
}

static char *sample(unsigned type, enum sample how)
{
	json_t *fields = sample_fields(event_specs[type].fields, how), *json;
	char *text;

	json = json_pack("{s:s, s:i, s:I}", "event", event_specs[type].name, "seq", 7, "at",
			 (json_int_t)1795305600000);
	if (how == SAMPLE_MOST)
		json_object_update_new(json, json_pack("{s:i, s:s, s:s, s:I}", "by", 4, "name",
						       "Zoë \"Z\" 陈\n", "school", "I\\S\u2028B",
						       "n", (json_int_t)9007199254740991));
	json_object_update_new(json, fields);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	return text;
}

static void what_we_write_is_taken(void **state)
{
	(void)state;
	for (unsigned type = 1; type < EVT_COUNT; type++) {
		for (enum sample how = SAMPLE_LEAST; how <= SAMPLE_MOST; how++) {
			char *text = sample(type, how), *ours;
			struct event e;

			assert_int_equal(codec_event(text, strlen(text), &e), OK);
			ours = written(&e);
			/* but for lists */
			if (both_roads(ours, strlen(ours)) == (strstr(ours, ":[") != NULL))
				fail_msg("%s", ours);
			event_free(&e);
			free(text);
			free(ours);
		}
	}
}

/* clang-format off */
#define SAID "{\"event\":\"chat.said\",\"seq\":43,\"at\":9"
static const struct odd {
	const char *text;
	bool taken;
} odd[] = {
	{ SAID ",\"room\":1,\"text\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\\u00e9\\u4E2d\\u2028\"}", true },
	{ SAID ",\"room\":1,\"text\":\"\"}", true },
	{ SAID ",\"room\":1}", true }, /* erased */
	{ SAID ",\"by\":0,\"n\":0,\"room\":0,\"text\":\"x\",\"reply\":0}", true },
	{ SAID ",\"room\":9007199254740991,\"text\":\"x\"}", true },
	{ SAID ",\"room\":9007199254740992,\"text\":\"x\"}", false },
	{ SAID ",\"room\":99999999999999999999999,\"text\":\"x\"}", false },
	{ SAID ",\"room\":01,\"text\":\"x\"}", false },
	{ SAID ",\"room\":-0,\"text\":\"x\"}", false },
	{ SAID ",\"room\":-1,\"text\":\"x\"}", false },
	{ SAID ",\"room\":1.0,\"text\":\"x\"}", false },
	{ SAID ",\"room\":1e2,\"text\":\"x\"}", false },
	{ SAID ",\"room\":1,\"text\":\"\\u0000\"}", false },
	{ SAID ",\"room\":1,\"text\":\"\\ud83d\\ude00\"}", false },
	{ SAID ",\"room\":1,\"text\":\"\\ud83d\"}", false },
	{ SAID ",\"room\":1,\"text\":\"\\x41\"}", false },
	{ SAID ",\"room\":1,\"text\":\"\\u12g4\"}", false },
	{ SAID ",\"room\":1,\"text\":\"\t\"}", false },
	{ SAID ",\"room\":1,\"text\":\"\xff\"}", false },
	{ SAID ",\"room\":1,\"text\":\"\xed\xa0\x80\"}", false },
	{ SAID ",\"room\":1,\"text\":\"\xc0\xaf\"}", false },
	{ SAID ",\"room\":1,\"text\":null}", false },
	{ SAID ",\"room\":1,\"text\":\"x\"} ", false },
	{ SAID ",\"room\":1,\"text\":\"x\"}}", false },
	{ SAID ", \"room\":1,\"text\":\"x\"}", false },
	{ SAID ",\"room\":1,\"text\":\"x\",\"text\":\"y\"}", false },
	{ SAID ",\"text\":\"x\",\"room\":1}", false },
	{ SAID ",\"room\":1,\"text\":\"x\",\"mood\":1}", false },
	{ SAID ",\"text\":\"x\"}", false },
	{ "{\"event\":\"polls.opened\",\"seq\":4,\"at\":9}", false },
	{ "{\"event\":\"\",\"seq\":4,\"at\":9}", false },
	{ "{\"event\":\"session.phased\",\"seq\":4,\"at\":9,\"phase\":\"after_party\"}", false },
	{ "{\"event\":\"rooms.sent\",\"seq\":0,\"at\":9}", false },
	{ "{\"event\":\"rooms.sent\",\"seq\":4,\"at\":9}", true },
	{ "{\"event\":\"rooms.sent", false },
	{ "", false },
};
/* clang-format on */

static void what_is_unusual_is_for_the_parser(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (both_roads(odd[i].text, strlen(odd[i].text)) != odd[i].taken)
			fail_msg("%s", odd[i].text);
}

/* Another byte, one less, one more, a piece twice, an end too early: most of it is no event any
 * more, and some is another one. */
static size_t change(char *text, size_t len)
{
	static const char likely[] = "\"\\{}[],:0123456789-.eutrfn \x7f\x80\xc3\xe2\xff";
	size_t at = pick(len), n;

	switch (pick(5)) {
	case 0:
		text[at] = likely[pick(sizeof(likely))]; /* its NUL, too */
		return len;
	case 1:
		memmove(text + at, text + at + 1, len - at - 1);
		return len - 1;
	case 2:
		memmove(text + at + 1, text + at, len - at);
		return len + 1;
	case 3:
		n = pick(len - at) + 1;
		memmove(text + at + n, text + at, len - at);
		return len + n;
	default:
		return at;
	}
}

static void damage_is_never_taken_for_something_else(void **state)
{
	size_t taken = 0, refused = 0;

	(void)state;
	for (unsigned type = 1; type < EVT_COUNT; type++) {
		char *whole = sample(type, SAMPLE_MOST);
		size_t len = strlen(whole);

		if (len > 2000) /* the longest texts have nothing that shorter ones have not */
			len = 2000;
		for (int i = 0; i < CHANGES; i++) {
			char *text = x_malloc(8 * len);
			size_t n = len;

			memcpy(text, whole, len + 1);
			for (unsigned times = pick(2) + 1; times > 0 && n > 0; times--)
				n = change(text, n);
			*(both_roads(text, n) ? &taken : &refused) += 1;
			free(text);
		}
		free(whole);
	}
	assert_true(taken > 100); /* a change may leave an event: another digit, another letter */
	assert_true(refused > 1000);
}

/* --- commands ----------------------------------------------------------------------------------
 */

static char *command_sample(unsigned type, enum sample how)
{
	json_t *json = json_pack("{s:s, s:I}", "command", command_specs[type].name, "n",
				 (json_int_t)9007199254740991);
	char *text;

	json_object_update_new(json, sample_fields(command_specs[type].fields, how));
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	return text;
}

static bool both_roads_of_command(const char *text, size_t len)
{
	struct command own = { 0 };
	struct upward parsed;
	struct blame blame;

	if (!codec_own_command(text, len, &own)) {
		assert_ptr_equal(own.lists, NULL);
		return false;
	}
	if (codec_parsed(text, len, &parsed, &blame) != OK)
		fail_msg("the parser refuses %.*s", (int)len, text);
	if (parsed.kind != UP_COMMAND || blame.n != own.n || !same_command(&own, &parsed.command))
		fail_msg("read in two ways: %.*s", (int)len, text);
	command_free(&own);
	upward_free(&parsed);
	return true;
}

static void commands_are_taken_as_the_parser_takes_them(void **state)
{
	size_t taken = 0;

	(void)state;
	for (unsigned type = 1; type < CMD_COUNT; type++) {
		for (enum sample how = SAMPLE_LEAST; how <= SAMPLE_MOST; how++) {
			char *text = command_sample(type, how);

			taken += both_roads_of_command(text, strlen(text));
			free(text);
		}
	}
	assert_true(taken > CMD_COUNT); /* those with a list or a struct are not */
}

/* clang-format off */
#define SAY "{\"command\":\"chat.say\",\"n\":5"
static const struct odd odd_commands[] = {
	{ SAY ",\"room\":1,\"text\":\"Hallo, 陈\"}", true },
	{ SAY ",\"room\":1,\"text\":\"x\",\"reply\":7}", true },
	{ SAY ",\"room\":1,\"text\":\"x\",\"reply\":0}", true },
	{ SAY ",\"room\":1,\"text\":\"\\n\"}", false },
	{ SAY ",\"room\":1,\"text\":\"\"}", false },
	{ SAY ",\"room\":1,\"text\":\" \"}", false },
	{ SAY ",\"room\":1,\"text\":\"e\xcc\x81\"}", false }, /* has another form */
	{ SAY ",\"room\":1}", false },
	{ SAY ",\"room\":1,\"text\":\"x\",\"mood\":1}", false },
	{ SAY ",\"text\":\"x\",\"room\":1}", false },
	{ SAY ",\"room\":-1,\"text\":\"x\"}", false },
	{ SAY ",\"room\":1,\"text\":\"x\"}\n", false },
	{ "{\"command\":\"chat.say\",\"n\":0,\"room\":1,\"text\":\"x\"}", false },
	{ "{\"command\":\"chat.say\",\"room\":1,\"text\":\"x\"}", false },
	{ "{\"command\":\"people.expire\",\"n\":1,\"who\":4}", false }, /* of the server alone */
	{ "{\"command\":\"rooms.leave\",\"n\":1}", true },
	{ "{\"command\":\"people.mute\",\"n\":1,\"who\":4,\"minutes\":100000,\"reason\":\"off_topic\"}", false },
	{ "{\"command\":\"people.mute\",\"n\":1,\"who\":4,\"minutes\":5,\"reason\":\"mood\"}", false },
	{ "{\"command\":\"", false },
};
/* clang-format on */

static void unusual_commands_are_for_the_parser(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(odd_commands) / sizeof(odd_commands[0]); i++) {
		const struct odd *o = &odd_commands[i];

		if (both_roads_of_command(o->text, strlen(o->text)) != o->taken)
			fail_msg("%s", o->text);
	}
}

static void damaged_commands_are_never_taken_for_something_else(void **state)
{
	size_t taken = 0, refused = 0;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		char *whole = command_sample(1 + pick(CMD_COUNT - 1), SAMPLE_MOST);
		size_t len = strlen(whole) < 600 ? strlen(whole) : 600;
		char *text = x_malloc(8 * len);

		memcpy(text, whole, len + 1);
		len = change(text, len);
		*(both_roads_of_command(text, len) ? &taken : &refused) += 1;
		free(text);
		free(whole);
	}
	assert_true(taken > 100);
	assert_true(refused > 1000);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_we_write_is_taken),
	cmocka_unit_test(what_is_unusual_is_for_the_parser),
	cmocka_unit_test(damage_is_never_taken_for_something_else),
	cmocka_unit_test(commands_are_taken_as_the_parser_takes_them),
	cmocka_unit_test(unusual_commands_are_for_the_parser),
	cmocka_unit_test(damaged_commands_are_never_taken_for_something_else),
};

const struct unit_group codec_own_group = UNIT_GROUP("codec_own", tests);
