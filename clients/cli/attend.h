/* What talk, watch and ask begin with: one person's session, from the command line to a connection.
 */
#ifndef JOBALIKE_CLI_ATTEND_H
#define JOBALIKE_CLI_ATTEND_H

#include "clients/cli/enter.h"
#include "clients/cli/session.h"

struct attend {
	struct place place;
	struct net *net;
	struct session *session;
	int status; /* what the program ends with */
};

/* patience_ms: how long to try at first. ops.over should set status and stop the net: attend_over
 * does. False: said why, status is set. attend_fini is fine in both cases. */
bool attend_open(struct attend *a, const struct subcommand *self, const struct visitor *v,
		 const char *link, const struct session_options *options);
void attend_over(struct attend *a, enum session_end end, const char *why);
void attend_fini(struct attend *a);

#endif
