/* Inside the door to libwebsockets: HTTP by its callbacks. */
#ifndef JOBALIKE_NET_WS_HTTP_H
#define JOBALIKE_NET_WS_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address;
struct conn;
struct lws;
struct net;
struct request;

/* One accepted connection, whatever it speaks; the library keeps the pointer. */
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

/* It has asked for something: it is not one of the silent any more. Twice is fine. */
void link_spoke(struct link *l);

/* It is gone: nobody waits for its socket any more. */
void link_unlist(struct link *l);

/* The answer is complete: it is written when the socket can take it. */
void ws_http_answer(struct request *r);

/* What the callbacks of a request come to; -1 ends the connection. */
int ws_http_begin(struct link *l, struct lws *wsi);
int ws_http_body(struct link *l, const char *data, size_t len);
int ws_http_end(struct link *l);
int ws_http_writable(struct link *l, struct lws *wsi);

/* May this request become a WebSocket? If not, it was answered and the connection shall end. */
bool ws_gate(struct link *l, struct lws *wsi);
#define WS_HEAD_BYTES 8192 /* of a request */

/* X-Forwarded-For; of one that is too long its end, which is what the nearest proxy says. */
void ws_forwarded(struct lws *wsi, char *out, size_t size);
/* Is it a name or an address, perhaps with a port? */
bool ws_good_host(const char *host);
/* One value of a header; false: there are several, or it is longer. Absent is "". */
bool ws_header(struct lws *wsi, int token, char *out, size_t size);

#endif
