/* A reader waits in the list of the session that it asked for. When there is no such session it
 * waits in the hub's, for the next turn: nobody is called back from inside of a call. */
#include "server/hub/readers.h"

#include <stdlib.h>
#include <utlist.h>

#include "server/base/mem.h"
#include "server/hub/live.h"

struct reader {
	struct reader *prev, *next;
	hub_read_fn done;
	void *arg;
	int64_t since;
	enum err err; /* of one who asked for a session that is not there */
};

/* --- asking -------------------------------------------------------------------------------------
 */

void hub_read(struct hub *h, const char *session, hub_read_fn done, void *arg)
{
	struct live *l = hub_live(h, session);
	const struct directory *d = hub_list(h);
	struct reader *r, **list = &hub_readers(h)->lost;

	if (hub_has_ended(h)) {
		done(arg, ERR_UNAVAILABLE, NULL);
		return;
	}
	if (!l && hub_ready(h) && directory_find(d, session))
		l = hub_wake_up(h, session);
	if (l) {
		list = &l->readers;
		live_stir(l);
	}
	r = x_malloc(sizeof(*r));
	*r = (struct reader){ .done = done,
			      .arg = arg,
			      .since = hub_now(h),
			      .err = directory_is_live(d) ? ERR_NOT_FOUND : ERR_UNAVAILABLE };
	DL_APPEND(*list, r);
}

void hub_spent(struct hub *h, size_t bytes)
{
	hub_readers(h)->bytes += bytes;
}

/* --- answering ----------------------------------------------------------------------------------
 */

static void tell(struct reader **list, enum err err, const struct state *s)
{
	struct reader *r = *list;

	DL_DELETE(*list, r);
	r->done(r->arg, err, s);
	free(r);
}

/* OK: the state is there to be read. Nobody waits for long for a session that is being loaded. */
static enum err readable(const struct live *l)
{
	if (l->phase == LIVE_BROKEN)
		return ERR_DAMAGED;
	if (l->phase == LIVE_LOADING)
		return ERR_UNAVAILABLE;
	return l->state.seq ? OK : ERR_NOT_FOUND;
}

static void answer_first(struct live *l)
{
	enum err err = readable(l);

	tell(&l->readers, err, err ? NULL : &l->state);
}

static bool may_read(const struct live *l)
{
	return hub_readers(l->hub)->bytes < VIEW_BYTES;
}

void readers_answer(struct live *l)
{
	int64_t late = l->phase == LIVE_LOADING ? hub_now(l->hub) - ANSWER_MS : INT64_MAX;

	while (l->readers && l->readers->since <= late && may_read(l))
		answer_first(l);
	if (l->readers && !may_read(l))
		live_stir(l);
}

void readers_end(struct live *l)
{
	while (l->readers)
		answer_first(l);
}

int64_t readers_wake(const struct live *l)
{
	return l->readers ? l->readers->since + ANSWER_MS : 0;
}

void readers_turn(struct readers *all)
{
	all->bytes = 0;
	while (all->lost)
		tell(&all->lost, all->lost->err, NULL);
}

void readers_free(struct reader **list)
{
	for (struct reader *r; (r = *list);) {
		DL_DELETE(*list, r);
		free(r);
	}
}
