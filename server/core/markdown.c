#include "server/core/markdown.h"

#include <inttypes.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_mark(char c)
{
	return strchr("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", c) && c;
}

/* Marks that are dangerous wherever they stand. */
static bool is_always_mark(char c)
{
	return strchr("\\`*_[]<>&|~$#@", c) && c;
}

/* Bytes of a mark that embeds, overrides or isolates direction (U+202A to E, U+2066 to 9); else 0.
 */
static size_t turn_mark(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;

	if (u[0] != 0xE2)
		return 0;
	if (u[1] == 0x80 && u[2] >= 0xAA && u[2] <= 0xAE)
		return 3;
	if (u[1] == 0x81 && u[2] >= 0xA6 && u[2] <= 0xA9)
		return 3;
	return 0;
}

/* Is this the dot of "www." or the colon of "://", from which viewers make links by themselves? */
static bool makes_link(const char *from, const char *at)
{
	if (*at == ':')
		return at[1] == '/' && at[2] == '/';
	if (*at == '.')
		return at - from >= 3 && strncmp(at - 3, "www", 3) == 0;
	return false;
}

/* A number at the beginning of a line, and after it what would make it an item of a list. */
static const char *write_number(struct text *out, const char *s)
{
	const char *end = s;

	while (is_digit(*end))
		end++;
	text_add(out, s, (size_t)(end - s));
	if (*end == '.' || *end == ')') {
		text_puts(out, "\\");
		text_add(out, end, 1);
		end++;
	}
	return end;
}

/* Blanks at the beginning would make code; at the end, a break. */
static const char *write_indent(struct text *out, const char *s, const char *end)
{
	for (; s < end && *s == ' '; s++)
		text_puts(out, "&nbsp;");
	return s;
}

static const char *trim(const char *s, const char *end)
{
	while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return end;
}

/* What is left out wherever it stands goes first: it must not part what makes markup together. */
static void tidy(struct text *line, const char *s, const char *end)
{
	bool begun = false; /* before it, a tab counts for four blanks */

	while (s < end) {
		size_t turn = turn_mark(s);

		begun = begun || (*s != ' ' && *s != '\t');
		if (*s == '\t')
			text_puts(line, begun ? " " : "    ");
		else if (!turn && (unsigned char)*s >= 0x20 && *s != 0x7f)
			text_add(line, s, 1);
		s += turn ? turn : 1;
	}
}

/* The words of one line, from their beginning. */
static void write_tidy(struct text *out, const char *from, const char *end)
{
	const char *s = write_indent(out, from, end);

	if (s < end && is_digit(*s)) {
		s = write_number(out, s);
	} else if (s < end && is_mark(*s)) {
		text_puts(out, "\\");
		text_add(out, s++, 1);
	}
	for (; s < end; s++) {
		if (is_always_mark(*s) || makes_link(from, s))
			text_puts(out, "\\");
		text_add(out, s, 1);
	}
}

static void write_line(struct text *out, const char *s, const char *end)
{
	struct text line = { 0 };

	tidy(&line, s, end);
	if (line.s)
		write_tidy(out, line.s, trim(line.s, line.s + line.len));
	text_free(&line);
}

static const char *line_end(const char *s)
{
	return s + strcspn(s, "\r\n");
}

static const char *next_line(const char *end)
{
	if (end[0] == '\r' && end[1] == '\n')
		return end + 2;
	return end + 1;
}

void markdown_words(struct text *out, const char *words)
{
	for (const char *s = words; s;) {
		const char *end = line_end(s);

		while (s < end && (*s == ' ' || *s == '\t'))
			s++;
		write_line(out, s, end);
		s = *end ? next_line(end) : NULL;
		if (s)
			text_puts(out, " ");
	}
}

static bool is_blank(const char *s)
{
	const char *end = line_end(s);

	return trim(s, end) == s;
}

void markdown_block(struct text *out, const char *prefix, const char *words)
{
	for (const char *s = words; s;) {
		const char *end = line_end(s), *next = *end ? next_line(end) : NULL;

		text_puts(out, prefix);
		write_line(out, s, end);
		if (next && !is_blank(s) && !is_blank(next))
			text_puts(out, "\\"); /* the line ends here, the paragraph does not */
		text_puts(out, "\n");
		s = next;
	}
}

#define DAY_MS INT64_C(86400000)

/* Days since 1970-01-01 to a date (H. Hinnant, "chrono-compatible low-level date algorithms"). */
static void write_date(struct text *out, int64_t days)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int64_t day = doy - (153 * mp + 2) / 5 + 1, month = mp < 10 ? mp + 3 : mp - 9;
	int64_t year = yoe + era * 400 + (month <= 2);

	text_printf(out, "%04" PRId64 "-%02" PRId64 "-%02" PRId64, year, month, day);
}

static int64_t day_of(int64_t at)
{
	return at / DAY_MS - (at % DAY_MS < 0);
}

void markdown_time(struct text *out, int64_t at)
{
	write_date(out, day_of(at));
	text_puts(out, " ");
	markdown_clock(out, at);
}

void markdown_clock(struct text *out, int64_t at)
{
	int64_t s = (at - day_of(at) * DAY_MS) / 1000;

	text_printf(out, "%02" PRId64 ":%02" PRId64 ":%02" PRId64, s / 3600, s / 60 % 60, s % 60);
}
