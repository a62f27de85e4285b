/* Tickets and invitations made here, with the keys of the installation, without asking the server.
 */
#ifndef JOBALIKE_CLI_SIGN_H
#define JOBALIKE_CLI_SIGN_H

#include "server/net/keys.h"
#include "server/net/ticket.h"

/* Keys from JOBALIKE_KEYS_TICKETS, from the file that JOBALIKE_KEYS_TICKETS_FILE names, or from the
 * folder of the data; nothing is made. False: said why. */
bool sign_keys(struct keys *keys, const char *data);
/* A token to be freed; NULL: said why. A ticket without sub gets a new one. */
char *sign_token(const struct keys *keys, struct ticket *ticket);
/* What a token says of itself, without a look at its signature: "ticket", "invite" or NULL. */
const char *sign_kind(const char *token);

#endif
