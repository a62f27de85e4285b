/* One accepted connection, whatever it speaks: from the listener that took it to its end. */
#ifndef JOBALIKE_NET_LINK_H
#define JOBALIKE_NET_LINK_H

#include <stdbool.h>
#include <stdint.h>

struct address;
struct conn;
struct lws;
struct net;
struct request;

/* The library keeps the pointer. */
struct link {
	struct net *net;
	struct address *from;
	bool is_admin;
	bool spoke;               /* its first request came */
	struct lws *wsi;          /* until then, and while it asks by HTTP */
	uint64_t since;           /* it came; by the loop's clock, ms */
	struct link *prev, *next; /* of those of its address that have not spoken */
	struct conn *conn;        /* once it is a WebSocket */
	struct request *request;  /* one at a time */
	uint64_t taken;           /* bytes, ever, when the last answer had been written */
	bool held;                /* nothing is read from it, nor written */
	bool in_full;             /* its socket takes nothing more */
	struct link *prev_full, *next_full;
};

struct link *link_new(struct net *n, struct address *from, bool is_admin);
/* With it end what it speaks, and its place at its address. */
void link_end(struct link *l);

/* Until it has asked for something it is one of the silent of its address, of which there may be so
 * many. */
void link_await(struct link *l, struct lws *wsi);
/* It has asked for something. Twice is fine. */
void link_spoke(struct link *l);

/* What comes behind a request is not looked at before its answer goes out: the library would look
 * in every turn of the loop, and do nothing. Neither does it write to a socket that is held. */
void link_hold(struct link *l);
void link_release(struct link *l);
/* Its socket takes nothing now. */
bool link_is_full(const struct link *l);
/* Until it does. */
void link_hold_full(struct link *l);

#endif
