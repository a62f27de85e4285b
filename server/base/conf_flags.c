#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/conf_read.h"
#include "server/base/mem.h"
#include "server/base/version.h"

enum flag {
	FLAG_CONFIG = 1,
	FLAG_CHECK,
	FLAG_PRINT,
	FLAG_DEFAULTS,
	FLAG_HELP,
	FLAG_VERSION,
	FLAG_SHORT
};
#define FLAG_OPTION 1000 /* and the place in the table */

static const struct option verbs[] = {
	{ "config", required_argument, NULL, FLAG_CONFIG },
	{ "check-config", no_argument, NULL, FLAG_CHECK },
	{ "print-config", no_argument, NULL, FLAG_PRINT },
	{ "default-config", no_argument, NULL, FLAG_DEFAULTS },
	{ "help", no_argument, NULL, FLAG_HELP },
	{ "version", no_argument, NULL, FLAG_VERSION },
};
#define N_VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void print_help(FILE *out)
{
	char name[CONF_NAME_SIZE], variable[CONF_NAME_SIZE];

	fputs("jobalike-server: rooms to talk in, for people who do the same job.\n\n"
	      "  --config FILE     read options from a file (several: later ones win)\n"
	      "  --check-config    say what is wrong with the options, and end\n"
	      "  --print-config    say every option's value and where it came from, and end\n"
	      "  --default-config  print a file with every option explained, and end\n"
	      "  --version, --help\n\n"
	      "Each option is a flag (--listen.port=80), a variable (JOBALIKE_LISTEN_PORT=80)\n"
	      "or a line in a file (port = 80 under [listen]); flags win, then variables.\n\n",
	      out);
	for (size_t i = 0; i < n_conf_options; i++) {
		const struct conf_option *o = &conf_options[i];

		if (o->type == CONF_SECRET)
			fprintf(out, "  %-36s a secret; in the file that %s_FILE names\n",
				conf_name(o, name), conf_env_name(o, variable));
		else
			fprintf(out, "  --%-34s %s%s%s\n", conf_name(o, name),
				o->words ? o->words : "", o->words ? "; " : "",
				o->standard[0] ? o->standard : "(empty)");
	}
}

static int usage(struct conf_reading *r, int flag)
{
	switch (flag) {
	case FLAG_HELP:
		print_help(r->out);
		return 0;
	case FLAG_VERSION:
		fprintf(r->out, "jobalike-server %s\n", JOBALIKE_VERSION);
		return 0;
	case FLAG_DEFAULTS:
		conf_print_reference(r->out);
		return 0;
	case FLAG_CHECK:
		r->check = true;
		return -1;
	case FLAG_PRINT:
		r->print = true;
		return -1;
	default:
		return -1;
	}
}

/* The table as getopt_long wants it; the caller frees it and its names. */
static struct option *long_options(void)
{
	struct option *all = x_calloc(N_VERBS + n_conf_options + 1, sizeof(*all));
	char name[CONF_NAME_SIZE];

	memcpy(all, verbs, sizeof(verbs));
	for (size_t i = 0; i < n_conf_options; i++)
		all[N_VERBS + i] = (struct option){
			.name = x_strdup(conf_name(&conf_options[i], name)),
			.has_arg = conf_options[i].type == CONF_BOOL ? optional_argument
								     : required_argument,
			.val = FLAG_OPTION + (int)i,
		};
	return all;
}

static void free_long_options(struct option *all)
{
	for (size_t i = 0; i < n_conf_options; i++)
		free((char *)all[N_VERBS + i].name);
	free(all);
}

static void bad_flag(struct conf_reading *r, const char *arg, int found)
{
	char name[CONF_NAME_SIZE];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(arg, "="), arg);
	if (found == ':')
		conf_wrong(r, "%s wants a value", name);
	else if (strncmp(name, "--", 2) == 0 && name[2] != '\0')
		conf_unknown(r, "flags", "option", name + 2, conf_name);
	else
		conf_wrong(r, "flags: what is %s? Options look like --listen.port=8080", arg);
}

/* Arguments can be read by everybody on the machine. */
static void refuse_secret(struct conf_reading *r, const struct conf_option *o)
{
	char name[CONF_NAME_SIZE];

	conf_env_name(o, name);
	conf_wrong(r,
		   "flags: %s.%s is a secret, which arguments are not: put it into a file and name "
		   "that in %s_FILE",
		   o->section, o->key, name);
}

/* Files are read while flags are: rank, not order, decides who wins. */
int conf_read_flags(struct conf_reading *r, int argc, char **argv)
{
	struct option *all = long_options();
	char source[CONF_NAME_SIZE + 2];
	int status = -1, flag;

	optind = 0; /* begin anew, and forget what an earlier call left (getopt(3), notes) */
	opterr = 0;
	while (status < 0 && (flag = getopt_long(argc, argv, "+:", all, NULL)) != -1) {
		if (flag == FLAG_CONFIG) {
			conf_read_file(r, optarg);
		} else if (flag >= FLAG_OPTION) {
			const struct conf_option *o = &conf_options[flag - FLAG_OPTION];

			snprintf(source, sizeof(source), "--%s.%s", o->section, o->key);
			if (o->type == CONF_SECRET) {
				refuse_secret(r, o);
				continue;
			}
			conf_take(r, o, CONF_FROM_FLAG, optarg ? optarg : "yes", source);
		} else if (flag == '?' || flag == ':') {
			bad_flag(r, argv[optind - 1], flag);
		} else {
			status = usage(r, flag);
		}
	}
	if (status < 0 && optind < argc)
		bad_flag(r, argv[optind], '?');
	free_long_options(all);
	return status;
}
