/* A connection: one WebSocket, from its handshake to its end, and what is due to it.
 *
 * The first message is a hello with a ticket, within HELLO_MS; from then on the connection is a
 * peer of the hub. What is sent to it waits in its queue until the end of the turn of the loop,
 * when all connections that have something are flushed, with one write each; a run of events behind
 * which nothing more comes is written at once. Only after a write that the socket did not take
 * whole the writable callback is used.
 *
 * Nothing is freed from inside a call of the hub: a connection that failed is marked, and ends when
 * the socket library says so (conn_end). */
#ifndef JOBALIKE_NET_CONN_H
#define JOBALIKE_NET_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/tally.h"
#include "server/base/text.h"
#include "server/hub/hub.h"
#include "server/net/keys.h"
#include "server/net/queue.h"
#include "server/net/ws.h"

#define CONN_HELLO_MS  10000 /* until the hello */
#define CONN_BEHIND_MS 10000 /* unable to keep up */
#define CONN_CLOSE_MS  2000  /* until the peer answers our close */
#define CONN_GONE_MS   500   /* the same, if it answers nothing any more */
#define CONN_PING_S    20    /* each connection is pinged so often */
#define CONN_PONG_S    8     /* and heard within that, or closed */
#define CONN_EVENTS    1000  /* messages that may wait; answers LIMIT_PENDING more */
#define CONN_FRAGMENTS 64    /* frames of one message */
#define CONN_PINGS     50    /* pings and pongs of the peer that may come at once ... */
#define CONN_PING_MS   200   /* ... and one more each time that passes */
#define CONN_REST      32768 /* bytes that are of no message, likewise ... */
#define CONN_REST_S    1024  /* ... and so many more each second */

/* Codes of our closes (RFC 6455 section 7.4); those of a bye are in conn.c. */
enum close_code {
	CLOSE_UNSUPPORTED = 1003,
	CLOSE_POLICY = 1008,
	CLOSE_TOO_BIG = 1009,
};

struct lws;
struct conn;
struct ticket;

/* What a connection waits for, if anything; each for a time of its own, so that those who wait for
 * the same stand in the order in which it ends. */
enum conn_wait { WAIT_NOTHING, WAIT_HELLO, WAIT_DRAIN, WAIT_CLOSE, WAIT_GONE, WAIT_COUNT };

struct conn {
	struct peer peer; /* the first member */
	struct conns *all;
	struct lws *wsi;
	struct ws_pipe plain;
	bool is_dirty; /* stands in the list of those to flush */
	bool clogged;  /* the socket took only a part; its callback is awaited */
	bool refused;  /* an event was not taken: the hub waits to hear that it can send again */
	bool closing;  /* a close frame is in the queue, or was sent */
	bool dead;     /* a write failed, or time is over */
	uint64_t heard_at, pinged_at;       /* by the loop's clock, as all its times */
	struct conn *slot_prev, *slot_next; /* of its slot of the wheel */
	struct queue queue;
	struct conn *dirty_prev, *dirty_next;
	struct text in; /* the pieces of a message that is not complete */
	size_t skipped; /* bytes of one that is too large and thrown away; 0: none */
	uint64_t waits_since;
	uint64_t pings_until, rest_until; /* when the buckets of its pings and rest are empty */
	uint64_t explained;               /* of what ws_taken counts: what we know the use of */
	uint8_t n_frames, n_mistakes, slot;
	bool said_hello;
	enum conn_wait waits;
	struct conn *wait_prev, *wait_next;
};

struct conn_figures {
	size_t connections;
	uint64_t opened, messages_in, bytes_in, deliveries, writes, bytes_out, partial, behind,
		slow, idle, floods;
	size_t queue_high;                         /* bytes, the most that ever waited for one */
	struct tally write_bytes, turn_deliveries; /* of one write; in one turn of the loop */
	struct tally queue_bytes; /* that wait for one connection, looked at when it is pinged */
};

/* How far the writing of a turn of the loop has come. */
struct conn_writing {
	uint64_t until; /* ns; 0: nothing was written yet */
	unsigned n;     /* connections that were looked at */
	bool late;      /* there is no time for more */
	bool left_some; /* the turn before did not come to all that was due */
};

/* All connections of this instance. */
struct conns {
	struct hub *hub;
	const struct keys *keys;
	size_t message_max, queue_max; /* bytes */
	struct conn *dirty;
	struct conn_writing writing;
	struct conn *wheel[CONN_PING_S];
	struct conn *waiting[WAIT_COUNT];
	struct msg *ping;
	uint64_t now; /* of the loop, ms; set before anything else in each turn */
	unsigned tick;
	uint64_t told; /* deliveries until the last turn of the loop */
	struct conn_figures figures;
	unsigned char scratch[1 << 16];
};

void conns_init(struct conns *all, struct hub *hub, const struct keys *keys, size_t message_max,
		size_t queue_max);
void conns_fini(struct conns *all);
/* End of a turn of the loop: writes what is due. True: there was no time for all of it. */
bool conns_flush(struct conns *all);
/* Once a second: pings one in CONN_PING_S, closes who was silent or waited too long. */
void conns_tick(struct conns *all);

/* Who comes with this ticket, whose texts they borrow. */
struct guest conn_guest(const struct ticket *t);

/* Says bye to those who have not said hello; the hub does so to the others. */
void conns_drain(struct conns *all);

struct conn *conn_new(struct conns *all, struct lws *wsi);
/* The socket is gone. */
void conn_end(struct conn *c);

/* A piece of a text message. frame_ends: of its frame; ends: of the message. */
void conn_receive(struct conn *c, const char *data, size_t len, bool frame_ends, bool ends);
/* A pong, or the end of our answer to a ping: a sign of life, and too many of them are a flood. */
void conn_pinged(struct conn *c);
/* The socket takes more. The library says so too, unasked, after it has answered a ping. */
void conn_writable(struct conn *c);
/* Our close frame was written: the answer to it is the last that is to be said. */
bool conn_said_close(const struct conn *c);
void conn_close(struct conn *c, unsigned code);

#endif
