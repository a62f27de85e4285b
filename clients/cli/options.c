#include <ctype.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clients/cli/cli.h"
#include "server/base/mem.h"

#define HELP 'h'
#define ROWS 1000 /* values of getopt_long for our rows begin here */

int options_wrong(const struct subcommand *self, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "jobalike %s: ", self->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nTry: jobalike help %s\n", self->name);
	return CLI_USAGE;
}

static void print_help(const struct subcommand *self, const struct option_row *rows, size_t n)
{
	char left[80];

	printf("Usage: jobalike %s %s\n%s\n", self->name, self->arguments, self->summary);
	if (self->help)
		printf("\n%s\n", self->help);
	printf("\nOptions:\n");
	for (size_t i = 0; i < n; i++) {
		snprintf(left, sizeof(left), "--%s%s%s", rows[i].name, rows[i].value ? " " : "",
			 rows[i].value ? rows[i].value : "");
		printf("  %-24s %s\n", left, rows[i].doc);
	}
	printf("  %-24s %s\n", "--help", "this text");
}

static bool read_int(const char *text, int64_t *out)
{
	char *end;

	*out = strtoll(text, &end, 10);
	return end != text && *end == '\0';
}

/* +90m: from now on. */
static bool read_span(const char *text, int64_t *out)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = { { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', 86400000 } };
	char *end;
	int64_t n = strtoll(text, &end, 10);

	if (end == text || n < 0 || n > 100000 || !*end || end[1])
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].unit != *end)
			continue;
		*out = (int64_t)time(NULL) * 1000 + n * units[i].ms;
		return true;
	}
	return false;
}

/* Z, +08:00 or -0330 after a date and time; none: the time of this machine. */
static bool read_zone(const char *text, struct tm *t, int64_t *out)
{
	int hours, minutes, used = 0, sign = *text == '-' ? -1 : 1;

	if (*text == '\0') {
		t->tm_isdst = -1;
		*out = (int64_t)mktime(t) * 1000;
		return true;
	}
	if ((*text == 'Z' || *text == 'z') && text[1] == '\0') {
		*out = (int64_t)timegm(t) * 1000;
		return true;
	}
	if (*text != '+' && *text != '-')
		return false;
	if (sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 &&
	    sscanf(text + 1, "%2d%2d%n", &hours, &minutes, &used) != 2)
		return false;
	*out = ((int64_t)timegm(t) - (int64_t)sign * (hours * 3600 + minutes * 60)) * 1000;
	return text[1 + used] == '\0';
}

bool options_time(const char *text, int64_t *out)
{
	static const char *const formats[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S",
					       "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M" };

	if (strcmp(text, "now") == 0) {
		*out = (int64_t)time(NULL) * 1000;
		return true;
	}
	if (*text == '+')
		return read_span(text + 1, out);
	if (read_int(text, out))
		return *out > 0;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct tm t = { 0 };
		const char *zone = strptime(text, formats[i], &t);

		if (zone && read_zone(zone, &t, out))
			return true;
	}
	return false;
}

static bool take_word(const struct subcommand *self, const struct option_row *row, const char *text)
{
	char all[300] = "";

	for (size_t i = 1; i < row->n_words; i++) {
		if (strcmp(row->words[i], text) == 0) {
			*(int *)row->into = (int)i;
			return true;
		}
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", i > 1 ? ", " : "",
			 row->words[i]);
	}
	options_wrong(self, "--%s is one of %s, not \"%s\".", row->name, all, text);
	return false;
}

static bool take_int(const struct subcommand *self, const struct option_row *row, const char *text)
{
	int64_t value;

	if (read_int(text, &value) && value >= row->least && value <= row->most) {
		*(int64_t *)row->into = value;
		return true;
	}
	options_wrong(self, "--%s is a number from %" PRId64 " to %" PRId64 ", not \"%s\".",
		      row->name, row->least, row->most, text);
	return false;
}

static bool take(const struct subcommand *self, const struct option_row *row, const char *text)
{
	struct option_texts *texts = row->into;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)row->into = true;
		return true;
	case OPTION_TEXT:
		*(const char **)row->into = text;
		return true;
	case OPTION_TEXTS:
		texts->list = x_grow(texts->list, texts->n, sizeof(*texts->list));
		texts->list[texts->n++] = text;
		return true;
	case OPTION_INT:
		return take_int(self, row, text);
	case OPTION_WORD:
		return take_word(self, row, text);
	case OPTION_TIME:
		if (options_time(text, row->into))
			return true;
		options_wrong(self,
			      "--%s is a time like 2026-11-22T09:00Z, now or +90m, not \"%s\".",
			      row->name, text);
		return false;
	}
	return false;
}

static struct option *make_table(const struct option_row *rows, size_t n)
{
	struct option *table = x_calloc(n + 2, sizeof(*table));

	for (size_t i = 0; i < n; i++)
		table[i] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].kind == OPTION_FLAG ? no_argument : required_argument,
			.val = ROWS + (int)i,
		};
	table[n] = (struct option){ .name = "help", .val = HELP };
	return table;
}

static int read_all(const struct subcommand *self, const struct option_row *rows, size_t n_rows,
		    int argc, char **argv, const struct option *table)
{
	int c;

	optind = 0; /* begin anew */
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", table, NULL)) != -1) {
		if (c == HELP) {
			print_help(self, rows, n_rows);
			return CLI_DONE;
		}
		if (c == ':')
			return options_wrong(self, "%s wants a value.", argv[optind - 1]);
		if (c == '?' && optopt >= ROWS)
			return options_wrong(self, "--%s takes no value.",
					     rows[optopt - ROWS].name);
		if (c == '?')
			return options_wrong(self, "there is no option %s.", argv[optind - 1]);
		if (!take(self, &rows[c - ROWS], optarg))
			return CLI_USAGE;
	}
	return -1;
}

bool options_read(const struct subcommand *self, const struct option_row *rows, size_t n_rows,
		  int *argc, char ***argv, int *status)
{
	struct option *table = make_table(rows, n_rows);

	*status = read_all(self, rows, n_rows, *argc, *argv, table);
	free(table);
	*argc -= optind;
	*argv += optind;
	return *status == -1;
}
