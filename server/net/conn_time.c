/* What has its time in the life of a connection: a ping now and then and the answer to it, and all
 * else that is not waited for without end. */
#include <inttypes.h>
#include <utlist.h>

#include "server/base/log.h"
#include "server/net/conn_parts.h"

static const uint64_t wait_ms[WAIT_COUNT] = {
	[WAIT_HELLO] = CONN_HELLO_MS,
	[WAIT_DRAIN] = CONN_BEHIND_MS,
	[WAIT_CLOSE] = CONN_CLOSE_MS,
	[WAIT_GONE] = CONN_GONE_MS,
};

void conn_wait(struct conn *c, enum conn_wait what)
{
	struct conns *all = c->all;

	if (c->waits == what)
		return;
	if (c->waits)
		DL_DELETE2(all->waiting[c->waits], c, wait_prev, wait_next);
	c->waits = what;
	c->waits_since = all->now;
	if (what)
		DL_APPEND2(all->waiting[what], c, wait_prev, wait_next);
}

static void ping_slot(struct conns *all, unsigned slot)
{
	for (struct conn *c = all->wheel[slot]; c; c = c->slot_next) {
		if (c->closing)
			continue;
		c->pinged_at = all->now;
		tally_add(&all->figures.queue_bytes, c->queue.bytes);
		conn_push(c, all->ping);
		conn_weigh(c);
	}
}

/* Nothing is read from who does not read: they are silent because they are slow. */
static void judge_slot(struct conns *all, unsigned slot)
{
	for (struct conn *c = all->wheel[slot]; c; c = c->slot_next) {
		if (c->closing || !c->pinged_at || c->heard_at >= c->pinged_at)
			continue;
		log_debug("conn.silent", "silent_ms=%" PRIu64 " bytes=%zu", all->now - c->heard_at,
			  c->queue.bytes);
		if (c->clogged) {
			conn_too_slow(c);
		} else {
			all->figures.idle++;
			conn_bye(&c->peer, BYE_IDLE, 0);
		}
		if (c->waits == WAIT_CLOSE)
			conn_wait(c, WAIT_GONE);
	}
}

static void on_waited(struct conn *c)
{
	enum conn_wait what = c->waits;

	if (what == WAIT_HELLO) {
		peer_error(&c->peer, ERR_UNAUTHORIZED, NULL, 0);
		conn_bye(&c->peer, BYE_IDLE, 0);
	} else if (what == WAIT_DRAIN) {
		log_info("conn.slow", "queued=%u bytes=%zu", c->queue.n, c->queue.bytes);
		conn_too_slow(c);
	} else {
		conn_die(c);
	}
}

void conns_tick(struct conns *all)
{
	all->tick++;
	for (int what = WAIT_HELLO; what < WAIT_COUNT; what++) {
		struct conn *c;

		while ((c = all->waiting[what]) && all->now - c->waits_since >= wait_ms[what])
			on_waited(c);
	}
	ping_slot(all, all->tick % CONN_PING_S);
	judge_slot(all, (all->tick + CONN_PING_S - CONN_PONG_S) % CONN_PING_S);
}
