/* The hub: what is alive on this instance. Sessions that have people here, and the list of all.
 *
 * One thread. It asks the store below by calls and is told by store.on_notice; it tells peers above
 * by their ops. Time comes in by hub_turn only, from main, at the end of every turn of the loop. */
#ifndef JOBALIKE_HUB_HUB_H
#define JOBALIKE_HUB_HUB_H

#include "protocol/codec.h"
#include "server/base/tally.h"
#include "server/core/state.h"
#include "server/hub/directory.h"
#include "server/hub/peer.h"
#include "server/store/store.h"

struct hub;

struct hub_options {
	int64_t away_ms;        /* how long somebody may be away before the seat is free */
	int64_t unload_ms;      /* how long a session nobody has open stays in memory */
	int64_t keep_ms;        /* how long after its end it is kept; 0: for ever */
	uint64_t instance;      /* a name of this process, by chance */
	unsigned rate_percent;  /* of the protocol's rates; 0: no rates asked (load tests) */
	uint64_t session_bytes; /* of a session's log, then attendees add nothing; 0: any number */
	uint64_t (*clock_ns)(void); /* for figures alone; NULL: times are not measured */
};

/* What a ticket says of its holder. Texts are borrowed for the call. */
struct guest {
	const char *session, *sub;
	const char *name, *school, *job, *area; /* job, area may be NULL */
	enum language language;
	enum role role;
	int64_t expires, issued;
};

/* Whoever wants to read a session's state: called once, later (at once after hub_end), with the
 * state or with what is wrong (ERR_NOT_FOUND, ERR_DAMAGED, ERR_UNAVAILABLE). The state is borrowed
 * for the call. */
typedef void (*hub_read_fn)(void *arg, enum err err, const struct state *state);
/* How a plan ended; the session's id is the one that was asked for. ERR_UNKNOWN: the store cannot
 * tell in time, and it may still come to be. */
typedef void (*hub_planned_fn)(void *arg, enum err err);
/* How an erasure or a drop ended: of so many records the words are gone. */
typedef void (*hub_erased_fn)(void *arg, enum err err, size_t n);

/* The store's on_notice must lead to hub_notice. now: the time of the start. */
struct hub *hub_new(const struct hub_options *options, int64_t now);
void hub_use(struct hub *h, struct store *store); /* once, before anything else */
void hub_notice(void *hub, const struct store_notice *notice);
void hub_free(struct hub *h); /* after the store was closed and every peer is gone */

/* A peer said hello with a good ticket. It is sent a view, or what it missed, or a bye. */
void hub_hello(struct hub *h, struct peer *p, const struct guest *g, const struct hello *hello);
/* A later message of a peer that said hello. Each is answered. */
void hub_message(struct hub *h, struct peer *p, const char *text, size_t len);
/* The peer can write again. */
void hub_writable(struct hub *h, struct peer *p);
/* The connection is over; the peer may be freed after the call. Fine for peers that never said
 * hello. */
void hub_gone(struct hub *h, struct peer *p);

/* End of a turn of the loop: what is due is done. Returns when to call at the latest again. */
int64_t hub_turn(struct hub *h, int64_t now);

/* Plans a session by its first command (CMD_SESSION_OPEN as JSON; the reference is taken over). */
void hub_plan(struct hub *h, json_t *command, hub_planned_fn done, void *arg);
void hub_read(struct hub *h, const char *session, hub_read_fn done, void *arg);
/* All that this person said and did up to this state, from the log: events with commas between
 * them. us: what it took to find them. Called later; at once after hub_end. */
typedef void (*hub_mine_fn)(void *arg, enum err err, const struct text *events, int64_t us);
void hub_mine(struct hub *h, const struct state *s, const struct person *who, hub_mine_fn done,
	      void *arg);
/* The words of one line, of its edits and of whoever quoted it leave the session's log and all its
 * files for ever; everybody there gets a view. Twice does no harm. ERR_NOT_FOUND: no such line.
 * ERR_UNKNOWN, ERR_UNAVAILABLE: ask again, a part of it may have happened. */
void hub_erase(struct hub *h, const char *session, uint64_t line, hub_erased_fn done, void *arg);
/* The session is gone for ever, its log and its entries in the list; whoever is there is told bye.
 * Twice does no harm. ERR_NOT_FOUND: no such session. ERR_UNKNOWN, ERR_UNAVAILABLE: ask again, a
 * part of it may have happened. why: for the log. */
void hub_drop(struct hub *h, const char *session, const char *why, hub_erased_fn done, void *arg);
/* A reader has made so many bytes of it: after too many the others wait for the next turn. */
void hub_spent(struct hub *h, size_t bytes);
/* Of a session that is loaded, as whoever reads it may ask; else "". */
const char *hub_epoch(const struct hub *h, const char *session);
/* The state of a session that is open here, and its epoch; NULL: it is not. Borrowed until the next
 * call of anything. */
const struct state *hub_peek(const struct hub *h, const char *session, const char **epoch);
const struct directory *hub_directory(const struct hub *h);
/* The list of sessions has been read from the store. */
bool hub_ready(const struct hub *h);
/* One sentence, what is wrong with the store; NULL: all is well. */
const char *hub_trouble(const struct hub *h);

/* How long nobody has to be heard: the session that says most gathers what is said. 0: at once. */
int hub_rest_ms(const struct hub *h);
/* Says bye to all with a retry spread over spread_ms, takes no more commands. */
void hub_drain(struct hub *h, int64_t spread_ms);
/* The store is being closed: nothing is asked of it any more, and who waits to read is told so. */
void hub_end(struct hub *h);
/* Something came up since the last turn: the next one is due now. */
bool hub_is_stirred(const struct hub *h);
/* Nothing of ours is under way in the store. */
bool hub_idle(const struct hub *h);

struct hub_figures {
	size_t sessions, peers, people;
	uint64_t accepted, refused, deliveries, views, replays;
	struct tally append_us, append_events; /* until the store answered; in one append */
};
struct hub_figures hub_figures(const struct hub *h);

#endif
