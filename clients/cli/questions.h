/* What one client has asked and not heard the end of: commands and queries in the order they were
 * asked. Each is sent again with the same n until it is confirmed, answered or refused. Times are
 * those of net_now. */
#ifndef JOBALIKE_CLI_QUESTIONS_H
#define JOBALIKE_CLI_QUESTIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "clients/cli/link.h"
#include "server/base/text.h"

struct question {
	struct question *prev, *next;
	uint64_t n;
	char *text;
	bool is_query, sent;
	unsigned tries; /* since the connection began, or the server last asked for patience */
	int64_t due;    /* not sent: not before; sent: ask again then */
};

struct questions {
	struct question *list;
	size_t n;
};

/* message: an object without n, whose reference is taken over. */
void questions_add(struct questions *all, uint64_t n, json_t *message);
struct question *questions_find(const struct questions *all, uint64_t n);
void questions_drop(struct questions *all, struct question *q);
void questions_free(struct questions *all);

/* Sends what may go now. What was asked later waits for what waits before it, and no more than a
 * hello can name (LIMIT_PENDING) are under way. */
void questions_offer(struct questions *all, struct link *link, int64_t now);
/* When one is to be asked again; 0: never. */
int64_t questions_due(const struct questions *all);
/* Was one asked so often in vain that the connection is not worth having? */
bool questions_given_up(const struct questions *all, int64_t now);
/* The connection is another one: all are to be sent anew. */
void questions_forget_sent(struct questions *all);
/* "pending": the n of commands, for a hello. */
void questions_write_pending(const struct questions *all, struct text *t);

#endif
