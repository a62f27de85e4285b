#include "server/base/conf_read.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/base/text.h"

#define SECRET_SIZE 4096 /* of a file that holds a secret */

void conf_wrong(struct conf_reading *r, const char *format, ...)
{
	va_list args;

	r->n_wrong++;
	fputs("jobalike-server: ", r->err);
	va_start(args, format);
	vfprintf(r->err, format, args);
	va_end(args);
	fputc('\n', r->err);
}

const char *conf_name(const struct conf_option *o, char name[CONF_NAME_SIZE])
{
	snprintf(name, CONF_NAME_SIZE, "%s.%s", o->section, o->key);
	return name;
}

/* JOBALIKE_LISTEN_PORT */
const char *conf_env_name(const struct conf_option *o, char name[CONF_NAME_SIZE])
{
	int n = snprintf(name, CONF_NAME_SIZE, "JOBALIKE_%s_%s", o->section, o->key);

	for (int i = 0; i < n; i++)
		name[i] = (char)toupper((unsigned char)name[i]);
	return name;
}

static const struct conf_option *find(const char *name)
{
	char other[CONF_NAME_SIZE];

	for (size_t i = 0; i < n_conf_options; i++)
		if (strcmp(name, conf_name(&conf_options[i], other)) == 0)
			return &conf_options[i];
	return NULL;
}

/* --- unknown names: which one was meant? --- */

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein; both names are shorter than CONF_NAME_SIZE, else they are taken as far apart. */
static size_t distance(const char *a, const char *b)
{
	size_t row[CONF_NAME_SIZE], n = strlen(b);

	if (strlen(a) >= CONF_NAME_SIZE || n >= CONF_NAME_SIZE)
		return CONF_NAME_SIZE;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t cost = diagonal + (tolower((unsigned char)a[i - 1]) !=
						  tolower((unsigned char)b[j - 1]));

			diagonal = row[j];
			row[j] = smaller(cost, smaller(row[j], row[j - 1]) + 1);
		}
	}
	return row[n];
}

void conf_unknown(struct conf_reading *r, const char *where, const char *what, const char *name,
		  conf_naming_fn naming)
{
	char best[CONF_NAME_SIZE] = "", other[CONF_NAME_SIZE];
	size_t least = strlen(name) / 3 + 2;

	for (size_t i = 0; i < n_conf_options; i++) {
		size_t d = distance(name, naming(&conf_options[i], other));

		if (d < least) {
			least = d;
			memcpy(best, other, sizeof(best));
		}
	}
	conf_wrong(r, "%s: there is no %s %s%s%s%s", where, what, name, best[0] ? "; is " : "",
		   best, best[0] ? " meant?" : "");
}

/* --- taking values --- */

void conf_take(struct conf_reading *r, const struct conf_option *o, enum conf_rank rank,
	       const char *value, const char *source)
{
	size_t i = (size_t)(o - conf_options);
	struct conf_given *g = &r->c->given[i];
	struct text both = { 0 };

	if (r->rank[i] > rank)
		return;
	if (rank == CONF_FROM_FILE && r->from_file[i] == r->file) {
		if (o->type != CONF_LIST) {
			conf_wrong(r, "%s: %s.%s was given before, at %s", source, o->section,
				   o->key, g->source);
			return;
		}
		text_printf(&both, "%s %s", g->text, value);
		value = both.s;
	}
	char *text = x_strdup(value); /* value may stand in what is freed now */
	free(g->text);
	g->text = text;
	free(g->source);
	g->source = x_strdup(source);
	r->rank[i] = rank;
	r->from_file[i] = r->file;
	text_free(&both);
}

/* --- files --- */

/* For inih: one line a call. Indented lines are plain lines and not continuations, and a line that
 * inih would cut is refused here, where its number is known. */
static char *next_line(char *line, int size, void *stream)
{
	struct conf_reading *r = ((void **)stream)[0];
	FILE *file = ((void **)stream)[1];
	char *start;

	if (!fgets(line, size, file))
		return NULL;
	r->line++;
	if (!strchr(line, '\n') && !feof(file)) {
		conf_wrong(r, "%s:%d: the line is longer than %d bytes", r->file, r->line,
			   size - 2);
		for (int c = fgetc(file); c != EOF && c != '\n';)
			c = fgetc(file);
		line[0] = '\0';
	}
	start = line + strspn(line, " \t");
	memmove(line, start, strlen(start) + 1);
	return line;
}

static int take_line(void *user, const char *section, const char *key, const char *value)
{
	struct conf_reading *r = user;
	const struct conf_option *o;
	char name[CONF_NAME_SIZE * 2], source[512];

	snprintf(source, sizeof(source), "%s:%d", r->file, r->line);
	snprintf(name, sizeof(name), "%s%s%s", section, section[0] ? "." : "", key);
	o = find(name);
	if (o)
		conf_take(r, o, CONF_FROM_FILE, value, source);
	else
		conf_unknown(r, source, "option", name, conf_name);
	return 1;
}

void conf_read_file(struct conf_reading *r, const char *path)
{
	FILE *file = fopen(path, "re");
	int bad = 0;

	if (!file) {
		conf_wrong(r, "%s: %s", path, strerror(errno));
		return;
	}
	r->file = path;
	r->line = 0;
	bad = ini_parse_stream(next_line, (void *[]){ r, file }, take_line, r);
	if (ferror(file))
		conf_wrong(r, "%s: %s", path, strerror(errno));
	else if (bad)
		conf_wrong(r, "%s:%d: neither [section] nor key = value nor ; comment", path, bad);
	fclose(file);
	r->file = NULL;
}

/* --- the environment --- */

/* All of the file, its lines parted by spaces: an older secret may stand in the second one. */
static void read_secret(struct conf_reading *r, const struct conf_option *o, const char *path,
			const char *source)
{
	FILE *file = fopen(path, "re");
	char secret[SECRET_SIZE];

	size_t n = file ? fread(secret, 1, sizeof(secret) - 1, file) : 0;

	secret[n] = '\0';
	for (size_t end; (end = strcspn(secret, "\r\n")) < n;)
		secret[end] = ' ';
	while (n > 0 && secret[n - 1] == ' ')
		secret[--n] = '\0';
	if (n == 0)
		conf_wrong(r, "%s: %s: %s", source, path,
			   !file || ferror(file) ? strerror(errno) : "empty");
	else
		conf_take(r, o, CONF_FROM_ENV, secret, source);
	if (file)
		fclose(file);
	explicit_bzero(secret, sizeof(secret));
}

/* Whether this is a name in one of our sections: other JOBALIKE_ names belong to others. */
static bool is_ours(const char *name)
{
	char prefix[CONF_NAME_SIZE];

	for (size_t i = 0; i < n_conf_options; i++) {
		conf_env_name(&conf_options[i], prefix);
		prefix[strlen(prefix) - strlen(conf_options[i].key)] = '\0';
		if (strncmp(name, prefix, strlen(prefix)) == 0)
			return true;
	}
	return false;
}

static void read_variable(struct conf_reading *r, const char *name, const char *value)
{
	char known[CONF_NAME_SIZE];

	for (size_t i = 0; i < n_conf_options; i++) {
		const struct conf_option *o = &conf_options[i];
		size_t n = strlen(conf_env_name(o, known));

		if (strcmp(name, known) == 0) {
			conf_take(r, o, CONF_FROM_ENV, value, name);
			return;
		}
		if (o->type == CONF_SECRET && strncmp(name, known, n) == 0 &&
		    strcmp(name + n, "_FILE") == 0) {
			read_secret(r, o, value, name);
			return;
		}
	}
	if (is_ours(name))
		conf_unknown(r, "environment", "variable", name, conf_env_name);
}

void conf_read_environment(struct conf_reading *r, char *const *env)
{
	for (; env && *env; env++) {
		const char *equals = strchr(*env, '=');
		char name[CONF_NAME_SIZE];

		if (!equals || strncmp(*env, "JOBALIKE_", 9) != 0)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(equals - *env), *env);
		read_variable(r, name, equals + 1);
	}
}
