/* Taking part from a terminal. talk.c has what happens there, talk_input.c what is typed; nobody
 * else includes it. */
#ifndef JOBALIKE_CLI_TALK_H
#define JOBALIKE_CLI_TALK_H

#include "clients/cli/attend.h"
#include "clients/cli/scene.h"

struct talk {
	struct attend attend;
	struct scene scene;
	bool as_json, is_ready, is_ending, failed;
	bool stays;   /* until a time, whatever comes through the pipe */
	char **early; /* lines that came before one was there */
	size_t n_early;
	struct timer limit;
};

/* Shows the text on stdout, and frees it. */
void talk_print(struct text *t);

/* One line that was typed, once one is there; it is taken apart. */
void talk_input(struct talk *t, char *line);
/* Says on stderr what is not as it should be; detail may be NULL. */
void talk_wrong(struct talk *t, const char *what, const char *detail);

#endif
