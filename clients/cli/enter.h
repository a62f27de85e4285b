/* The way in: from a link and who one is to a ticket. */
#ifndef JOBALIKE_CLI_ENTER_H
#define JOBALIKE_CLI_ENTER_H

#include <jansson.h>

#include "clients/cli/cli.h"
#include "clients/cli/link.h"
#include "clients/cli/place.h"
#include "server/base/text.h"

/* Who comes, and where to, as options say it. Texts are the command line's. */
struct visitor {
	const char *ticket, *name, *school, *job, *area;
	int language;
	const char *server;
	bool insecure;
};

/* Rows for options_read; ROWS_VISITOR(v) where v is a struct visitor. */
#define ROWS_PLACE(v)                                                                              \
	{ "server",                                                                                \
	  OPTION_TEXT,                                                                             \
	  &(v).server,                                                                             \
	  "URL",                                                                                   \
	  "where no link says it (else JOBALIKE_SERVER, else " PLACE_SERVER ")",                   \
	  0,                                                                                       \
	  0,                                                                                       \
	  NULL,                                                                                    \
	  0 },                                                                                     \
	{                                                                                          \
		"insecure", OPTION_FLAG, &(v).insecure, NULL, "believe any certificate", 0, 0,     \
			NULL, 0                                                                    \
	}
#define ROWS_WHO(v)                                                                                 \
	{ "name", OPTION_TEXT, &(v).name, "NAME", "your name", 0, 0, NULL, 0 },                     \
		{ "school", OPTION_TEXT, &(v).school, "SCHOOL", "your school", 0, 0, NULL, 0 },     \
		{ "job", OPTION_TEXT, &(v).job, "JOB", "your job", 0, 0, NULL, 0 },                 \
		{ "area", OPTION_TEXT, &(v).area, "KEY", "your professional area", 0, 0, NULL, 0 }, \
	{                                                                                           \
		"language", OPTION_WORD, &(v).language, "en|zh", "your language", 0, 0,             \
			language_names, LANGUAGE_COUNT                                              \
	}
#define ROWS_VISITOR(v)                                                                            \
	{                                                                                          \
		"ticket", OPTION_TEXT, &(v).ticket, "T", "a ticket, if the link holds none",       \
		0,        0,           NULL,        0                                              \
	},                                                                                         \
		ROWS_WHO(v), ROWS_PLACE(v)

/* The session or server of an argument (NULL: the server alone). False: said why, status is set. */
bool enter_place(const struct subcommand *self, const struct visitor *v, const char *argument,
		 struct place *out, int *status);
/* A net for the place. NULL: said why. */
struct net *enter_net(const struct place *place, const struct visitor *v);

/* Asks over HTTP and runs the net until the answer is there. Returns its JSON, with *status 0;
 * NULL: said what is wrong, status is the program's. form: option names of fields, for errors; may
 * be NULL. */
json_t *enter_ask(struct net *net, const struct place *place, const struct request *request,
		  int *status);
/* The installation key, to be freed: of this file, of the environment, or of where a server that
 * was started here has it. NULL: said why. */
char *enter_key(const char *file);
/* A text of an object, "" where there is none. */
const char *enter_word(const json_t *json, const char *key);
void enter_print(const json_t *json);
/* What an answer that is an error says, as a sentence. */
void enter_sentence(unsigned code, const json_t *answer, struct text *out);

/* The ticket to say hello with, to be freed: the one given, the one in the link, or a new one for
 * this visitor. NULL: said why. */
char *enter_ticket(const struct subcommand *self, struct net *net, const struct place *place,
		   const struct visitor *v, int *status);
/* The body that asks for a ticket: an object. */
json_t *enter_form(const struct place *place, const struct visitor *v);
/* "/api/sessions/ID/tickets" and the like. */
void enter_path(const struct place *place, const char *rest, struct text *out);

#endif
