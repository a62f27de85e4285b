#include "server/base/log.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/mem.h"

/* Stands for the spaces of the format while a line is made, so that spaces in values part nothing.
 */
#define PART '\x1e'

static const char *const names[] = { "none", "error", "warn", "info", "debug" };
static atomic_uint n_lost; /* lines since the last one, as nobody read them */
static atomic_int least_grave = LEVEL_INFO, written_as = LOG_JSON;

void log_level(enum log_level least)
{
	atomic_store(&least_grave, (int)least);
}

void log_format(enum log_format format)
{
	atomic_store(&written_as, (int)format);
}

/* --- how often ---------------------------------------------------------------------------------
 */

#define KINDS_MAX 64 /* watched at once; more than we have */

struct kind {
	const char *what;
	int64_t since; /* of the monotonic clock, ms */
	unsigned n, unsaid;
};

static pthread_mutex_t kinds_lock = PTHREAD_MUTEX_INITIALIZER;
static struct kind kinds[KINDS_MAX];

/* The entry of a kind; one that was not heard of for longest makes room. */
static struct kind *find_kind(const char *what)
{
	struct kind *oldest = &kinds[0];

	for (size_t i = 0; i < KINDS_MAX; i++) {
		if (kinds[i].what && strcmp(kinds[i].what, what) == 0)
			return &kinds[i];
		if (kinds[i].since < oldest->since)
			oldest = &kinds[i];
	}
	*oldest = (struct kind){ .what = what };
	return oldest;
}

/* May one more line of this kind be written? unsaid: how many were not, before it. */
static bool is_due(const char *what, unsigned *unsaid)
{
	int64_t now = clock_steady_ms();
	struct kind *k;
	bool due;

	pthread_mutex_lock(&kinds_lock);
	k = find_kind(what);
	*unsaid = 0;
	if (!k->since || now - k->since >= LOG_PERIOD_MS) {
		k->since = now;
		k->n = 0;
	}
	due = k->n++ < LOG_BURST;
	if (due) {
		*unsaid = k->unsaid;
		k->unsaid = 0;
	} else {
		k->unsaid++;
	}
	pthread_mutex_unlock(&kinds_lock);
	return due;
}

/* --- what ---------------------------------------------------------------------------------------
 */

static json_t *timestamp(void)
{
	struct timespec now;
	struct tm tm;
	char day[32];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	return json_sprintf("%s.%03dZ", day, (int)(now.tv_nsec / 1000000));
}

/* Cut at LOG_VALUE_MAX, never in the middle of a character. What is no UTF-8 is shown byte by byte.
 */
static json_t *text_value(const char *text)
{
	size_t len = strlen(text);
	json_t *value;

	if (len > LOG_VALUE_MAX) {
		len = LOG_VALUE_MAX;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	value = json_stringn(text, len);
	if (value)
		return value;

	char shown[LOG_VALUE_MAX * 4 + 1] = "";
	for (size_t i = 0, at = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		at += (size_t)sprintf(shown + at, c < 0x80 ? "%c" : "\\x%02x", c);
	}
	return json_string(shown);
}

static json_t *value_of(const char *conversion, size_t conversion_len, const char *text)
{
	char last = conversion_len > 0 ? conversion[conversion_len - 1] : 's';
	char *end;

	if (conversion_len > 0 && conversion[0] == '%' && strchr("diu", last)) {
		errno = 0;
		long long number = strtoll(text, &end, 10);
		if (errno == 0 && *end == '\0')
			return json_integer(number);
	}
	return text_value(text);
}

static size_t parts(const char *text)
{
	size_t n = 1;

	for (; *text; text++)
		n += *text == PART;
	return n;
}

/* format and text hold the same number of parts, each key=conversion and key=value. */
static void put_facts(json_t *line, char *format, char *text)
{
	char *rest_format = NULL, *rest_text = NULL;
	const char part[] = { PART, '\0' };
	char *f = strtok_r(format, part, &rest_format);
	char *t = strtok_r(text, part, &rest_text);

	while (f && t) {
		char *conversion = strchr(f, '=');
		char *value = strchr(t, '=');
		if (conversion && value) {
			*value++ = '\0';
			conversion++;
			json_object_set_new(line, t,
					    value_of(conversion, strlen(conversion), value));
		}
		f = strtok_r(NULL, part, &rest_format);
		t = strtok_r(NULL, part, &rest_text);
	}
}

/* A value as it stands in a line for a terminal: bare where it is a word or a number. */
static void put_value(FILE *out, const json_t *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "._:/+-";
	const char *word = json_string_value(value);
	char *quoted;

	if (word && word[0] && word[strspn(word, plain)] == '\0') {
		fputs(word, out);
		return;
	}
	quoted = json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
	fputs(quoted ? quoted : "?", out);
	free(quoted);
}

static char *as_text(json_t *line)
{
	char *text = NULL;
	size_t size = 0, n = 0;
	FILE *out = open_memstream(&text, &size);
	const char *key;
	json_t *value;

	if (!out)
		return NULL;
	json_object_foreach (line, key, value) {
		if (n++ >= 3) /* time, level and what go without saying */
			fprintf(out, " %s=", key);
		else if (n > 1)
			fputc(' ', out);
		put_value(out, value);
	}
	fclose(out);
	return text;
}

/* A pipe that nobody reads, a terminal that was stopped: whoever wrote there would stand still. */
static bool takes_a_line(void)
{
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&out, 1, 0) == 1 && out.revents & POLLOUT;
}

/* One write for one line, so that lines of several threads do not mix. */
static bool write_line(char *text)
{
	size_t len = strlen(text);

	text[len] = '\n'; /* in place of the NUL */
	return takes_a_line() && write(STDERR_FILENO, text, len + 1) == (ssize_t)len + 1;
}

/* unsaid: how many others it speaks for. Pure ASCII: what a terminal or a reader of lines could
 * take for more than a letter is escaped. */
static void put_line(json_t *line, unsigned unsaid)
{
	unsigned lost = atomic_exchange(&n_lost, 0);
	char *text;

	if (lost)
		json_object_set_new(line, "lost", json_integer(lost));
	text = atomic_load(&written_as) == LOG_TEXT
		       ? as_text(line)
		       : json_dumps(line, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (!text || !write_line(text))
		atomic_fetch_add(&n_lost, lost + 1 + unsaid);
	free(text);
}

void log_line(enum log_level level, const char *what, const char *format, ...)
{
	unsigned unsaid = 0;

	if ((int)level > atomic_load(&least_grave) ||
	    (level != LEVEL_DEBUG && !is_due(what, &unsaid)))
		return;

	char *parted = x_strdup(format);
	for (char *c = parted; *c; c++) {
		if (*c == ' ')
			*c = PART;
	}

	va_list args;
	char *text = NULL;
	va_start(args, format);
	/* The compiler has checked `format`; `parted` differs from it by its spaces only. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	int len = vasprintf(&text, parted, args);
#pragma GCC diagnostic pop
	va_end(args);

	json_t *line = json_object();
	json_object_set_new(line, "ts", timestamp());
	json_object_set_new(line, "level", json_string(names[level]));
	json_object_set_new(line, "what", json_string(what));
	if (len > 0 && parts(text) == parts(parted))
		put_facts(line, parted, text);
	else if (len > 0) /* a value holds our own separator: do not let it invent fields */
		json_object_set_new(line, "facts", text_value(text));
	if (unsaid)
		json_object_set_new(line, "unsaid", json_integer(unsaid));
	put_line(line, unsaid);
	json_decref(line);
	if (len >= 0)
		free(text);
	free(parted);
}
