/* load KIND [--OPTION VALUE ...]: see load.h, and `options` below. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/load/load.h"

static const struct dialect *const dialects[] = {
	&dialect_ours,     &dialect_floor, &dialect_visitor, &dialect_ws,
	&dialect_socketio, &dialect_nats,  &dialect_mqtt,    &dialect_mqtt_ws,
};

static const struct {
	const char *name;
	int (*run)(struct run *r);          /* with clients of the dialect, or */
	int (*serve)(const struct load *l); /* without */
} kinds[] = {
	{ "talk", .run = talk },           { "storm", .run = storm },
	{ "resume", .run = resume },       { "idle", .run = idle },
	{ "fill", .serve = fill },         { "floor", .serve = floor_serve },
	{ "disk", .serve = disk_measure },
};

static void more_files(void)
{
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

/* Where the value of an option goes; exactly one is not NULL. */
struct option_spec {
	const char *name;
	int *number, *list, *n_list; /* a list: given once for each */
	double *measure;
	const char **text;
	bool *flag;
};

static struct load load = {
	.dialect = "ours",
	.host = "127.0.0.1",
	.rooms = 1,
	.people = 10,
	.in_flight = 1,
	.body = 200,
	.seconds = 3,
	.warm_up = 1,
};

static const struct option_spec options[] = {
	{ "dialect", .text = &load.dialect },
	{ "port", .list = load.ports, .n_list = &load.n_ports },
	{ "pid", .list = load.pids, .n_list = &load.n_pids },
	{ "admin", .list = load.admins, .n_list = &load.n_admins },
	{ "data", .text = &load.data },
	{ "session", .text = (const char **)&load.sessions },
	{ "rooms", .number = &load.rooms },
	{ "people", .number = &load.people },
	{ "others", .number = &load.others },
	{ "in-flight", .number = &load.in_flight },
	{ "rate", .measure = &load.per_second },
	{ "body", .number = &load.body },
	{ "seconds", .measure = &load.seconds },
	{ "warm-up", .measure = &load.warm_up },
	{ "lines", .number = &load.each },
	{ "coalesce", .flag = &load.coalesce },
	{ "window", .number = &load.window_ms },
	{ "ping", .number = &load.ping_s },
	{ "deaf", .flag = &load.deaf },
	{ "tls", .flag = &load.tls },
	{ "at", .text = &load.at },
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static void take(const struct option_spec *o, const char *value)
{
	if (o->number)
		*o->number = (int)strtol(value, NULL, 10);
	else if (o->list && *o->n_list < PORTS_MAX)
		o->list[(*o->n_list)++] = (int)strtol(value, NULL, 10);
	else if (o->measure)
		*o->measure = strtod(value, NULL);
	else if (o->text)
		*o->text = value;
	else if (o->flag)
		*o->flag = true;
}

static bool read_options(int argc, char **argv)
{
	struct option list[N_OPTIONS + 1] = { 0 };
	int o, at;

	for (size_t i = 0; i < N_OPTIONS; i++)
		list[i] = (struct option){ options[i].name, !options[i].flag, NULL, 1 };
	while ((o = getopt_long(argc, argv, "", list, &at)) == 1)
		take(&options[at], optarg);
	return o == -1;
}

static const struct dialect *find_dialect(const char *name)
{
	for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++)
		if (strcmp(dialects[i]->name, name) == 0)
			return dialects[i];
	return NULL;
}

int main(int argc, char **argv)
{
	static struct run r;
	const char *kind = argc > 1 ? argv[1] : NULL;
	const struct dialect *d;

	if (!kind || !read_options(argc - 1, argv + 1))
		return 2;
	more_files();
	d = find_dialect(load.dialect);
	for (size_t i = 0; d && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int status;

		if (strcmp(kinds[i].name, kind) != 0)
			continue;
		if (kinds[i].serve)
			return kinds[i].serve(&load);
		run_init(&r, &load, d);
		status = kinds[i].run(&r);
		run_free(&r);
		return status;
	}
	fprintf(stderr, "load: no such kind or dialect\n");
	return 2;
}
