/* Within a connection: what its files ask of each other. conn.c is its life and what comes in,
 * conn_write.c what goes out, conn_hello.c who is there, conn_flood.c what comes and is no message,
 * conn_time.c what has its time. */
#ifndef JOBALIKE_NET_CONN_PARTS_H
#define JOBALIKE_NET_CONN_PARTS_H

#include "server/net/conn.h"

/* conn_write.c */
/* As in struct peer_ops. */
bool conn_send(struct peer *p, struct msg *m, enum peer_load load);
bool conn_send_run(struct peer *p, const struct run *run);
/* Whatever waits already. */
void conn_push(struct conn *c, struct msg *m);

/* conn.c */
void conn_bye(struct peer *p, enum bye why, int64_t retry_ms);
/* It does not read what it is sent. */
void conn_too_slow(struct conn *c);
/* Nothing can be written any more, or nobody is waited for. */
void conn_die(struct conn *c);

/* conn_hello.c */
/* The first message, or another try at it. */
void conn_greet(struct conn *c, const char *text, size_t len);
/* Before hello nobody is known, and nobody is given many tries. */
void conn_mistake(struct conn *c, enum err err, const struct blame *blame);

/* conn_flood.c */
/* Looks at what came in and was no message; from time to time, as it asks the kernel. */
void conn_weigh(struct conn *c);

/* conn_time.c */
/* From now on; WAIT_NOTHING: no more. */
void conn_wait(struct conn *c, enum conn_wait what);

#endif
