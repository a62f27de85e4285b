/* The first message of a connection, which says who is there. */
#include <string.h>

#include "server/base/clock.h"
#include "server/base/crash.h"
#include "server/base/log.h"
#include "server/net/conn_parts.h"
#include "server/net/ticket.h"
#include "server/net/ws.h"

#define MISTAKES_MAX 5

void conn_mistake(struct conn *c, enum err err, const struct blame *blame)
{
	peer_error(&c->peer, err, blame, 0);
	if (++c->n_mistakes >= MISTAKES_MAX)
		conn_close(c, CLOSE_POLICY);
}

struct guest conn_guest(const struct ticket *t)
{
	return (struct guest){
		.session = t->session,
		.sub = t->sub,
		.name = t->name,
		.school = t->school,
		.job = t->job,
		.area = t->area,
		.language = t->language,
		.role = t->role,
		.expires = t->expires,
		.issued = t->issued,
	};
}

static void say_hello(struct conn *c, const struct hello *hello)
{
	char from[ADDRESS_SHOWN];
	struct ticket t;
	enum ticket_fault fault =
		ticket_read(c->all->keys, hello->ticket, strlen(hello->ticket), clock_ms(), &t);

	if (fault != TICKET_GOOD || t.kind != TICKET_PERSON)
		log_info("hello.refused", "why=%s from=%s",
			 fault == TICKET_EXPIRED ? "expired" : "no ticket of ours",
			 ws_from(c->wsi, from));
	if (fault == TICKET_BAD || t.kind != TICKET_PERSON) {
		conn_mistake(c, ERR_UNAUTHORIZED, NULL);
	} else if (fault == TICKET_EXPIRED) {
		peer_error(&c->peer, ERR_UNAUTHORIZED, NULL, 0);
		conn_bye(&c->peer, BYE_EXPIRED, -1);
	} else {
		struct guest g = conn_guest(&t);

		c->said_hello = true;
		conn_wait(c, WAIT_NOTHING);
		crash_at("conn.hello");
		hub_hello(c->all->hub, &c->peer, &g, hello);
	}
	ticket_free(&t);
}

void conn_greet(struct conn *c, const char *text, size_t len)
{
	struct upward up;
	struct blame blame;
	enum err err = codec_read(text, len, &up, &blame);

	if (err) {
		conn_mistake(c, err, &blame);
		return;
	}
	if (up.kind == UP_HELLO)
		say_hello(c, &up.hello);
	else
		conn_mistake(c, ERR_UNAUTHORIZED, &blame);
	upward_free(&up);
}
