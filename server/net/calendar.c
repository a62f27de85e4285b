#include "server/net/calendar.h"

#include <string.h>
#include <time.h>

#define LINE_MAX_BYTES 75 /* RFC 5545 section 3.1, without the end of the line */

/* One line, folded between characters. */
static void write_line(struct text *t, const char *line)
{
	size_t n = 0;

	for (const char *c = line; *c; n++) {
		size_t len = 1;

		while ((c[len] & 0xc0) == 0x80)
			len++;
		if (n + len > LINE_MAX_BYTES) {
			text_puts(t, "\r\n ");
			n = 1;
		}
		text_add(t, c, len);
		n += len - 1;
		c += len;
	}
	text_puts(t, "\r\n");
}

/* RFC 5545 section 3.3.11. */
static void add_escaped(struct text *t, const char *s)
{
	for (; *s; s++) {
		if (*s == '\n')
			text_puts(t, "\\n");
		else if (strchr("\\;,", *s))
			text_printf(t, "\\%c", *s);
		else if ((unsigned char)*s >= ' ' && *s != 0x7f)
			text_add(t, s, 1);
	}
}

static void write_text(struct text *t, const char *name, const char *value)
{
	struct text line = { 0 };

	text_printf(&line, "%s:", name);
	add_escaped(&line, value);
	write_line(t, line.s);
	text_free(&line);
}

static void write_time(struct text *t, const char *name, int64_t at)
{
	time_t s = (time_t)(at / 1000);
	struct tm tm;

	gmtime_r(&s, &tm);
	text_printf(t, "%s:%04d%02d%02dT%02d%02d%02dZ\r\n", name, tm.tm_year + 1900, tm.tm_mon + 1,
		    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void write_description(struct text *t, const struct directory_put *e)
{
	struct text d = { 0 };

	for (size_t i = 0; i < e->n_areas; i++)
		text_printf(&d, "%s%s", i ? ", " : "", e->areas[i].en);
	if (e->hashtag)
		text_printf(&d, "%s#%s", d.len ? "\n" : "", e->hashtag);
	if (d.len)
		write_text(t, "DESCRIPTION", d.s);
	text_free(&d);
}

void calendar_write(struct text *t, const struct directory_put *e, const char *base,
		    int64_t changed)
{
	struct text url = { 0 }, uid = { 0 };

	text_printf(&url, "URL:%s/s/%s", base, e->session);
	text_printf(&uid, "UID:%s@jobalike", e->session);
	text_puts(t, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Jobalike//Jobalike//EN\r\n"
		     "METHOD:PUBLISH\r\nBEGIN:VEVENT\r\n");
	write_line(t, uid.s);
	/* Whoever imports it again takes the one that was changed last. */
	text_printf(t, "SEQUENCE:%lld\r\n", (long long)(changed / 1000 % 1000000000));
	write_time(t, "DTSTAMP", changed);
	write_time(t, "LAST-MODIFIED", changed);
	write_time(t, "DTSTART", e->start);
	write_time(t, "DTEND", e->end);
	write_text(t, "SUMMARY", e->title);
	write_description(t, e);
	write_line(t, url.s);
	text_puts(t, "END:VEVENT\r\nEND:VCALENDAR\r\n");
	text_free(&url);
	text_free(&uid);
}
