/* Requests and their answers: what is between the socket library, which brings a request and takes
 * away the bytes of its answer, and the pages and the API, which know nothing of sockets.
 *
 * A request is answered exactly once, at once or later. Whoever answers later marks it busy; then
 * it stays valid until it is answered, even when its client is gone. */
#ifndef JOBALIKE_NET_HTTP_H
#define JOBALIKE_NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol/gen/protocol.h"
#include "server/base/text.h"
#include "server/hub/hub.h"
#include "server/net/address.h"

#define HTTP_BODY_MAX 65536
#define HTTP_PATH_MAX 512

#define HTTP_UNSENT_MAX (64u << 20) /* bytes of answers that nobody has taken, of all */
#define HTTP_UNSENT_ONE (8u << 20)  /* and of one address: beyond either no record is made */

struct lws;
struct net;

enum method { METHOD_OTHER, METHOD_GET, METHOD_HEAD, METHOD_POST };

struct request {
	struct net *net;
	struct lws *wsi; /* NULL: the client is gone */
	struct address *from;
	struct address *pays; /* for the work: who is behind it; NULL: nobody has to */
	uint64_t begun_at;    /* ms of the loop */
	enum method method;
	char path[HTTP_PATH_MAX]; /* decoded, without what follows a ? */
	char host[256], bearer[LIMIT_TICKET_BYTES + 1], forwarded[512], type[128], known[128];
	bool is_admin;   /* came in by the operators' listener */
	bool is_ours;    /* has the header that other sites cannot set */
	bool gzip, br;   /* the client understands */
	bool is_chunked; /* a body of unknown length */
	bool has_length;
	bool is_too_long; /* the path is */
	bool has_host;    /* one, and a good one */
	int minor;        /* of HTTP/1.x; -1: another version */
	int64_t length;
	struct text body;

	bool is_handshake; /* refused, and the connection ends at once */
	bool has_ended;    /* all of its body came */
	bool served;       /* handed to those who answer */
	bool busy, answered;
	void *work; /* of whoever answers later; ended with the request */
	void (*end_work)(void *work);
	hub_read_fn on_state; /* where that is a session's state; arg is the request */
	bool keeps;           /* the connection, after the answer */
	struct text head;     /* of the answer, and its body: own or a constant */
	struct text own;
	const void *content;
	size_t content_len, sent;
	struct request *prev, *next; /* of all of the net */
};

/* Fields of an answer that are not the same for all. Zeroed: may not be stored, nothing special. */
struct reply {
	int status;
	const char *type;
	const char *more; /* whole header lines, or NULL */
	bool immutable;
};

/* Made with zeroed fields; freed by request_gone, or by the answer when the client has left. */
struct request *request_new(struct net *n, struct lws *wsi);
/* The client is gone, or its answer was sent. */
void request_gone(struct request *r);
void request_free(struct request *r);

/* The network of whoever asks, for the log. */
const char *request_from(struct request *r, char out[ADDRESS_SHOWN]);

/* Does a program ask, which reads JSON, or somebody who looks at a page? */
bool http_is_api(const struct request *r);
/* What can be refused before the body was read: answers, and returns false. */
bool http_admit(struct request *r);
/* What came is not its body: answers. */
void http_mistook(struct request *r);
/* All of the request is there. */
void http_serve(struct request *r);

/* The CPU time of this thread in us; and: what was done for the request since then is charged. */
int64_t http_work_us(void);
void http_took(struct address *pays, struct net *n, int64_t since_us);
/* Whoever does not read what was made for them is made no more. */
bool http_is_full(const struct request *r);

/* Of http_answer.c. The body is borrowed for good: a constant. */
void answer_constant(struct request *r, struct reply reply, const void *body, size_t len);
/* The text is taken over and left empty. */
void answer_text(struct request *r, struct reply reply, struct text *body);
/* JSON, not to be stored. */
void answer_json(struct request *r, int status, struct text *body);
/* {"error":word,"field":...,"retry_ms":...}; field may be NULL, retry_ms 0. */
void answer_error(struct request *r, int status, enum err err, const char *field, int64_t retry_ms);
/* For people who look at it: a short sentence. */
void answer_plain(struct request *r, int status, const char *sentence);
/* An answer that says which methods there are. */
void answer_not_allowed(struct request *r, const char *methods);

/* Lines of headers that stand in every answer, with their ends. */
const char *http_common_headers(const struct net *n, bool is_admin);
/* A whole answer for those who cannot be served. */
const char *http_sorry(const struct net *n);
/* Do people reach us by https, by our own TLS or that of a proxy? */
bool http_is_secure(const struct net *n);

#endif
