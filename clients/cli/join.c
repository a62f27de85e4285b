/* Sub-commands of one visitor: join prints a ticket, export what was said. */
#include <stdio.h>
#include <stdlib.h>

#include "clients/cli/enter.h"
#include "protocol/gen/protocol.h"

/* Enters with a ticket and uses it. Returns the program's status. */
static int with_ticket(const struct subcommand *self, const struct visitor *v, const char *link,
		       int (*use)(struct net *net, const struct place *place, const char *kind,
				  const char *ticket),
		       const char *kind)
{
	struct place place;
	struct net *net;
	char *ticket = NULL;
	int status;

	if (!enter_place(self, v, link, &place, &status))
		return status;
	status = CLI_UNREACHED;
	if ((net = enter_net(&place, v)))
		ticket = enter_ticket(self, net, &place, v, &status);
	if (ticket)
		status = use(net, &place, kind, ticket);
	free(ticket);
	net_free(net);
	place_fini(&place);
	return status;
}

static int print_ticket(struct net *net, const struct place *place, const char *kind,
			const char *ticket)
{
	(void)net, (void)place, (void)kind;
	printf("%s\n", ticket);
	return CLI_DONE;
}

int cli_join(const struct subcommand *self, int argc, char **argv)
{
	struct visitor v = { 0 };
	const struct option_row rows[] = { ROWS_VISITOR(v) };
	int status;

	if (!options_read(self, rows, OPTIONS_N(rows), &argc, &argv, &status))
		return status;
	if (argc != 1)
		return options_wrong(self, "name one session, by its link or its id.");
	return with_ticket(self, &v, argv[0], print_ticket, NULL);
}

/* --- export ---------------------------------------------------------------------------------- */

struct fetched {
	struct net *net;
	unsigned code;
	struct text body;
};

static void on_fetched(void *arg, unsigned code, const char *body, size_t len)
{
	struct fetched *f = arg;

	f->code = code;
	text_add(&f->body, body, len);
	net_stop(f->net);
}

static int fetch(struct net *net, const struct place *place, const char *kind, const char *ticket)
{
	struct fetched f = { .net = net };
	struct text path = { 0 }, why = { 0 };
	json_t *error;
	int status = CLI_DONE;

	enter_path(place, "/export.", &path);
	text_puts(&path, kind);
	net_ask(net, place, &(struct request){ .method = "GET", .path = path.s, .bearer = ticket },
		on_fetched, &f);
	net_run(net);
	if (!f.code) {
		status = says_failed(CLI_UNREACHED, "cannot reach the server: %s",
				     f.body.s ? f.body.s : "interrupted");
	} else if (f.code != 200) {
		error = json_loads(f.body.s, 0, NULL);
		enter_sentence(f.code, error, &why);
		json_decref(error);
		status = says_failed(CLI_REFUSED, "%s.", why.s);
	} else {
		fwrite(f.body.s, 1, f.body.len, stdout);
	}
	text_free(&path);
	text_free(&why);
	text_free(&f.body);
	return status;
}

int cli_export(const struct subcommand *self, int argc, char **argv)
{
	static const char *const kinds[] = { "", "json", "md" };
	struct visitor v = { 0 };
	int kind = 1, status;
	const struct option_row rows[] = {
		{ "as", OPTION_WORD, &kind, "KIND", "json (default) or md", 0, 0, kinds, 3 },
		ROWS_VISITOR(v),
	};

	if (!options_read(self, rows, OPTIONS_N(rows), &argc, &argv, &status))
		return status;
	if (argc != 1)
		return options_wrong(self, "name one session, by its link.");
	return with_ticket(self, &v, argv[0], fetch, kinds[kind]);
}
