/* Inside the door to libwebsockets: HTTP by its callbacks. */
#ifndef JOBALIKE_NET_WS_HTTP_H
#define JOBALIKE_NET_WS_HTTP_H

#include <stdbool.h>
#include <stddef.h>

struct link;
struct lws;
struct request;

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
