/* Inside the hub: what it gives to its own files, and how they let people in, answer them and send
 * them away. A session is in live.h. */
#ifndef JOBALIKE_HUB_INSIDE_H
#define JOBALIKE_HUB_INSIDE_H

#include "server/hub/hub.h"
#include "server/hub/keep.h"
#include "server/hub/readers.h"
#include "server/hub/wheel.h"

struct live;

/* hub.c */
int64_t hub_now(const struct hub *h);
struct store *hub_store(const struct hub *h);
const struct hub_options *hub_options(const struct hub *h);
uint64_t hub_clock_ns(const struct hub *h); /* for figures; 0 where times are not measured */
struct hub_figures *hub_counts(struct hub *h);
/* Nothing that comes until then is in a hurry: it is looked for after so many ms at a time. */
void hub_rest(struct hub *h, int64_t until, int64_t at_a_time);
size_t *hub_walks(struct hub *h);        /* through logs, to erase or to collect, under way */
bool hub_has_ended(const struct hub *h); /* nothing is asked of the store any more */
size_t *hub_view_bytes(struct hub *h);   /* of views built in this turn, of all sessions */
struct directory *hub_list(struct hub *h);
struct wheel *hub_wheel(struct hub *h);
struct keep *hub_keep(struct hub *h);
struct readers *hub_readers(struct hub *h);
/* A number for a list that is told: higher than all before, also in a session that left memory. */
uint64_t hub_next_list(struct hub *h);
bool hub_is_draining(const struct hub *h);
/* NULL: it is not alive here. */
struct live *hub_live(const struct hub *h, const char *session);
/* Loads the session if it is not alive yet. */
struct live *hub_wake_up(struct hub *h, const char *session);

/* hub_turn.c */
/* The session is looked at in this turn. Once: live_stir sees to that. */
void hub_stir(struct hub *h, struct live *l);

/* door.c */
/* Lets a peer in whose person sits in the session now; the join may have been anybody's. */
void hub_admit(struct live *l, struct peer *p);
/* Lets in those whom the session has caught up with; sends away who waited too long. */
void hub_admit_waiting(struct live *l);
void hub_stop_waiting(struct live *l, struct peer *p);
/* Says why, says bye, and counts the peer out of every crowd. */
void hub_refuse(struct peer *p, enum err err);
/* The same; who may come again does so after retry_ms. */
void hub_send_away(struct peer *p, enum err err, int64_t retry_ms);

/* word.c */
/* Shows the room that this person is typing, if they may; not to themselves. */
void word_typing(struct live *l, const struct person *who, uint64_t room);
void peer_bye(struct peer *p, enum bye why, int64_t retry_ms);
/* The next view tells that this command was taken. */
void peer_tell_later(struct peer *p, uint64_t n);
/* They were told. */
void peer_told(struct peer *p);
void peer_already(struct peer *p, uint64_t n, uint64_t seq);

#endif
