/* ask: one command or query, by the tables of the protocol. commands: what there is to ask. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/attend.h"
#include "clients/cli/words.h"

struct asking {
	struct attend attend;
	json_t *message;
	struct timer limit;
};

static void print_json(const json_t *json)
{
	json_dumpf(json, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
}

static void end(struct asking *a, int status)
{
	a->attend.status = status;
	net_stop(a->attend.net);
}

static void on_taken(void *arg, uint64_t n, uint64_t seq, const json_t *frame)
{
	(void)n, (void)seq;
	print_json(frame);
	end(arg, CLI_DONE);
}

static void on_answer(void *arg, uint64_t n, const json_t *answer)
{
	(void)n;
	print_json(answer);
	end(arg, CLI_DONE);
}

static void on_refused(void *arg, uint64_t n, const json_t *error)
{
	struct text why = { 0 };

	(void)n;
	print_json(error);
	enter_sentence(0, error, &why);
	says_failed(CLI_REFUSED, "%s.", why.s);
	text_free(&why);
	end(arg, CLI_REFUSED);
}

static void on_over(void *arg, enum session_end how, const char *why)
{
	struct asking *a = arg;

	attend_over(&a->attend, how, why);
}

static void on_limit(void *arg)
{
	end(arg, says_failed(CLI_UNREACHED, "no answer in time; it may have happened"));
}

static int run(struct asking *a, const struct subcommand *self, const struct visitor *v,
	       const char *link, int64_t seconds)
{
	static const struct session_ops ops = {
		.taken = on_taken, .answer = on_answer, .refused = on_refused, .over = on_over
	};
	struct session_options options = { .endurance_ms = seconds * 1000, .ops = &ops, .arg = a };

	a->limit = (struct timer){ .fire = on_limit, .arg = a };
	if (attend_open(&a->attend, self, v, link, &options)) {
		net_at(a->attend.net, &a->limit, net_now(a->attend.net) + seconds * 1000);
		session_ask(a->attend.session, json_incref(a->message));
		if (net_run(a->attend.net))
			a->attend.status = says_failed(CLI_REFUSED, "interrupted");
		net_clear(a->attend.net, &a->limit);
	}
	attend_fini(&a->attend);
	return a->attend.status;
}

int cli_ask(const struct subcommand *self, int argc, char **argv)
{
	struct visitor v = { 0 };
	int64_t seconds = 20;
	const struct option_row rows[] = {
		{ "wait", OPTION_INT, &seconds, "SECONDS", "give up after so long (20)", 1, 3600,
		  NULL, 0 },
		ROWS_VISITOR(v),
	};
	struct asking a = { 0 };
	struct text why = { 0 };
	int status;

	if (!options_read(self, rows, OPTIONS_N(rows), &argc, &argv, &status))
		return status;
	if (argc < 2)
		return options_wrong(self, "a link and the name of a command or query are needed.");
	a.message = words_message(argv + 1, (size_t)argc - 1, &why);
	status =
		a.message ? run(&a, self, &v, argv[0], seconds) : options_wrong(self, "%s.", why.s);
	json_decref(a.message);
	text_free(&why);
	return status;
}

/* --- commands -------------------------------------------------------------------------------- */

static void print_fields(const struct shape *shape)
{
	struct text type = { 0 };

	for (size_t i = 0; i < shape->n; i++) {
		const struct field *f = &shape->fields[i];

		text_clear(&type);
		words_type(f, &type);
		printf("      %s%s  %s (%s)\n", f->name, f->optional ? "?" : "=", f->doc, type.s);
	}
	text_free(&type);
}

static void print_message(const char *kind, const char *name, const char *doc, unsigned roles,
			  const struct shape *shape)
{
	const char *before = "";

	printf("  %s  (%s) %s\n      for ", name, kind, doc);
	for (int r = ROLE_COUNT - 1; r > 0; r--) {
		if (!(roles & 1u << r))
			continue;
		printf("%s%s", before, role_names[r]);
		before = ", ";
	}
	putchar('\n');
	print_fields(shape);
}

/* Does the name begin so? Several beginnings are asked one by one. */
static bool is_wanted(const char *name, char **words, int n)
{
	for (int i = 0; i < n; i++)
		if (strncmp(name, words[i], strlen(words[i])) == 0)
			return true;
	return n == 0;
}

int cli_commands(const struct subcommand *self, int argc, char **argv)
{
	int status;
	bool any = false;

	if (!options_read(self, NULL, 0, &argc, &argv, &status))
		return status;
	for (int i = 1; i < CMD_COUNT; i++) {
		const struct command_spec *c = &command_specs[i];

		if (!c->roles || !is_wanted(c->name, argv, argc))
			continue;
		print_message("command", c->name, c->doc, c->roles, c->fields);
		any = true;
	}
	for (int i = 1; i < QRY_COUNT; i++) {
		const struct query_spec *q = &query_specs[i];

		if (!is_wanted(q->name, argv, argc))
			continue;
		print_message("query", q->name, q->doc, q->roles, q->fields);
		any = true;
	}
	return any ? CLI_DONE : options_wrong(self, "nothing begins with \"%s\".", argv[0]);
}
