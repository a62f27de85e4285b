/* Tickets and invitations: a signed statement about one person, or about whoever holds it.
 *
 * On the outside a JWT (RFC 7519), on the inside the one kind of it that we make: HS256, the header
 * compared byte for byte, nothing in it that we did not put there. Everything else is refused, for
 * whatever reason, as TICKET_BAD. Needs OpenSSL and Jansson only. */
#ifndef JOBALIKE_NET_TICKET_H
#define JOBALIKE_NET_TICKET_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/gen/protocol.h"
#include "server/net/keys.h"

enum ticket_kind {
	TICKET_PERSON = 1, /* about sub, by name and school; serves any number of hellos */
	TICKET_INVITATION, /* whoever holds it may have a ticket of this role */
};

struct ticket {
	enum ticket_kind kind;
	enum role role;
	const char *session;
	int64_t expires; /* a time; kept in whole seconds */
	/* of a person: */
	int64_t issued; /* likewise: when it was made (RFC 7519, 4.1.6) */
	const char *sub, *name, *school;
	const char *job, *area; /* may be NULL */
	enum language language;
	json_t *holds; /* the texts, of a ticket that was read */
};

enum ticket_fault { TICKET_GOOD, TICKET_BAD, TICKET_EXPIRED };

/* The text of a ticket, to be freed; NULL when it would be longer than LIMIT_TICKET_BYTES or a text
 * of it is not UTF-8. */
char *ticket_write(const struct keys *k, const struct ticket *t);
/* An expired one is read too. ticket_free is fine after every outcome. */
enum ticket_fault ticket_read(const struct keys *k, const char *text, size_t len, int64_t now,
			      struct ticket *out);
void ticket_free(struct ticket *t);

/* Could this be the id of a session? [A-Za-z0-9_-], 1 to 32 of them. */
bool session_id_ok(const char *id);

#endif
