/* Inside the reader of the configuration: what conf.c, conf_read.c and conf_flags.c share. */
#ifndef JOBALIKE_BASE_CONF_READ_H
#define JOBALIKE_BASE_CONF_READ_H

#include <stdbool.h>
#include <stdio.h>

#include "server/base/conf.h"
#include "server/base/conf_table.h"

#define CONF_NAME_SIZE 64 /* of "section.key" or "JOBALIKE_SECTION_KEY_FILE" with NUL */

/* Who wins: the higher one. */
enum conf_rank {
	CONF_FROM_NOWHERE,
	CONF_FROM_DEFAULT,
	CONF_FROM_FILE,
	CONF_FROM_ENV,
	CONF_FROM_FLAG
};

struct conf_reading {
	struct conf *c;
	FILE *out, *err;
	/* For each option: who gave what is in c->given, and the file that gave it last (twice in
	 * one file is a mistake). */
	enum conf_rank *rank;
	const char **from_file;
	const char *file; /* being read, and where in it */
	int line;
	int n_wrong;
	bool check, print;
};

/* Says one mistake and counts it. */
void conf_wrong(struct conf_reading *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* section.key, and JOBALIKE_SECTION_KEY */
const char *conf_name(const struct conf_option *o, char name[CONF_NAME_SIZE]);
const char *conf_env_name(const struct conf_option *o, char name[CONF_NAME_SIZE]);
typedef const char *(*conf_naming_fn)(const struct conf_option *o, char name[CONF_NAME_SIZE]);

/* Says that there is no such name, and which one may be meant. what: "option", "variable". */
void conf_unknown(struct conf_reading *r, const char *where, const char *what, const char *name,
		  conf_naming_fn naming);

/* Keeps a value unless one of higher rank is there. A list adds to earlier lines of the same file.
 */
void conf_take(struct conf_reading *r, const struct conf_option *o, enum conf_rank rank,
	       const char *value, const char *source);

void conf_read_file(struct conf_reading *r, const char *path);
void conf_read_environment(struct conf_reading *r, char *const *env);
/* Reads --config files on its way. Returns -1, or the status to exit with. */
int conf_read_flags(struct conf_reading *r, int argc, char **argv);

/* Says what of the files and users that are named is not there, or of no use. */
void conf_check(struct conf_reading *r);

/* Turns a text into the option's member of *c; says what is wrong with it, or NULL. What it says is
 * valid until the next call. */
const char *conf_set(struct conf *c, const struct conf_option *o, const char *text);

#endif
