/* What people wrote, in a record that is Markdown: words stay words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/core/markdown.h"
#include "tests/unit/unit.h"

static const char *const naughty[] = {
	"plain words, nothing else.",
	"# a heading",
	"C #",
	"## ",
	"- item",
	"+ item",
	"* item",
	"1. item",
	"12345) item",
	"> quoted",
	"    code",
	"\tcode",
	"```\ncode\n```",
	"~~~\ncode",
	"~~gone~~",
	"`code`",
	"**strong** and _soft_",
	"[click](https://evil.example)",
	"![x](https://evil.example/x.png)",
	"<script>alert(1)</script>",
	"<https://evil.example>",
	"https://evil.example/a_b_c",
	"HTTP://evil.example ftp://x",
	"www.evil.example",
	"me@evil.example",
	"&lt;b&gt; &amp; &#60;",
	"[1]: https://evil.example",
	"[^1]",
	"a | b\n--- | ---\nc | d",
	"title\n=====",
	"title\n---",
	"***",
	"- - -",
	"line one\nline two\n\nline three",
	"ends in a backslash \\",
	"\\*not strong\\*",
	"$x$ $$y$$",
	"<!-- comment -->",
	"<details>\n\n# x",
	":root { }",
	"人力资源 **重要** [链接](https://evil.example)",
	"</a><a id=\"line-1\">",
	"\n\nfirst",
	"trailing  \nspaces  ",
	"emoji 👩‍👩‍👧‍👦 \xE2\x80\x8E and mark",
	"'; DROP TABLE people; --",
	"%s%n%x",
};

/* Undoes what the writer did: the words as a reader sees them. Fails on a mark that is bare. */
static void read_back(const char *markdown, struct text *out)
{
	for (const char *s = markdown; *s; s++) {
		bool begins = s == markdown || s[-1] == '\n';

		if (begins && strncmp(s, "> ", 2) == 0) {
			s++;
			continue;
		}
		if (strncmp(s, "&nbsp;", 6) == 0) {
			text_puts(out, " ");
			s += 5;
		} else if (s[0] == '\\' && s[1] == '\n') {
			continue;
		} else if (s[0] == '\\') {
			text_add(out, ++s, 1);
		} else {
			if (strchr("`*_[]<>&|~$#@\\", *s) || strncmp(s, "://", 3) == 0 ||
			    strncmp(s, "www.", 4) == 0)
				fail_msg("bare %c in: %s", *s, markdown);
			if (s >= markdown + 2 && strncmp(s - 2, "> ", 2) == 0 && strchr("+-=:", *s))
				fail_msg("begins with %c: %s", *s, markdown);
			text_add(out, s, 1);
		}
	}
}

/* Blanks at the ends of lines, and which kind of blank, are not words. */
static char *folded(const char *words)
{
	char *out = malloc(strlen(words) * 4 + 2), *to = out;

	for (const char *s = words; *s; s++) {
		if (*s == '\n')
			while (to > out && to[-1] == ' ')
				to--;
		if (*s == '\t' && (s == words || s[-1] == '\n'))
			to += sprintf(to, "    ");
		else
			*to++ = *s;
	}
	while (to > out && (to[-1] == ' ' || to[-1] == '\n'))
		to--;
	*to = '\0';
	return out;
}

static void naughty_words_come_back_as_they_were(void **arg)
{
	(void)arg;
	for (size_t i = 0; i < sizeof(naughty) / sizeof(naughty[0]); i++) {
		struct text made = { 0 }, read = { 0 };
		char *want = folded(naughty[i]), *got;

		markdown_block(&made, "> ", naughty[i]);
		read_back(made.s, &read);
		got = folded(read.s);
		assert_string_equal(got, want);
		free(want);
		free(got);
		text_free(&made);
		text_free(&read);
	}
}

static void marks_of_control_and_direction_are_left_out(void **arg)
{
	struct text t = { 0 };

	(void)arg;
	markdown_words(&t, "\xE2\x80\xAE# a\x01\x7f\xE2\x81\xA6\xE2\x80\x8F"
			   "b\nc");
	assert_string_equal(t.s, "\\# a\xE2\x80\x8F"
				 "b c");
	text_free(&t);
}

/* Found by fuzzing: what is left out parted what makes markup, and so hid it from the writer. */
static void what_is_left_out_hides_no_markup(void **arg)
{
	static const struct {
		const char *words, *made;
	} cases[] = {
		{ "https:\x01//a.b", "https\\://a.b" },
		{ "https\xE2\x80\xAE://a.b", "https\\://a.b" },
		{ "https:/\xE2\x81\xA6/a.b", "https\\://a.b" },
		{ "www\x7f.a.b", "www\\.a.b" },
		{ "1\x02. item", "1\\. item" },
		{ "\xE2\x80\xAE    code", "&nbsp;&nbsp;&nbsp;&nbsp;code" },
	};

	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text t = { 0 };

		markdown_words(&t, cases[i].words);
		assert_string_equal(t.s, cases[i].made);
		text_free(&t);
	}
}

static void times_are_dates_of_the_calendar(void **arg)
{
	static const struct {
		int64_t at;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01 00:00:00" },
		{ -1, "1969-12-31 23:59:59" },
		{ 951782400000, "2000-02-29 00:00:00" },
		{ 1795305600000, "2026-11-22 00:00:00" },
		{ 4107542399999, "2100-02-28 23:59:59" },
		{ 4107542400000, "2100-03-01 00:00:00" },
	};

	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text t = { 0 };

		markdown_time(&t, cases[i].at);
		assert_string_equal(t.s, cases[i].text);
		text_free(&t);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(naughty_words_come_back_as_they_were),
	cmocka_unit_test(marks_of_control_and_direction_are_left_out),
	cmocka_unit_test(what_is_left_out_hides_no_markup),
	cmocka_unit_test(times_are_dates_of_the_calendar),
};

const struct unit_group markdown_group = UNIT_GROUP("markdown", tests);
