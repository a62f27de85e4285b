/* What is asked of Redis and not answered yet: sent at once while there is a connection and at most
 * ASKS_SENT are under way, else waiting in order. Every question ends: answered, unavailable (it
 * did not happen) or, when it was sent, unknown. */
#ifndef JOBALIKE_STORE_REDIS_ASK_H
#define JOBALIKE_STORE_REDIS_ASK_H

#include "server/store/redis_record.h"

struct redis;

#define ASKS_MAX  4096 /* more are refused */
#define ASKS_SENT 128  /* more at once makes nothing faster */

#define SEQ_MAX (UINT64_C(1) << 53) /* as far as Lua counts */

enum ask_kind { ASK_APPEND, ASK_READ, ASK_FETCH, ASK_HEADS, ASK_ERASE, ASK_DROP, ASK_RESTORE };

struct ask {
	struct ask *next;
	struct redis *redis;
	enum ask_kind kind;
	char log[STORE_LOG_MAX + 1];
	char epoch[STORE_EPOCH_MAX + 1];
	uint64_t first, to; /* positions */
	uint64_t ticket;    /* of a FETCH and a RESTORE */
	struct msg **bodies;
	struct hash
		*chains; /* at each body; of a RESTORE given, of an APPEND made when it is sent */
	size_t n_bodies;
	char (*names)[STORE_LOG_MAX + 1]; /* of the logs whose heads are asked */
	size_t n_names;
	struct hash before; /* the chain at first - 1 */
	bool has_before;
	bool looked;  /* it was asked for */
	bool looking; /* it is being asked for */
	bool whole;   /* the script's text is sent, Redis does not know its hash */
	bool refused; /* there are too many */
	bool told;    /* whoever asked has its answer: an APPEND that was overtaken */
	bool purging; /* an ERASE or a DROP is done but for the files */
	uint64_t asked_at, sent_at, rest_until;
	store_done_fn done;
	void *arg;
};

/* What became of one. */
struct ask_answer {
	enum err err;
	const char *epoch;
	uint64_t head;
	struct redis_page page;
	const char *why;
};

struct ask_list {
	struct ask *first, **last; /* last: NULL while empty */
	size_t n;
};

struct asks {
	struct ask_list waiting; /* to be sent */
	struct ask_list resting; /* told to wait */
	struct ask_list sent;    /* in the order of their answers */
	struct ask_list refused; /* answered in the next turn */
	size_t n;                /* of all, and those whose files are being purged */
	uint64_t reply_ms;       /* how long replies take: the slowest of late */
};

struct ask *ask_new(struct redis *r, enum ask_kind kind, const char *log, uint64_t first);
void ask_bodies(struct ask *a, struct msg *const *bodies, size_t n);
/* Takes it over. */
void ask_put(struct ask *a);
void ask_free(struct ask *a);
/* Writes it, in redis_send.c; false: not now. The reply comes to ask_replied, in redis_answer.c. */
bool ask_send(struct ask *a);
reply_fn ask_replied;
/* Calls back whoever asked for an append, a reading, an erasure or a drop. */
void ask_tell(const struct ask *a, const struct ask_answer *answer);
/* How many records its answer brings at most. */
uint64_t ask_count(const struct ask *a);
/* Calls back whoever asked, and frees it. */
void ask_end(struct ask *a, struct ask_answer *answer);
void ask_fail(struct ask *a, enum err err);

/* Others have appended to this log: tells those who came too late, in redis_overtaken.c. */
void asks_overtaken(struct redis *r, const char *log);

void list_put(struct ask_list *l, struct ask *a);
struct ask *list_take(struct ask_list *l);

/* Sends what may be sent. */
void asks_pump(struct redis *r);
/* Ends what has waited too long. False: what was sent is not answered, the connection is dead. */
bool asks_turn(struct redis *r);
/* When the next turn is needed, by the loop's clock; UINT64_MAX: not. */
uint64_t asks_due(const struct redis *r);

#endif
