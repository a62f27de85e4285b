/* jobalike: take part in sessions and run them from a terminal. Ends with 0: done, 1: refused or
 * failed, 2: not understood, 3: nobody there. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "server/base/mem.h"
#include "server/base/version.h"

static const struct subcommand subcommands[] = {
	{ "sessions", "[URL]", "Lists the sessions of a server.", NULL, cli_sessions },
	{ "show", "SESSION", "Says what anybody may know of a session.", NULL, cli_show },
	{ "plan", "--title TITLE --start TIME --end TIME ...",
	  "Plans a session and prints the links to it.",
	  "It asks the server and needs the installation key.", cli_plan },
	{ "invite", "SESSION [--role ROLE]", "Prints an invitation: a link for whoever holds it.",
	  "Made here, with the keys in the folder of the server's data; no server is asked.",
	  cli_invite },
	{ "ticket", "SESSION --role ROLE --name NAME --school SCHOOL",
	  "Prints a ticket: a link for one person.",
	  "Made here, with the keys in the folder of the server's data; no server is asked.",
	  cli_ticket },
	{ "join", "LINK --name NAME --school SCHOOL",
	  "Exchanges an invitation, or an open session, for a ticket.", NULL, cli_join },
	{ "export", "LINK", "Prints the record of a session, as far as one may read it.", NULL,
	  cli_export },
	{ "talk", "LINK", "Takes part: prints what happens, says what is typed.",
	  "Lines that begin with / are commands:\n"
	  "  /enter ROOM   /leave   /rooms   /who   /hand   /reply LINE TEXT   /edit LINE TEXT\n"
	  "  /remove LINE   /react LINE SIGN   /ask COMMAND field=value ...   /raw {JSON}   /quit\n"
	  "  /help; //x says /x\n"
	  "What comes through a pipe is said too; at its end talk leaves, once all is confirmed.",
	  cli_talk },
	{ "watch", "LINK", "Prints what happens, and says nothing.", NULL, cli_watch },
	{ "ask", "LINK COMMAND [FIELD=VALUE ...]",
	  "Asks one command or query, waits for its answer and prints it.",
	  "Values: 17 · yes · a text · 2026-11-22T09:00Z · rooms=1,4 · any JSON for lists.\n"
	  "After a lost connection it asks again; nothing is done twice.\n"
	  "`jobalike commands` lists what there is.",
	  cli_ask },
	{ "commands", "[BEGINNING ...]", "Lists the commands and queries of the protocol.", NULL,
	  cli_commands },
	{ "crowd", "LINK --roster FILE [--script FILE]",
	  "Brings many people in, who talk by a script, and checks what they see.",
	  "See clients/cli/README.md for the roster, the script, what can be typed meanwhile, and\n"
	  "the log.",
	  cli_crowd },
};
#define N_SUBCOMMANDS (sizeof(subcommands) / sizeof(subcommands[0]))

static void print_usage(FILE *f)
{
	fprintf(f, "Usage: jobalike COMMAND ...\n\n");
	for (size_t i = 0; i < N_SUBCOMMANDS; i++)
		fprintf(f, "  %-10s %s\n", subcommands[i].name, subcommands[i].summary);
	fprintf(f, "  %-10s %s\n", "help", "This, or more about one command: jobalike help talk.");
	fprintf(f,
		"\nLINK is http://host/s/ID#ticket=..., as printed by plan, invite and ticket; or\n"
		"the ID of a session, with --server.\n");
}

static const struct subcommand *find(const char *name)
{
	for (size_t i = 0; i < N_SUBCOMMANDS; i++)
		if (strcmp(subcommands[i].name, name) == 0)
			return &subcommands[i];
	return NULL;
}

static int unknown(const char *name)
{
	fprintf(stderr, "jobalike: there is no command \"%s\".\n", name);
	print_usage(stderr);
	return CLI_USAGE;
}

static int help(int argc, char **argv)
{
	char option[] = "--help", *words[] = { NULL, option, NULL };
	const struct subcommand *s = argc > 1 ? find(argv[1]) : NULL;

	if (argc > 1 && !s)
		return unknown(argv[1]);
	if (!s) {
		print_usage(stdout);
		return CLI_DONE;
	}
	words[0] = argv[1];
	return s->run(s, 2, words);
}

int main(int argc, char **argv)
{
	const struct subcommand *s = argc > 1 ? find(argv[1]) : NULL;

	mem_init();
	setlocale(LC_TIME, "");
	if (argc < 2) {
		print_usage(stderr);
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
		return help(argc - 1, argv + 1);
	if (strcmp(argv[1], "--version") == 0) {
		printf("jobalike %s\n", JOBALIKE_VERSION);
		return CLI_DONE;
	}
	return s ? s->run(s, argc - 1, argv + 1) : unknown(argv[1]);
}
