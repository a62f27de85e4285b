#include "tests/unit/conf_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define MAX_ARGS 8

void conf_run_write(struct conf_run *r, const char *text)
{
	int fd;

	snprintf(r->path, sizeof(r->path), "/tmp/jobalike-conf-XXXXXX");
	fd = mkstemp(r->path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

void conf_run(struct conf_run *r, const char *file, const char *flag, char *const *env)
{
	char name[] = "jobalike-server", config[] = "--config", *argv[MAX_ARGS] = { name };
	char *copy = flag ? strdup(flag) : NULL;
	size_t n_out, n_err;
	int argc = 1;
	FILE *out, *err;

	*r = (struct conf_run){ 0 };
	if (file) {
		conf_run_write(r, file);
		argv[argc++] = config;
		argv[argc++] = r->path;
	}
	if (copy)
		argv[argc++] = copy;
	out = open_memstream(&r->out, &n_out);
	err = open_memstream(&r->err, &n_err);
	r->status = conf_load(&r->c, argc, argv, env, out, err);
	fclose(out);
	fclose(err);
	free(copy);
	if (file)
		unlink(r->path);
}

void conf_run_end(struct conf_run *r)
{
	conf_fini(&r->c);
	free(r->out);
	free(r->err);
}

void assert_says(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("wanted \"%s\" in: %s", part, text);
}

void assert_refused(const char *file, const char *flag, char *const *env, const char *says)
{
	struct conf_run r;

	conf_run(&r, file, flag, env);
	if (r.status != 2)
		fail_msg("status %d instead of 2 for %s%s", r.status, file ? file : "",
			 flag ? flag : "");
	assert_says(r.err, says);
	conf_run_end(&r);
}
