/* Messages that are refused, each with its field and its number. */
#include "tests/unit/unit.h"

#include <string.h>

#include "tests/unit/codec_exact.h"

/* clang-format off */
#define SAY(rest) "{\"command\":\"chat.say\",\"n\":81," rest "}"
#define OPEN(rest) "{\"command\":\"rooms.open\",\"n\":81," rest "}"
#define HELLO(rest) "{\"hello\":1," rest "}"

static const struct bad {
	const char *text, *field;
	enum err err;
	uint64_t n;
} bads[] = {
	/* not JSON, or not an object */
	{ "", "", ERR_BAD_REQUEST, 0 },
	{ " ", "", ERR_BAD_REQUEST, 0 },
	{ "null", "", ERR_BAD_REQUEST, 0 },
	{ "true", "", ERR_BAD_REQUEST, 0 },
	{ "1", "", ERR_BAD_REQUEST, 0 },
	{ "\"hello\"", "", ERR_BAD_REQUEST, 0 },
	{ "[]", "", ERR_BAD_REQUEST, 0 },
	{ "[{\"hello\":1,\"ticket\":\"a\"}]", "", ERR_BAD_REQUEST, 0 },
	{ "{", "", ERR_BAD_REQUEST, 0 },
	{ "}", "", ERR_BAD_REQUEST, 0 },
	{ "{}", "", ERR_BAD_REQUEST, 0 },
	{ "{}{}", "", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":1,\"ticket\":\"a\"} x", "", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":1,\"ticket\":\"a\"}{", "", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":1,\"ticket\":\"a\",}", "", ERR_BAD_REQUEST, 0 },
	{ "{hello:1,ticket:\"a\"}", "", ERR_BAD_REQUEST, 0 },
	{ "{'hello':1,'ticket':'a'}", "", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":1,\"ticket\":\"a\" /* why */}", "", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":01,\"ticket\":\"a\"}", "", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":+1,\"ticket\":\"a\"}", "", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":0x1,\"ticket\":\"a\"}", "", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":1,\"ticket\":\"a\"", "", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":1,\"ticket\":\"a", "", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":1,\"ticket\":\"a\\", "", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":1,\"ticket\":\"\\", "", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":1,\"ticket\":\"\\x41\"}", "", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":1,\"ticket\":\"\\u12\"}", "", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":1,\"ticket\":\"a\nb\"}", "", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":1,\"ticket\":\"a\tb\"}", "", ERR_BAD_REQUEST, 0 },
	{ "\xEF\xBB\xBF{\"hello\":1,\"ticket\":\"a\"}", "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":NaN,\"text\":\"x\""), "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":Infinity,\"text\":\"x\""), "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":1e999,\"text\":\"x\""), "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":9223372036854775808,\"text\":\"x\""), "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":1,\"room\":1,\"text\":\"x\""), "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":1,\"n\":81,\"text\":\"x\""), "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":1,\"\\u0072oom\":1,\"text\":\"x\""), "", ERR_BAD_REQUEST, 0 },
	/* not UTF-8: alone, cut, overlong, surrogates, too high */
	{ SAY("\"room\":1,\"text\":\"\x80\""), "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":1,\"text\":\"\xC3\""), "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":1,\"text\":\"\xC0\xAF\""), "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":1,\"text\":\"\xE0\x80\xAF\""), "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":1,\"text\":\"\xED\xA0\x80\""), "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":1,\"text\":\"\xF4\x90\x80\x80\""), "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":1,\"text\":\"\xFE\""), "", ERR_BAD_REQUEST, 0 },
	{ "{\"\xFF\":1}", "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":1,\"text\":\"\\ud83d\""), "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":1,\"text\":\"\\ude00\\ud83d\""), "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":1,\"text\":\"a\\u0000b\""), "", ERR_BAD_REQUEST, 0 },
	/* no message, two messages, what only comes down */
	{ "{\"n\":81}", "", ERR_BAD_REQUEST, 81 },
	{ "{\"n\":81,\"view\":{}}", "", ERR_BAD_REQUEST, 81 },
	{ "{\"event\":\"chat.said\",\"seq\":4,\"at\":1,\"room\":1,\"text\":\"x\"}", "", ERR_BAD_REQUEST, 0 },
	{ "{\"answer\":{},\"n\":81}", "", ERR_BAD_REQUEST, 81 },
	{ "{\"error\":\"forbidden\"}", "", ERR_BAD_REQUEST, 0 },
	{ "{\"bye\":\"draining\"}", "", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":1,\"ticket\":\"a\",\"command\":\"rooms.leave\"}", "command", ERR_BAD_REQUEST, 0 },
	{ "{\"command\":\"rooms.leave\",\"n\":81,\"query\":\"people.roster\"}", "query", ERR_BAD_REQUEST, 81 },
	{ "{\"command\":\"rooms.leave\",\"n\":81,\"event\":\"rooms.left\"}", "event", ERR_BAD_REQUEST, 81 },
	{ "{\"query\":\"people.roster\",\"n\":81,\"signal\":\"chat.typing\"}", "signal", ERR_BAD_REQUEST, 81 },
	/* hello */
	{ HELLO("\"epoch\":\"k\""), "ticket", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":2,\"ticket\":\"a\"}", "hello", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":0,\"ticket\":\"a\"}", "hello", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":true,\"ticket\":\"a\"}", "hello", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":\"1\",\"ticket\":\"a\"}", "hello", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":1.0,\"ticket\":\"a\"}", "hello", ERR_BAD_REQUEST, 0 },
	{ "{\"hello\":null,\"ticket\":\"a\"}", "hello", ERR_BAD_REQUEST, 0 },
	{ HELLO("\"ticket\":7"), "ticket", ERR_BAD_REQUEST, 0 },
	{ HELLO("\"ticket\":\"\""), "ticket", ERR_BAD_REQUEST, 0 },
	{ HELLO("\"ticket\":null"), "ticket", ERR_BAD_REQUEST, 0 },
	{ HELLO("\"ticket\":\"a\",\"n\":3"), "n", ERR_BAD_REQUEST, 3 },
	{ HELLO("\"ticket\":\"a\",\"epoch\":\"k 9\""), "epoch", ERR_BAD_REQUEST, 0 },
	{ HELLO("\"ticket\":\"a\",\"epoch\":\"\""), "epoch", ERR_BAD_REQUEST, 0 },
	{ HELLO("\"ticket\":\"a\",\"after\":-1"), "after", ERR_BAD_REQUEST, 0 },
	{ HELLO("\"ticket\":\"a\",\"after\":1.5"), "after", ERR_BAD_REQUEST, 0 },
	{ HELLO("\"ticket\":\"a\",\"after\":\"4\""), "after", ERR_BAD_REQUEST, 0 },
	{ HELLO("\"ticket\":\"a\",\"after\":9007199254740992"), "after", ERR_BAD_REQUEST, 0 },
	{ HELLO("\"ticket\":\"a\",\"after\":null"), "after", ERR_BAD_REQUEST, 0 },
	{ HELLO("\"ticket\":\"a\",\"pending\":81"), "pending", ERR_BAD_REQUEST, 0 },
	{ HELLO("\"ticket\":\"a\",\"pending\":[81,\"82\"]"), "pending", ERR_BAD_REQUEST, 0 },
	{ HELLO("\"ticket\":\"a\",\"pending\":[81,-2]"), "pending", ERR_BAD_REQUEST, 0 },
	{ HELLO("\"ticket\":\"a\",\"pending\":[null]"), "pending", ERR_BAD_REQUEST, 0 },
	{ HELLO("\"ticket\":\"a\",\"pending\":[[]]"), "pending", ERR_BAD_REQUEST, 0 },
	/* n and the name */
	{ "{\"command\":\"rooms.leave\"}", "n", ERR_BAD_REQUEST, 0 },
	{ "{\"command\":\"rooms.leave\",\"n\":0}", "n", ERR_BAD_REQUEST, 0 },
	{ "{\"command\":\"rooms.leave\",\"n\":-1}", "n", ERR_BAD_REQUEST, 0 },
	{ "{\"command\":\"rooms.leave\",\"n\":1.0}", "n", ERR_BAD_REQUEST, 0 },
	{ "{\"command\":\"rooms.leave\",\"n\":1e3}", "n", ERR_BAD_REQUEST, 0 },
	{ "{\"command\":\"rooms.leave\",\"n\":\"1\"}", "n", ERR_BAD_REQUEST, 0 },
	{ "{\"command\":\"rooms.leave\",\"n\":null}", "n", ERR_BAD_REQUEST, 0 },
	{ "{\"command\":\"rooms.leave\",\"n\":9007199254740992}", "n", ERR_BAD_REQUEST, 0 },
	{ "{\"query\":\"people.roster\"}", "n", ERR_BAD_REQUEST, 0 },
	{ "{\"query\":\"people.roster\",\"n\":0}", "n", ERR_BAD_REQUEST, 0 },
	{ "{\"command\":\"rooms.fly\",\"n\":81}", "command", ERR_BAD_REQUEST, 81 },
	{ "{\"command\":\"\",\"n\":81}", "command", ERR_BAD_REQUEST, 81 },
	{ "{\"command\":7,\"n\":81}", "command", ERR_BAD_REQUEST, 81 },
	{ "{\"command\":null,\"n\":81}", "command", ERR_BAD_REQUEST, 81 },
	{ "{\"command\":\"Rooms.leave\",\"n\":81}", "command", ERR_BAD_REQUEST, 81 },
	{ "{\"command\":\"rooms.leave \",\"n\":81}", "command", ERR_BAD_REQUEST, 81 },
	{ "{\"command\":\"chat.said\",\"n\":81,\"room\":1,\"text\":\"x\"}", "command", ERR_BAD_REQUEST, 81 },
	{ "{\"command\":\"people.roster\",\"n\":81}", "command", ERR_BAD_REQUEST, 81 },
	{ "{\"query\":\"chat.say\",\"n\":81}", "query", ERR_BAD_REQUEST, 81 },
	{ "{\"query\":[],\"n\":81}", "query", ERR_BAD_REQUEST, 81 },
	{ "{\"signal\":\"chat.say\"}", "signal", ERR_BAD_REQUEST, 0 },
	{ "{\"signal\":\"digest\"}", "signal", ERR_BAD_REQUEST, 0 },
	{ "{\"signal\":{}}", "signal", ERR_BAD_REQUEST, 0 },
	{ "{\"signal\":\"chat.typing\",\"room\":1,\"n\":4}", "n", ERR_BAD_REQUEST, 4 },
	{ "{\"signal\":\"chat.typing\"}", "room", ERR_BAD_REQUEST, 0 },
	/* the server's own commands */
	{ "{\"command\":\"people.join\",\"n\":81,\"sub\":\"s\",\"name\":\"A\",\"school\":\"S\",\"language\":\"en\",\"role\":\"organizer\"}", "command", ERR_BAD_REQUEST, 81 },
	{ "{\"command\":\"people.expire\",\"n\":81,\"who\":4}", "command", ERR_BAD_REQUEST, 81 },
	{ "{\"command\":\"rooms.return\",\"n\":81}", "command", ERR_BAD_REQUEST, 81 },
	/* fields */
	{ SAY("\"text\":\"x\""), "room", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1"), "text", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":-1,\"text\":\"x\""), "room", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1.0,\"text\":\"x\""), "room", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":-0.0,\"text\":\"x\""), "room", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1e0,\"text\":\"x\""), "room", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":\"1\",\"text\":\"x\""), "room", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":true,\"text\":\"x\""), "room", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":null,\"text\":\"x\""), "room", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":[1],\"text\":\"x\""), "room", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":{},\"text\":\"x\""), "room", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":9007199254740992,\"text\":\"x\""), "room", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":9223372036854775807,\"text\":\"x\""), "room", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":7"), "text", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":null"), "text", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":[\"x\"]"), "text", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"\""), "text", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\" \\n\\t \""), "text", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"\\u0007\""), "text", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"a\\r\\nb\""), "text", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"a\\u007fb\""), "text", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"a\\u0085b\""), "text", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"a\\ufffeb\""), "text", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"\\u202e\\u2066\""), "text", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"\\u200b\\u3164\""), "text", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"x\",\"reply\":null"), "reply", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"x\",\"to\":3"), "to", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"x\",\"Text\":\"y\""), "Text", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"x\",\"__proto__\":{}"), "__proto__", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"x\",\"constructor\":1"), "constructor", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"x\",\"at\":1"), "at", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"x\",\"by\":1"), "by", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"x\",\"\":1"), "", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"x\",\"<b>\":1"), "", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"x\",\"\xE4\xBD\xA0\":1"), "", ERR_BAD_REQUEST, 81 },
	{ SAY("\"room\":1,\"text\":\"x\",\"a23456789012345678901234567890123\":1"), "", ERR_BAD_REQUEST, 81 },
	{ OPEN("\"title\":\"a\\nb\""), "title", ERR_BAD_REQUEST, 81 },
	{ OPEN("\"title\":\"a\\tb\""), "title", ERR_BAD_REQUEST, 81 },
	{ OPEN("\"title\":\"a\\u202eb\""), "title", ERR_BAD_REQUEST, 81 },
	{ OPEN("\"title\":\"a\\u2028b\""), "title", ERR_BAD_REQUEST, 81 },
	{ OPEN("\"title\":\"a\\u200bb\""), "title", ERR_BAD_REQUEST, 81 },
	{ OPEN("\"title\":\"   \""), "title", ERR_BAD_REQUEST, 81 },
	{ OPEN("\"title\":\"x\",\"area\":\"\""), "area", ERR_BAD_REQUEST, 81 },
	{ OPEN("\"title\":\"x\",\"area\":\"h r\""), "area", ERR_BAD_REQUEST, 81 },
	{ OPEN("\"title\":\"x\",\"area\":\"\xC3\xA9\""), "area", ERR_BAD_REQUEST, 81 },
	{ OPEN("\"title\":\"x\",\"area\":\"a.b\""), "area", ERR_BAD_REQUEST, 81 },
	{ OPEN("\"title\":\"x\",\"area\":\"a23456789012345678901234567890123\""), "area", ERR_BAD_REQUEST, 81 },
	{ OPEN("\"title\":\"x\",\"capacity\":1"), "capacity", ERR_BAD_REQUEST, 81 },
	{ OPEN("\"title\":\"x\",\"capacity\":501"), "capacity", ERR_BAD_REQUEST, 81 },
	{ OPEN("\"title\":\"x\",\"capacity\":2.5"), "capacity", ERR_BAD_REQUEST, 81 },
	{ OPEN("\"title\":\"x\",\"capacity\":4294967298"), "capacity", ERR_BAD_REQUEST, 81 },
	{ OPEN("\"title\":\"x\",\"capacity\":-2"), "capacity", ERR_BAD_REQUEST, 81 },
	{ "{\"command\":\"people.mute\",\"n\":1,\"who\":2,\"minutes\":1,\"reason\":\"\"}", "reason", ERR_BAD_REQUEST, 1 },
	{ "{\"command\":\"people.mute\",\"n\":1,\"who\":2,\"minutes\":1,\"reason\":\"Other\"}", "reason", ERR_BAD_REQUEST, 1 },
	{ "{\"command\":\"people.mute\",\"n\":1,\"who\":2,\"minutes\":1,\"reason\":1}", "reason", ERR_BAD_REQUEST, 1 },
	{ "{\"command\":\"people.mute\",\"n\":1,\"who\":2,\"minutes\":1,\"reason\":\"spam\"}", "reason", ERR_BAD_REQUEST, 1 },
	{ "{\"command\":\"people.mute\",\"n\":1,\"who\":2,\"minutes\":0,\"reason\":\"other\"}", "minutes", ERR_BAD_REQUEST, 1 },
	{ "{\"command\":\"people.mute\",\"n\":1,\"who\":2,\"minutes\":481,\"reason\":\"other\"}", "minutes", ERR_BAD_REQUEST, 1 },
	{ "{\"command\":\"chat.react\",\"n\":1,\"line\":2,\"kind\":\"same\",\"on\":1}", "on", ERR_BAD_REQUEST, 1 },
	{ "{\"command\":\"chat.react\",\"n\":1,\"line\":2,\"kind\":\"same\",\"on\":\"true\"}", "on", ERR_BAD_REQUEST, 1 },
	{ "{\"command\":\"chat.react\",\"n\":1,\"line\":2,\"kind\":\"same\"}", "on", ERR_BAD_REQUEST, 1 },
	{ "{\"command\":\"session.change\",\"n\":1,\"start\":-1}", "start", ERR_BAD_REQUEST, 1 },
	{ "{\"command\":\"session.change\",\"n\":1,\"start\":1.7e12}", "start", ERR_BAD_REQUEST, 1 },
	{ "{\"command\":\"session.change\",\"n\":1,\"start\":253402300800000}", "start", ERR_BAD_REQUEST, 1 },
	{ "{\"command\":\"session.change\",\"n\":1,\"start\":\"2026-11-22\"}", "start", ERR_BAD_REQUEST, 1 },
	{ "{\"command\":\"notices.announce\",\"n\":1,\"rooms\":{},\"text\":\"x\"}", "rooms", ERR_BAD_REQUEST, 1 },
	{ "{\"command\":\"notices.announce\",\"n\":1,\"rooms\":[{}],\"text\":\"x\"}", "rooms", ERR_BAD_REQUEST, 1 },
	{ "{\"command\":\"notices.announce\",\"n\":1,\"rooms\":[1,2.5],\"text\":\"x\"}", "rooms", ERR_BAD_REQUEST, 1 },
	{ "{\"command\":\"rooms.leave\",\"n\":1,\"room\":1}", "room", ERR_BAD_REQUEST, 1 },
	{ "{\"query\":\"chat.history\",\"n\":1,\"room\":1,\"limit\":5000}", "limit", ERR_BAD_REQUEST, 1 },
	/* too deep */
	{ SAY("\"room\":[[[[[[[[]]]]]]]],\"text\":\"x\""), "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"text\":\"\\\\\",\"room\":[[[[[[[[]]]]]]]]"), "", ERR_BAD_REQUEST, 0 },
	{ SAY("\"room\":[[[[[[[]]]]]]],\"text\":\"x\""), "room", ERR_BAD_REQUEST, 81 },
};
/* clang-format on */

static void bad_messages_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		const struct bad *bad = &bads[i];
		struct upward u;
		struct blame blame;
		enum err err = codec_read_text(bad->text, &u, &blame);

		if (err != bad->err || strcmp(blame.field, bad->field) != 0)
			fail_msg("%s: %s \"%s\"", bad->text, err_names[err], blame.field);
		assert_int_equal(blame.n, bad->n);
		assert_int_equal(blame.has_n, bad->n != 0);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(bad_messages_are_refused),
};

const struct unit_group codec_refused_group = UNIT_GROUP("codec_refused", tests);
