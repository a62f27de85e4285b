/* What a crowd reads: CSV, rosters, scripts. */
#include <string.h>

#include "clients/cli/dice.h"
#include "clients/cli/roster.h"
#include "clients/cli/script.h"
#include "tests/unit/unit.h"

static bool csv_of(const char *text, struct csv *out, char why[200])
{
	return csv_read(text, strlen(text), out, why, 200);
}

static void csv_is_read_as_the_standard_says(void **arg)
{
	struct csv csv;
	char why[200];

	(void)arg;
	assert_true(csv_of("\xEF\xBB\xBF"
			   "a,b,c\r\n\"x, y\",\"he said \"\"no\"\"\",\r\n\r\n"
			   "\"two\nlines\",,last",
			   &csv, why));
	assert_int_equal(csv.n, 3);
	assert_string_equal(csv.rows[0].fields[0], "a");
	assert_string_equal(csv.rows[1].fields[0], "x, y");
	assert_string_equal(csv.rows[1].fields[1], "he said \"no\"");
	assert_string_equal(csv.rows[1].fields[2], "");
	assert_string_equal(csv.rows[2].fields[0], "two\nlines");
	assert_string_equal(csv.rows[2].fields[2], "last");
	assert_int_equal(csv.rows[2].line, 4);
	csv_free(&csv);
	assert_true(csv_of("", &csv, why));
	assert_int_equal(csv.n, 0);
}

static void csv_that_is_wrong_names_line_and_column(void **arg)
{
	static const char *const cases[][2] = {
		{ "a,b\nc,\"d", "line 2, column 2: the quote that begins here does not end" },
		{ "a,b\n\"c\"d,e", "line 2, column 1: there is something between" },
		{ "a,b\"c\n", "line 1, column 2: a quote in the middle" },
		{ "\"a\nb\nc,d", "line 1, column 1: the quote that begins here" },
		{ "\"a\nb\",\"c\"x", "line 2, column 2: there is something between" },
	};

	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct csv csv;
		char why[200] = "";

		assert_false(csv_of(cases[i][0], &csv, why));
		assert_memory_equal(why, cases[i][1], strlen(cases[i][1]));
	}
}

static bool roster_of(const char *text, struct roster *out, char why[300])
{
	return roster_read(text, strlen(text), out, why, 300);
}

static void a_roster_says_who_comes(void **arg)
{
	struct roster r;
	char why[300];

	(void)arg;
	assert_true(roster_of("school,name,arrive_s,language,role\n"
			      "ISB,Ana,1.5,zh,moderator\n"
			      "\"A, B\",\"李 伟\",,,\n",
			      &r, why));
	assert_int_equal(r.n, 2);
	assert_string_equal(r.list[0].name, "Ana");
	assert_int_equal(r.list[0].arrive_ms, 1500);
	assert_int_equal(r.list[0].language, LANGUAGE_ZH);
	assert_int_equal(r.list[0].role, ROLE_MODERATOR);
	assert_string_equal(r.list[1].school, "A, B");
	assert_int_equal(r.list[1].arrive_ms, -1);
	assert_int_equal(r.list[1].language, LANGUAGE_EN);
	assert_int_equal(r.list[1].role, 0);
	assert_null(r.list[1].job);
	roster_free(&r);
}

static void a_roster_that_is_wrong_names_line_and_column(void **arg)
{
	static const char *const cases[][2] = {
		{ "", "line 1: there is nobody" },
		{ "name,school\n", "line 1: there is nobody" },
		{ "name\nAna\n", "line 1, column 1: the columns name and school" },
		{ "name,school,shoe\nAna,ISB,42\n", "line 1, column 3: a column is called" },
		{ "name,school,name\nAna,ISB,B\n", "line 1, column 3: this column is there twice" },
		{ "name,school\nAna,ISB\nBen\n", "line 3, column 2: fields are missing" },
		{ "name,school\nAna,ISB,x\n", "line 2, column 3: there are too many" },
		{ "name,school\n,ISB\n", "line 2, column 1: the name is missing" },
		{ "name,school,language\nAna,ISB,fr\n", "line 2, column 3: language is en or zh, "
							"not \"fr\"" },
		{ "name,school,arrive_s\nAna,ISB,soon\n",
		  "line 2, column 3: arrive_s is a number" },
		{ "name,school,arrive_s\nAna,ISB,-1\n", "line 2, column 3: arrive_s is a number" },
		{ "name,school,arrive_s\nAna,ISB,nan\n", "line 2, column 3: arrive_s is a number" },
	};

	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct roster r;
		char why[300] = "";

		assert_false(roster_of(cases[i][0], &r, why));
		if (strncmp(why, cases[i][1], strlen(cases[i][1])) != 0)
			fail_msg("\"%s\", not \"%s\"", why, cases[i][1]);
	}
}

static bool script_of(const char *text, struct script *out, char why[200])
{
	return script_read(text, strlen(text), out, why, 200);
}

static void a_script_is_chosen_by_weight_and_filled(void **arg)
{
	struct script s;
	char why[200];
	uint64_t dice = 5, again = 5;
	size_t said = 0;
	struct text out = { 0 };
	struct script_values v = { .name = "Ana", .school = "ISB", .n = 3 };

	(void)arg;
	assert_true(
		script_of("# comment\npace 7\nsay 3\n\tHi {name} of {school}, {{x} {n} {topic}\n"
			  "\nreact 1 same thanks\nafter topic 9\n  On {topic}\n",
			  &s, why));
	assert_int_equal(s.pace_ms, 7000);
	assert_int_equal(s.after_topic_ms, 9000);
	assert_int_equal(s.acts[ACT_REACT].n_kinds, 2);
	for (int i = 0; i < 1000; i++) {
		enum act_kind kind = script_choose(&s, &dice);

		assert_int_equal(kind, script_choose(&s, &again));
		assert_true(kind == ACT_SAY || kind == ACT_REACT);
		said += kind == ACT_SAY;
	}
	assert_in_range(said, 680, 820);
	script_fill(script_text(&s.acts[ACT_SAY], &dice), &v, &out);
	assert_string_equal(out.s, "Hi Ana of ISB, {x} 3 ...");
	text_free(&out);
	script_free(&s);
}

static void a_script_that_is_wrong_names_the_line(void **arg)
{
	static const char *const cases[][2] = {
		{ "pace 7\nsay 3\n", "line 3: say has no texts" },
		{ "\ttext\n", "line 1: a text, but no say" },
		{ "say 1\n\tHi {nmae}\n", "line 2: there is no placeholder {nmae}" },
		{ "shout 3\n", "line 1: \"shout 3\" is none of" },
		{ "pace x\n", "line 1: pace wants a number" },
		{ "react 3\n", "line 1: react wants a weight and reactions" },
		{ "react 3 love\n", "line 1: there is no reaction \"love\"" },
		{ "hand 1 x\n", "line 1: \"x\" is too much" },
		{ "hand 1\nhand 1\n", "line 2: hand is there twice" },
		{ "after topic 5\n", "line 2: after topic has no texts" },
	};

	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct script s;
		char why[200] = "";

		assert_false(script_of(cases[i][0], &s, why));
		if (strncmp(why, cases[i][1], strlen(cases[i][1])) != 0)
			fail_msg("\"%s\", not \"%s\"", why, cases[i][1]);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(csv_is_read_as_the_standard_says),
	cmocka_unit_test(csv_that_is_wrong_names_line_and_column),
	cmocka_unit_test(a_roster_says_who_comes),
	cmocka_unit_test(a_roster_that_is_wrong_names_line_and_column),
	cmocka_unit_test(a_script_is_chosen_by_weight_and_filled),
	cmocka_unit_test(a_script_that_is_wrong_names_the_line),
};

const struct unit_group files_group = UNIT_GROUP("files", tests);
