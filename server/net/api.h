/* The API over HTTP: what sessions there are, tickets, plans, what was said to take away. Answers
 * are JSON. */
#ifndef JOBALIKE_NET_API_H
#define JOBALIKE_NET_API_H

#include <jansson.h>
#include <stdbool.h>

#include "protocol/codec.h"
#include "server/hub/hub.h"
#include "server/net/keys.h"
#include "server/net/ticket.h"

struct request;

/* False: the address is none of the API's. */
bool api_serve(struct request *r);

/* In api_session.c: GET. */
void api_list(struct request *r);
void api_session(struct request *r, const char *session);
void api_calendar(struct request *r, const char *session);

/* In api_join.c, api_plan.c and api_code.c: POST, with all of the body there. */
void api_exchange_code(struct request *r);
void api_show_code(struct request *r, const char *session); /* GET */
void api_join(struct request *r, const char *session);
void api_plan(struct request *r);

/* In api_export.c: GET, for who has a ticket of this session. mine: all by themselves. */
void api_export_json(struct request *r, const char *session);
void api_export_markdown(struct request *r, const char *session);
void api_export_mine(struct request *r, const char *session);

/* The ticket that the request bears, if it is one of a person in this session, to be freed. False:
 * there is none, and it was answered so. In api_holder.c. */
bool api_ticket(struct request *r, const char *session, struct ticket *out);
/* Whom it is about: NULL when they never came, or with *err when this one is good no more. */
const struct person *api_holder(const struct state *s, const struct ticket *t, enum err *err);

/* Reads the session's state, for done to answer from; r is its arg. */
void api_read(struct request *r, const char *session, hub_read_fn done);
/* Takes the id of a session from the middle of a path; what follows it, or NULL. */
const char *api_take_id(const char *path, const char *before, char id[33]);
/* The body as a JSON object, owned by the caller; NULL when it is none and the request was
 * answered. */
json_t *api_body(struct request *r);
/* Was the installation key given? False: it was answered that it was not. In api_plan.c. */
bool api_has_key(struct request *r);
/* Answers as the error says. */
void api_refuse(struct request *r, enum err err, const char *field);
/* A person's command people.join with these texts, checked as all commands are. The command is
 * freed by the caller when OK. Texts may be NULL. */
enum err api_person(const json_t *texts, const char *sub, enum role role, struct command *out,
		    struct blame *blame);
/* How long tickets and invitations of a session are good. */
int64_t api_expiry(int64_t end);
/* Where people reach us, for a link; from what the request says when the configuration does not. */
void api_base(const struct request *r, char *out, size_t size);

#endif
