/* What comes up: messages as they are written, and what is no message at all. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/codec_own.h"
#include "server/base/mem.h"
#include "tests/lib/same.h"
#include "tests/unit/codec_exact.h"

/* clang-format off */
static const struct good {
	const char *text;
	enum up kind;
	const char *reads; /* the same with the words as they are taken; NULL: as they are */
} goods[] = {
	{ "{\"hello\":1,\"ticket\":\"a.b.c\"}", UP_HELLO, NULL },
	{ "{\"hello\":1,\"ticket\":\"a\",\"epoch\":\"k3f9\",\"after\":42,\"pending\":[81,82]}", UP_HELLO, NULL },
	{ "{\"hello\":1,\"ticket\":\"a\",\"after\":0,\"pending\":[]}", UP_HELLO, NULL },
	{ " \t\r\n{ \"hello\" : 1 , \"ticket\" : \"a\" } \n", UP_HELLO, NULL },
	{ "{\"ticket\":\"a\",\"hello\":1}", UP_HELLO, NULL },
	{ "{\"command\":\"chat.say\",\"n\":81,\"room\":1,\"text\":\"Hello\"}", UP_COMMAND, NULL },
	{ "{\"n\":1,\"text\":\"Hello\",\"room\":0,\"command\":\"chat.say\"}", UP_COMMAND, NULL },
	{ "{\"command\":\"chat.say\",\"n\":9007199254740991,\"room\":9007199254740991,\"text\":\"x\"}", UP_COMMAND, NULL },
	{ "{\"command\":\"chat.say\",\"n\":1,\"room\":1,\"text\":\"x\",\"reply\":7}", UP_COMMAND, NULL },
	{ "{\"command\":\"chat.say\",\"n\":1,\"room\":1,\"text\":\"a\\n\\tb \"}", UP_COMMAND, NULL },
	{ "{\"command\":\"chat.say\",\"n\":1,\"room\":1,\"text\":\"{[:,\\\"\\\\ \\u0041\"}", UP_COMMAND, NULL },
	{ "{\"command\":\"chat.say\",\"n\":1,\"room\":1,\"text\":\"caf\\u0065\\u0301\"}", UP_COMMAND,
	  "{\"command\":\"chat.say\",\"n\":1,\"room\":1,\"text\":\"caf\xC3\xA9\"}" },
	{ "{\"command\":\"chat.say\",\"n\":1,\"room\":1,\"text\":\"\\ud83d\\ude00\"}", UP_COMMAND, NULL },
	{ "{\"command\":\"chat.say\",\"n\":1,\"room\":1,\"text\":\"\xE4\xBD\xA0\xE5\xA5\xBD\"}", UP_COMMAND, NULL },
	{ "{\"command\":\"chat.say\",\"n\":1,\"room\":1,\"text\":\"a\\u202eb\"}", UP_COMMAND,
	  "{\"command\":\"chat.say\",\"n\":1,\"room\":1,\"text\":\"ab\"}" },
	{ "{\"command\":\"rooms.open\",\"n\":1,\"title\":\"  Blue  \"}", UP_COMMAND,
	  "{\"command\":\"rooms.open\",\"n\":1,\"title\":\"Blue\"}" },
	{ "{\"command\":\"rooms.open\",\"n\":1,\"title\":\"Blue\",\"area\":\"hr-1_X\",\"capacity\":2}", UP_COMMAND, NULL },
	{ "{\"command\":\"chat.say\",\"n\":1,\"room\":1,\"text\":\"\\\"[[[[[[[[[[\"}", UP_COMMAND, NULL },
	{ "{\"command\":\"chat.say\",\"n\":1,\"room\":1,\"text\":\"\\\\\\\"[[[[[[[[[[\"}", UP_COMMAND, NULL },
	{ "{\"command\":\"rooms.leave\",\"n\":5}", UP_COMMAND, NULL },
	{ "{\"command\":\"rooms.recall\",\"n\":5,\"seconds\":0}", UP_COMMAND, NULL },
	{ "{\"command\":\"rooms.recall\",\"n\":5,\"seconds\":600}", UP_COMMAND, NULL },
	{ "{\"command\":\"agenda.extend\",\"n\":5,\"topic\":9,\"minutes\":-60}", UP_COMMAND, NULL },
	{ "{\"command\":\"people.mute\",\"n\":5,\"who\":9,\"minutes\":15,\"reason\":\"off_topic\"}", UP_COMMAND, NULL },
	{ "{\"command\":\"session.phase\",\"n\":5,\"phase\":\"report_back\"}", UP_COMMAND, NULL },
	{ "{\"command\":\"session.change\",\"n\":5}", UP_COMMAND, NULL },
	{ "{\"command\":\"session.change\",\"n\":5,\"start\":1795305600000,\"end\":253402300799999}", UP_COMMAND, NULL },
	{ "{\"command\":\"chat.react\",\"n\":5,\"line\":3,\"kind\":\"well_done\",\"on\":false}", UP_COMMAND, NULL },
	{ "{\"command\":\"notices.announce\",\"n\":5,\"rooms\":[1,4],\"text\":\"x\",\"zh\":\"y\"}", UP_COMMAND, NULL },
	{ "{\"query\":\"chat.history\",\"n\":82,\"room\":1,\"before\":900}", UP_QUERY, NULL },
	{ "{\"query\":\"chat.history\",\"n\":82,\"room\":0}", UP_QUERY, NULL },
	{ "{\"query\":\"people.roster\",\"n\":82}", UP_QUERY, NULL },
	{ "{\"query\":\"people.roster\",\"n\":82,\"find\":\"mei\",\"area\":\"hr\",\"room\":3,\"after\":9}", UP_QUERY, NULL },
	{ "{\"signal\":\"chat.typing\",\"room\":1}", UP_SIGNAL, NULL },
};
/* clang-format on */

static void good_messages_are_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
		struct upward u;
		struct blame blame;
		enum err err = codec_read_text(goods[i].text, &u, &blame);

		if (!err && !json_of(&u)) { /* by the short road; what it reads is compared there */
			upward_free(&u);
			err = codec_parsed(goods[i].text, strlen(goods[i].text), &u, &blame);
		}
		json_t *should =
			json_loads(goods[i].reads ? goods[i].reads : goods[i].text, 0, NULL);

		if (err || u.kind != goods[i].kind || !json_equal((json_t *)json_of(&u), should))
			fail_msg("%s: %s %s", goods[i].text, err_names[err], blame.field);
		json_decref(should);
		upward_free(&u);
	}
}

static void fields_arrive_in_the_structs(void **state)
{
	struct upward u;
	struct blame blame;

	(void)state;
	assert_int_equal(OK, codec_read_text(goods[1].text, &u, &blame));
	assert_string_equal(u.hello.ticket, "a");
	assert_string_equal(u.hello.epoch, "k3f9");
	assert_int_equal(u.hello.after, 42);
	assert_int_equal(u.hello.n_pending, 2);
	assert_int_equal(u.hello.pending[1], 82);
	upward_free(&u);
	assert_int_equal(OK, codec_read_text("{\"command\":\"chat.say\",\"n\":81,\"room\":3,"
					     "\"text\":\"hi\",\"reply\":7}",
					     &u, &blame));
	assert_int_equal(u.command.type, CMD_CHAT_SAY);
	assert_int_equal(u.command.n, 81);
	assert_int_equal(u.command.chat_say.room, 3);
	assert_int_equal(u.command.chat_say.reply, 7);
	assert_string_equal(u.command.chat_say.text, "hi");
	assert_int_equal(command_room(&u.command), 3);
	assert_int_equal(command_who(&u.command), 0);
	upward_free(&u);
	assert_int_equal(u.kind, UP_NONE);
	assert_int_equal(
		OK, codec_read_text("{\"command\":\"people.mute\",\"n\":1,\"who\":9,\"minutes\":15,"
				    "\"reason\":\"harassment\",\"note\":\"Please.\"}",
				    &u, &blame));
	assert_int_equal(u.command.people_mute.minutes, 15);
	assert_int_equal(u.command.people_mute.reason, REASON_HARASSMENT);
	assert_string_equal(u.command.people_mute.note, "Please.");
	assert_int_equal(command_who(&u.command), 9);
	upward_free(&u);
}

static void the_server_may_ask_what_people_may_not(void **state)
{
	struct command c;
	struct blame blame;

	(void)state;
	assert_int_equal(OK, codec_command(json_loads("{\"command\":\"rooms.return\"}", 0, NULL),
					   &c, &blame));
	assert_int_equal(c.type, CMD_ROOMS_RETURN);
	assert_int_equal(c.n, 0);
	command_free(&c);
	assert_int_equal(OK, codec_command(json_loads("{\"command\":\"people.expire\",\"n\":3,"
						      "\"who\":7}",
						      0, NULL),
					   &c, &blame));
	assert_int_equal(c.n, 3);
	assert_int_equal(c.people_expire.who, 7);
	command_free(&c);
	assert_int_equal(
		ERR_BAD_REQUEST,
		codec_command(
			json_loads("{\"command\":\"people.expire\",\"n\":-3,\"who\":7}", 0, NULL),
			&c, &blame));
	assert_string_equal(blame.field, "n");
	assert_int_equal(ERR_BAD_REQUEST, codec_command(json_array(), &c, &blame));
	assert_int_equal(ERR_BAD_REQUEST, codec_command(NULL, &c, &blame));
	assert_string_equal(blame.field, "command");
}

static void lists_of_structs_are_read(void **state)
{
	static const char text[] =
		"{\"command\":\"session.open\",\"session\":\"asia-hr\",\"title\":\"HR\","
		"\"format\":\"combined\",\"languages\":[\"zh\",\"en\"],"
		"\"areas\":[{\"key\":\"hr\",\"en\":\" HR "
		"\"},{\"key\":\"it\",\"en\":\"IT\",\"zh\":\"\xE4\xBF\xA1\"}],"
		"\"start\":1,\"end\":2,\"open\":true,\"rooms_by\":\"attendees\"}";
	const struct session_open *o;
	struct command c;
	struct blame blame;

	(void)state;
	assert_int_equal(OK, codec_command(json_loads(text, 0, NULL), &c, &blame));
	o = &c.session_open;
	assert_int_equal(o->n_languages, 2);
	assert_int_equal(o->languages[0], LANGUAGE_ZH);
	assert_int_equal(o->languages[1], LANGUAGE_EN);
	assert_int_equal(o->n_areas, 2);
	assert_string_equal(o->areas[0].en, "HR");
	assert_null(o->areas[0].zh);
	assert_string_equal(o->areas[1].key, "it");
	assert_string_equal(o->areas[1].zh, "\xE4\xBF\xA1");
	assert_true(o->open);
	assert_int_equal(o->rooms_by, ROOMS_BY_ATTENDEES);
	command_free(&c);
}

/* A message of so many bytes, by the white space after it. */
static char *padded(size_t len)
{
	static const char leave[] = "{\"command\":\"rooms.leave\",\"n\":1}";
	char *text = x_malloc(len);

	memset(text, ' ', len);
	memcpy(text, leave, sizeof(leave) - 1);
	return text;
}

static void size_is_asked_first(void **state)
{
	char *text = padded(LIMIT_MESSAGE_BYTES + 1);
	struct upward u;
	struct blame blame;

	(void)state;
	assert_int_equal(OK, codec_read_exact(text, LIMIT_MESSAGE_BYTES, &u, &blame));
	upward_free(&u);
	assert_int_equal(ERR_TOO_LARGE,
			 codec_read_exact(text, LIMIT_MESSAGE_BYTES + 1, &u, &blame));
	assert_string_equal(blame.field, "");
	free(text);
}

/* {"command":"rooms.leave","n":1,"k0":1,...} with so many keys in all. */
static char *with_keys(size_t n)
{
	char *text = x_malloc(64 + n * 16);
	int len = sprintf(text, "{\"command\":\"rooms.leave\",\"n\":1");

	for (size_t i = 2; i < n; i++)
		len += sprintf(text + len, ",\"k%zu\":1", i);
	sprintf(text + len, "}");
	return text;
}

static void keys_are_counted_before_parsing(void **state)
{
	char *most = with_keys(LIMIT_KEYS), *more = with_keys(LIMIT_KEYS + 1);
	struct upward u;
	struct blame blame;

	(void)state;
	assert_int_equal(ERR_BAD_REQUEST, codec_read_text(most, &u, &blame));
	assert_int_equal(blame.n, 1); /* parsed, and one of the fields was to blame */
	assert_int_equal('k', blame.field[0]);
	assert_int_equal(ERR_BAD_REQUEST, codec_read_text(more, &u, &blame));
	assert_false(blame.has_n);
	free(most);
	free(more);
}

static void a_nul_byte_ends_nothing(void **state)
{
	static const char inside[] = "{\"command\":\"rooms.leave\",\"n\":1,\0\"x\":1}";
	static const char after[] = "{\"command\":\"rooms.leave\",\"n\":1}\0";
	static const char number[] = "{\"command\":\"rooms.leave\",\"n\":1\0}";
	struct upward u;
	struct blame blame;

	(void)state;
	assert_int_equal(ERR_BAD_REQUEST, codec_read_exact(inside, sizeof(inside) - 1, &u, &blame));
	assert_int_equal(ERR_BAD_REQUEST, codec_read_exact(after, sizeof(after) - 1, &u, &blame));
	assert_int_equal(ERR_BAD_REQUEST, codec_read_exact(number, sizeof(number) - 1, &u, &blame));
}

/* Each message cut at each byte, and each byte of it replaced: refused or taken, but never read
 * past its end, never leaked (the sanitizers watch), and cut ones never taken. */
static void broken_messages_do_no_harm(void **state)
{
	static const char bytes[] = "\"\\{}[]:,x0\x80\xFF\n";
	struct upward u;
	struct blame blame;

	(void)state;
	for (size_t i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
		size_t len = strlen(goods[i].text);
		char *text = x_strdup(goods[i].text);

		for (size_t cut = 0; cut < len && text[cut] != '\0'; cut++)
			if (strchr(text + cut, '}'))
				assert_int_not_equal(OK, codec_read_exact(text, cut, &u, &blame));
		for (size_t at = 0; at < len * (sizeof(bytes) - 1); at++) {
			char was = text[at % len];

			text[at % len] = bytes[at / len];
			if (codec_read_exact(text, len, &u, &blame) == OK)
				upward_free(&u);
			text[at % len] = was;
		}
		free(text);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(good_messages_are_taken),
	cmocka_unit_test(fields_arrive_in_the_structs),
	cmocka_unit_test(the_server_may_ask_what_people_may_not),
	cmocka_unit_test(lists_of_structs_are_read),
	cmocka_unit_test(size_is_asked_first),
	cmocka_unit_test(keys_are_counted_before_parsing),
	cmocka_unit_test(a_nul_byte_ends_nothing),
	cmocka_unit_test(broken_messages_do_no_harm),
};

const struct unit_group codec_group = UNIT_GROUP("codec", tests);
