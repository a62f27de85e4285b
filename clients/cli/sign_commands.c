/* Sub-commands that need the keys of the installation and no server: invite, ticket. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "clients/cli/enter.h"
#include "clients/cli/sign.h"

#define HOUR_MS INT64_C(3600000)

struct wish {
	struct visitor who;
	const char *data, *sub;
	int role;
	int64_t hours;
	bool bare;
};

#define ROWS_WISH(w)                                                                               \
	{                                                                                          \
		"role",                                                                            \
		OPTION_WORD,                                                                       \
		&(w).role,                                                                         \
		"ROLE",                                                                            \
		"attendee (default), observer, moderator ...",                                     \
		0,                                                                                 \
		0,                                                                                 \
		role_names,                                                                        \
		ROLE_COUNT                                                                         \
	},                                                                                         \
		{ "hours", OPTION_INT, &(w).hours, "N", "good for so long (default 168)",          \
		  1,       87600,      NULL,       0 },                                            \
		{ "data", OPTION_TEXT, &(w).data, "DIR", "folder of the server's data (./var)",    \
		  0,      0,           NULL,      0 },                                             \
	{                                                                                          \
		"bare", OPTION_FLAG, &(w).bare, NULL, "the token alone, not a link", 0, 0, NULL, 0 \
	}

static struct wish default_wish(void)
{
	return (struct wish){ .data = "./var", .role = ROLE_ATTENDEE, .hours = 168 };
}

static int print_token(const struct wish *w, const struct place *place, struct ticket *t)
{
	char host[300], *token;
	struct keys keys;

	if (!sign_keys(&keys, w->data))
		return CLI_REFUSED;
	t->session = place->session;
	t->role = (enum role)w->role;
	t->expires = (int64_t)time(NULL) * 1000 + w->hours * HOUR_MS;
	token = sign_token(&keys, t);
	keys_fini(&keys);
	if (!token)
		return CLI_REFUSED;
	if (w->bare)
		printf("%s\n", token);
	else
		printf("http%s://%s/s/%s#ticket=%s\n", place->tls ? "s" : "",
		       place_host(place, host, sizeof(host)), place->session, token);
	free(token);
	return CLI_DONE;
}

static int for_session(const struct subcommand *self, const struct wish *w, int argc, char **argv,
		       struct ticket *t)
{
	struct place place;
	int status;

	if (argc != 1)
		return options_wrong(self, "name one session, by its id or its link.");
	if (!enter_place(self, &w->who, argv[0], &place, &status))
		return status;
	if (place.session && session_id_ok(place.session))
		status = print_token(w, &place, t);
	else
		status = options_wrong(self, "%s names no session.", argv[0]);
	place_fini(&place);
	return status;
}

int cli_invite(const struct subcommand *self, int argc, char **argv)
{
	struct wish w = default_wish();
	struct ticket t = { .kind = TICKET_INVITATION };
	const struct option_row rows[] = { ROWS_WISH(w), ROWS_PLACE(w.who) };
	int status;

	if (!options_read(self, rows, OPTIONS_N(rows), &argc, &argv, &status))
		return status;
	return for_session(self, &w, argc, argv, &t);
}

int cli_ticket(const struct subcommand *self, int argc, char **argv)
{
	struct wish w = default_wish();
	const struct option_row rows[] = {
		ROWS_WISH(w),
		{ "sub", OPTION_TEXT, &w.sub, "TEXT",
		  "whom it is about; the same one is the same person (default: somebody new)", 0, 0,
		  NULL, 0 },
		ROWS_WHO(w.who),
		ROWS_PLACE(w.who),
	};
	int status;

	if (!options_read(self, rows, OPTIONS_N(rows), &argc, &argv, &status))
		return status;
	if (!w.who.name || !w.who.school)
		return options_wrong(self, "--name and --school are needed.");
	return for_session(
		self, &w, argc, argv,
		&(struct ticket){
			.kind = TICKET_PERSON,
			.sub = w.sub,
			.name = w.who.name,
			.school = w.who.school,
			.job = w.who.job,
			.area = w.who.area,
			.language = w.who.language ? (enum language)w.who.language : LANGUAGE_EN,
		});
}
