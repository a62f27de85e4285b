/* The terminal client: what its sub-commands share. */
#ifndef JOBALIKE_CLI_CLI_H
#define JOBALIKE_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the program ends with. */
enum cli_exit { CLI_DONE = 0, CLI_REFUSED = 1, CLI_USAGE = 2, CLI_UNREACHED = 3 };

struct subcommand {
	const char *name;
	const char *arguments; /* as usage shows them */
	const char *summary;   /* one line */
	const char *help;      /* more, or NULL */
	int (*run)(const struct subcommand *self, int argc, char **argv);
};

int cli_sessions(const struct subcommand *self, int argc, char **argv);
int cli_show(const struct subcommand *self, int argc, char **argv);
int cli_plan(const struct subcommand *self, int argc, char **argv);
int cli_invite(const struct subcommand *self, int argc, char **argv);
int cli_ticket(const struct subcommand *self, int argc, char **argv);
int cli_join(const struct subcommand *self, int argc, char **argv);
int cli_export(const struct subcommand *self, int argc, char **argv);
int cli_talk(const struct subcommand *self, int argc, char **argv);
int cli_watch(const struct subcommand *self, int argc, char **argv);
int cli_ask(const struct subcommand *self, int argc, char **argv);
int cli_commands(const struct subcommand *self, int argc, char **argv);
int cli_crowd(const struct subcommand *self, int argc, char **argv);

/* --- options.c ------------------------------------------------------------------------------- */

enum option_kind {
	OPTION_FLAG,  /* bool */
	OPTION_TEXT,  /* const char * */
	OPTION_TEXTS, /* struct option_texts: may be given several times */
	OPTION_INT,   /* int64_t, between least and most */
	OPTION_TIME,  /* int64_t: Unix milliseconds */
	OPTION_WORD,  /* int: the place in words, of which the first is not used */
};

struct option_texts {
	const char **list;
	size_t n;
};

struct option_row {
	const char *name;
	enum option_kind kind;
	void *into;
	const char *value; /* what help calls the value; NULL for a flag */
	const char *doc;
	int64_t least, most;
	const char *const *words;
	size_t n_words;
};

#define OPTIONS_N(rows) (sizeof(rows) / sizeof((rows)[0]))

/* Reads options; what is left goes to argc and argv. argv[0] is the sub-command. False: end with
 * *status, after a sentence on stderr or, for --help, the help on stdout. */
bool options_read(const struct subcommand *self, const struct option_row *rows, size_t n_rows,
		  int *argc, char ***argv, int *status);
/* Says a sentence and how to get help. Returns CLI_USAGE. */
int options_wrong(const struct subcommand *self, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* 2026-11-22T09:00Z, 2026-11-22T17:00+08:00, 2026-11-22T09:00 (local), now, +90m, or milliseconds.
 */
bool options_time(const char *text, int64_t *out);

/* --- says.c ---------------------------------------------------------------------------------- */

/* "jobalike: " and the sentence, on stderr. Returns status. */
int says_failed(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What an error of the protocol means, as a sentence without its full stop. */
const char *says_error(const char *name);
/* Likewise why a connection is over: an error, or the reason of a bye. */
const char *says_end(const char *why);

#endif
