/* One reading of the configuration by a test: from a file, a flag and an environment. */
#ifndef JOBALIKE_TESTS_CONF_RUN_H
#define JOBALIKE_TESTS_CONF_RUN_H

#include "server/base/conf.h"

/* What it came to, and everything it said. */
struct conf_run {
	struct conf c;
	char *out, *err;
	int status;
	char path[64]; /* of the file, when there is one */
};

/* file: its text, or NULL. flag: one argument, or NULL. env: as environ, or NULL. */
void conf_run(struct conf_run *r, const char *file, const char *flag, char *const *env);
void conf_run_end(struct conf_run *r);
/* A file of this text at r->path, to be unlinked. */
void conf_run_write(struct conf_run *r, const char *text);

void assert_says(const char *text, const char *part);
/* Refused with status 2, and the sentence is said. */
void assert_refused(const char *file, const char *flag, char *const *env, const char *says);

#endif
