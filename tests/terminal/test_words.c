/* Messages from words: what is made passes the codec, what is wrong is said. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "clients/cli/words.h"
#include "protocol/codec.h"
#include "tests/unit/unit.h"

static json_t *made_of(const char *line, struct text *why)
{
	char copy[600], *words[40];
	size_t n;

	snprintf(copy, sizeof(copy), "%s", line);
	n = words_split(copy, words, 40);
	return words_message(words, n, why);
}

static void words_become_messages(void **arg)
{
	static const char *const cases[][2] = {
		{ "rooms.move who=17 to=23", "{\"command\":\"rooms.move\",\"who\":17,\"to\":23}" },
		{ "chat.say room=1 text=\"hello = you\"",
		  "{\"command\":\"chat.say\",\"room\":1,\"text\":\"hello = you\"}" },
		{ "chat.react line=4 kind=agree on=no",
		  "{\"command\":\"chat.react\",\"line\":4,\"kind\":\"agree\",\"on\":false}" },
		{ "notices.announce rooms=1,4 text=x",
		  "{\"command\":\"notices.announce\",\"rooms\":[1,4],\"text\":\"x\"}" },
		{ "agenda.extend topic=3 minutes=-5",
		  "{\"command\":\"agenda.extend\",\"topic\":3,\"minutes\":-5}" },
		{ "session.change start=2026-11-22T17:00+08:00",
		  "{\"command\":\"session.change\",\"start\":1795338000000}" },
		{ "chat.history room=1", "{\"query\":\"chat.history\",\"room\":1}" },
		{ "session.open session=x title=T format=free languages=en,zh \"areas=hr=Human "
		  "Resources/人力资源,fin=Finance\" start=1 end=2 open=yes rooms_by=staff",
		  "{\"command\":\"session.open\",\"session\":\"x\",\"title\":\"T\",\"format\":"
		  "\"free\","
		  "\"languages\":[\"en\",\"zh\"],\"areas\":[{\"key\":\"hr\",\"en\":\"Human "
		  "Resources\","
		  "\"zh\":\"人力资源\"},{\"key\":\"fin\",\"en\":\"Finance\"}],\"start\":1,\"end\":"
		  "2,"
		  "\"open\":true,\"rooms_by\":\"staff\"}" },
	};

	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text why = { 0 };
		json_t *json = made_of(cases[i][0], &why), *want = json_loads(cases[i][1], 0, NULL);

		if (!json)
			fail_msg("%s: %s", cases[i][0], why.s);
		if (!json_equal(json, want))
			fail_msg("%s became %s", cases[i][0], json_dumps(json, JSON_COMPACT));
		json_decref(json);
		json_decref(want);
		text_free(&why);
	}
}

static void what_is_wrong_is_said(void **arg)
{
	static const char *const cases[][2] = {
		{ "rooms.mvoe who=1",
		  "there is no command or query \"rooms.mvoe\"; there are: rooms." },
		{ "polls.open",
		  "there is no command or query \"polls.open\"; `jobalike commands`" },
		{ "rooms.move who=1", "rooms.move wants to= (Where to.)" },
		{ "rooms.move who=a to=1", "who is not \"a\"; it is: id" },
		{ "rooms.move who=-1 to=1", "who is not \"-1\"" },
		{ "rooms.move who=9007199254740993 to=1", "who is not" },
		{ "rooms.move who=1 who=2 to=1", "who is given twice" },
		{ "rooms.move who=1 to=2 because=x",
		  "rooms.move has no field \"because\"; it has: who" },
		{ "rooms.move 1 2", "\"1\" is not like field=value" },
		{ "people.mute who=1 minutes=500 reason=other",
		  "minutes is not \"500\"; it is: number "
		  "from 1 to 480" },
		{ "people.mute who=1 minutes=5 reason=fun",
		  "reason is not \"fun\"; it is: promotion | " },
		{ "chat.react line=1 kind=same on=maybe", "on is not \"maybe\"; it is: yes or no" },
		{ "notices.announce rooms=1,x text=y", "rooms is not \"x\"; it is: list of id" },
		{ "notices.announce rooms=[1 text=y", "rooms is no JSON" },
	};

	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text why = { 0 };

		assert_null(made_of(cases[i][0], &why));
		if (!why.s || strncmp(why.s, cases[i][1], strlen(cases[i][1])) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", cases[i][0], why.s, cases[i][1]);
		text_free(&why);
	}
}

/* A value for any field, as somebody could type it. */
static void type_value(const struct field *f, struct text *out)
{
	enum field_kind kind = f->kind == FIELD_LIST ? f->of : f->kind;

	text_printf(out, " %s=", f->name);
	switch (kind) {
	case FIELD_ID:
	case FIELD_TIME:
		text_puts(out, "7");
		break;
	case FIELD_INT:
		text_printf(out, "%lld", (long long)f->min);
		break;
	case FIELD_BOOL:
		text_puts(out, "on");
		break;
	case FIELD_ENUM:
		text_puts(out, f->words[1]);
		break;
	case FIELD_STRUCT:
		text_puts(out, "k=en/zh");
		break;
	case FIELD_TEXT:
	case FIELD_LINE:
	case FIELD_NAME:
	case FIELD_WORD:
	case FIELD_LIST:
		text_puts(out, "word");
	}
}

/* Whatever the protocol has, now or later: it can be asked from a terminal, and the codec takes it.
 */
static void every_command_can_be_asked(void **arg)
{
	(void)arg;
	for (int i = 1; i < CMD_COUNT; i++) {
		const struct shape *shape = command_specs[i].fields;
		struct text line = { 0 }, why = { 0 };
		struct command c;
		struct blame blame;
		json_t *json;

		text_puts(&line, command_specs[i].name);
		for (size_t f = 0; f < shape->n; f++)
			type_value(&shape->fields[f], &line);
		json = made_of(line.s, &why);
		if (!json)
			fail_msg("%s: %s", line.s, why.s);
		json_object_set_new(json, "n", json_integer(1));
		if (codec_command(json, &c, &blame) != OK)
			fail_msg("%s: the codec blames %s", line.s, blame.field);
		command_free(&c);
		text_free(&line);
	}
}

static void times_can_be_written_in_several_ways(void **arg)
{
	static const char *const same[] = { "2026-11-22T09:00Z",      "2026-11-22 09:00:00Z",
					    "2026-11-22T17:00+08:00", "2026-11-22T05:30-03:30",
					    "2026-11-22T05:30-0330",  "1795338000000" };
	static const char *const none[] = { "",   "tomorrow", "2026-11-22", "2026-11-22T09:00X",
					    "+5", "+5w",      "-5m",        "2026-13-01T00:00Z",
					    "0" };
	int64_t at;

	(void)arg;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		assert_true(options_time(same[i], &at));
		assert_int_equal(at, 1795338000000);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (options_time(none[i], &at))
			fail_msg("%s was taken", none[i]);
}

static void an_end_is_told_in_words(void **arg)
{
	(void)arg;
	assert_string_equal(says_end("removed"), "you were removed from this session");
	for (int i = 0; i < BYE_COUNT; i++)
		if (bye_names[i])
			assert_string_not_equal(says_end(bye_names[i]), says_error(""));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(words_become_messages),
	cmocka_unit_test(what_is_wrong_is_said),
	cmocka_unit_test(every_command_can_be_asked),
	cmocka_unit_test(times_can_be_written_in_several_ways),
	cmocka_unit_test(an_end_is_told_in_words),
};

const struct unit_group words_group = UNIT_GROUP("words", tests);
