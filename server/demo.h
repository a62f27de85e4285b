/* The sample session: something to look at after the first start. It is planned when there is none,
 * or when the one before was closed; its links are kept, so that every start gives the same ones.
 */
#ifndef JOBALIKE_DEMO_H
#define JOBALIKE_DEMO_H

#include <stddef.h>
#include <stdint.h>

#include "server/hub/hub.h"
#include "server/net/keys.h"

struct demo;

struct demo_link {
	const char *who; /* organizer, facilitator, moderator, attendees */
	const char *session, *token;
};

/* links NULL: there is no sample session, and the log says why. */
typedef void (*demo_ready_fn)(void *arg, const struct demo_link *links, size_t n);

/* dir: of the data. hub and keys are borrowed. */
struct demo *demo_new(struct hub *hub, const struct keys *keys, const char *dir,
		      demo_ready_fn ready, void *arg);
/* Goes on with it, in every turn of the loop; calls ready once. */
void demo_turn(struct demo *d, int64_t now);
/* Goes no further. Before the hub drains; NULL is fine. */
void demo_stop(struct demo *d);
/* After the store was closed: what was asked of it is answered until then. NULL is fine. */
void demo_free(struct demo *d);

#endif
