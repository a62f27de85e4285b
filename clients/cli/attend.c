#include "clients/cli/attend.h"

#include <stdlib.h>

bool attend_open(struct attend *a, const struct subcommand *self, const struct visitor *v,
		 const char *link, const struct session_options *options)
{
	struct session_options with = *options;
	char *ticket;

	*a = (struct attend){ 0 };
	if (!enter_place(self, v, link, &a->place, &a->status))
		return false;
	if (!a->place.session) {
		a->status = options_wrong(self, "%s names no session.", link);
		return false;
	}
	a->status = CLI_UNREACHED;
	if (!(a->net = enter_net(&a->place, v)))
		return false;
	if (!(ticket = enter_ticket(self, a->net, &a->place, v, &a->status)))
		return false;
	a->status = CLI_DONE;
	with.ticket = ticket;
	a->session = session_open(a->net, &a->place, &with);
	free(ticket);
	return true;
}

void attend_over(struct attend *a, enum session_end end, const char *why)
{
	if (end == SESSION_UNREACHED)
		a->status = says_failed(CLI_UNREACHED, "cannot reach http%s://%s:%d: %s",
					a->place.tls ? "s" : "", a->place.host, a->place.port, why);
	else
		a->status = says_failed(CLI_REFUSED, "%s (%s).", says_end(why), why);
	net_stop(a->net);
}

void attend_fini(struct attend *a)
{
	session_close(a->session);
	net_free(a->net);
	place_fini(&a->place);
}
