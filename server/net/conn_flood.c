/* What a peer may send that is no message: so many pings and pongs, and so many bytes of which
 * nobody tells us. Buckets, each as the time when it is empty. */

#include "server/base/log.h"
#include "server/net/conn_parts.h"
#include "server/net/ws.h"

/* One more is in a bucket that holds so many ms, of which it takes some. */
static bool overflows(struct conn *c, uint64_t *until, uint64_t takes, uint64_t holds)
{
	uint64_t now = c->all->now;

	*until = (*until > now ? *until : now) + takes;
	return *until > now + holds;
}

static void flood(struct conn *c)
{
	char from[ADDRESS_SHOWN];

	if (c->closing)
		return;
	c->all->figures.floods++;
	log_info("conn.flood", "from=%s", ws_from(c->wsi, from));
	conn_close(c, CLOSE_POLICY);
}

/* Of pings that follow each other closely the library answers one now and then, and tells nothing.
 * What came in and was no message gives them away. */
void conn_weigh(struct conn *c)
{
	uint64_t taken = ws_taken(c->wsi);
	uint64_t rest = taken > c->explained ? taken - c->explained : 0;

	c->explained = taken;
	if (overflows(c, &c->rest_until, rest * 1000 / CONN_REST_S, CONN_REST * 1000 / CONN_REST_S))
		flood(c);
}

void conn_pinged(struct conn *c)
{
	bool awaited = c->heard_at < c->pinged_at; /* it was weighed as it was pinged */

	if (c->closing)
		return;
	c->heard_at = c->all->now;
	if (overflows(c, &c->pings_until, CONN_PING_MS, CONN_PINGS * CONN_PING_MS))
		flood(c);
	if (!awaited)
		conn_weigh(c);
}
