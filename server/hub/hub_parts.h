/* Within the hub: what hub.c, its life, and hub_turn.c, what has its time, both look at. Everybody
 * else asks by the functions of hub.h, and of inside.h. */
#ifndef JOBALIKE_HUB_HUB_PARTS_H
#define JOBALIKE_HUB_HUB_PARTS_H

#include "server/hub/live.h"

struct hub {
	struct hub_options options;
	struct store *store;
	struct directory *directory;
	struct live *lives;
	struct live *stirred; /* to look at this turn */
	int64_t now, wake, rests_until;
	int rest_ms; /* at a time, until then */
	struct wheel wheel;
	struct keep keep;
	struct readers readers;
	uint64_t lists;    /* told so far, of who is here */
	size_t view_bytes; /* built in this turn */
	size_t walks;      /* through logs, under way */
	bool draining, ended;
	struct hub_figures figures;
};

#endif
