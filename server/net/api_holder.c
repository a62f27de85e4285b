/* Who asks, by the ticket that a request bears. */
#include <string.h>

#include "server/base/clock.h"
#include "server/net/api.h"
#include "server/net/http.h"
#include "server/net/inside.h"

bool api_ticket(struct request *r, const char *session, struct ticket *out)
{
	enum ticket_fault fault =
		ticket_read(r->net->keys, r->bearer, strlen(r->bearer), clock_ms(), out);

	if (fault == TICKET_GOOD && out->kind == TICKET_PERSON &&
	    strcmp(out->session, session) == 0)
		return true;
	ticket_free(out);
	api_refuse(r, ERR_UNAUTHORIZED, NULL);
	return false;
}

const struct person *api_holder(const struct state *s, const struct ticket *t, enum err *err)
{
	const struct person *who = *err ? NULL : state_person_by_sub(s, t->sub);

	if (who && people_ticket_is_old(who, t->issued))
		*err = ERR_UNAUTHORIZED;
	return *err ? NULL : who;
}
