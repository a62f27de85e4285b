/* What is written for other programs, Markdown and calendars, around whatever words. */
#include "server/base/utf8.h"
#include "server/core/markdown.h"
#include "server/net/calendar.h"
#include "tests/fuzz/fuzz.h"

/* Nothing that begins markup anywhere stands there without its backslash; a line of a block may end
 * in one, which breaks it there. */
static void is_plain(const char *s, bool of_block)
{
	for (; *s; s++) {
		if (*s == '\\') {
			must(s[1] != '\0' || of_block);
			s += s[1] != '\0';
			continue;
		}
		if (*s == '&') {
			must(strncmp(s, "&nbsp;", 6) == 0);
			continue;
		}
		must(!strchr("`*_[]<>|~$#@", *s) && strncmp(s, "://", 3) != 0);
		must((unsigned char)*s >= ' ' && *s != 0x7f);
		must(strncmp(s, "\xe2\x80\xae", 3) != 0 && strncmp(s, "\xe2\x81\xa6", 3) != 0);
	}
}

static void words(const char *s)
{
	struct text t = { 0 };

	markdown_words(&t, s);
	if (t.s)
		is_plain(t.s, false);
	text_clear(&t);
	markdown_block(&t, "> ", s);
	for (const char *line = t.s, *end; line && *line; line = end + 1) {
		char *one;

		end = strchr(line, '\n');
		must(end && strncmp(line, ">", 1) == 0);
		one = strndup(line + 1, (size_t)(end - line - 1));
		is_plain(one, true);
		free(one);
	}
	text_free(&t);
}

/* RFC 5545: lines of 75 bytes, each whole UTF-8; a line that does not go on is one of ours. */
static void calendar(const char *title, const char *area, const char *hashtag)
{
	struct area areas[] = { { .key = "a", .en = area } };
	struct directory_put e = { .session = "s",
				   .title = title,
				   .hashtag = hashtag,
				   .areas = areas,
				   .n_areas = 1,
				   .start = 1,
				   .end = 2 };
	static const char known[] =
		" BEGIN VERSION PRODID METHOD UID SEQUENCE DTSTAMP LAST-MODIFIED DTSTART DTEND "
		"SUMMARY DESCRIPTION URL END ";
	struct text t = { 0 };

	calendar_write(&t, &e, "https://example.org", 3);
	for (const char *line = t.s, *end; *line; line = end + 2) {
		char name[32];
		size_t n;

		end = strstr(line, "\r\n");
		must(end && (size_t)(end - line) <= 75 && utf8_valid(line, (size_t)(end - line)));
		for (const char *c = line; c < end; c++)
			must((unsigned char)*c >= ' ');
		n = strcspn(line, ":");
		if (*line == ' ')
			continue;
		must(n < sizeof(name) - 2);
		memcpy(name + 1, line, n);
		name[0] = name[n + 1] = ' ';
		must(memmem(known, sizeof(known), name, n + 2));
	}
	text_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { (const char *)data, size };
	char *a, *b, *c;

	if (!utf8_valid((const char *)data, size))
		return 0;
	a = take_rest(&(struct bytes){ in.at, in.left });
	words(a);
	free(a);
	a = take_line(&in);
	b = take_line(&in);
	c = take_line(&in);
	if (c)
		calendar(a, b, c);
	free(a);
	free(b);
	free(c);
	return 0;
}
