#include <string.h>

#include "server/base/conf.h"
#include "server/base/conf_table.h"

static void print_section(const char *section, const char **last, FILE *out)
{
	if (*last && strcmp(*last, section) == 0)
		return;
	fprintf(out, "%s[%s]\n", *last ? "\n" : "", section);
	*last = section;
}

void conf_print(const struct conf *c, FILE *out)
{
	const char *last = NULL;

	for (size_t i = 0; i < n_conf_options; i++) {
		const struct conf_option *o = &conf_options[i];
		const char *text = c->given[i].text;
		int width;

		if (o->type == CONF_SECRET && text[0] != '\0')
			text = "********";
		print_section(o->section, &last, out);
		width = (int)strlen(o->key) < 37 ? 37 - (int)strlen(o->key) : 0;
		fprintf(out, "%s = %-*s ; %s\n", o->key, width, text, c->given[i].source);
	}
}

/* Each line of the explanation as a comment. */
static void print_doc(const char *doc, FILE *out)
{
	while (*doc) {
		size_t n = strcspn(doc, "\n");

		fprintf(out, "; %.*s\n", (int)n, doc);
		doc += n + (doc[n] == '\n');
	}
}

static void print_range(const struct conf_option *o, FILE *out)
{
	if (o->type == CONF_NUMBER)
		fprintf(out, "; From %lld to %lld.\n", (long long)o->min, (long long)o->max);
	if (o->type == CONF_WORD)
		fprintf(out, "; One of: %s.\n", o->words);
	if (o->type == CONF_BOOL)
		fputs("; yes or no.\n", out);
}

void conf_print_reference(FILE *out)
{
	const char *last = NULL;

	fputs("; Every option of jobalike-server with its default, as --default-config prints it.\n"
	      "; A flag (--listen.port=80) wins over the environment (JOBALIKE_LISTEN_PORT=80), "
	      "that\n"
	      "; over a file given with --config, that over the default. An unknown key is an "
	      "error.\n"
	      "; Lines hold at most 198 bytes; a comment begins with ; at the start or after a "
	      "space.\n\n",
	      out);
	for (size_t i = 0; i < n_conf_options; i++) {
		const struct conf_option *o = &conf_options[i];

		print_section(o->section, &last, out);
		print_doc(o->doc, out);
		print_range(o, out);
		fprintf(out, "%s =%s%s\n", o->key, o->standard[0] ? " " : "", o->standard);
	}
}
