/* What happens to all rooms at once: sending, recalling, returning; and reading from outside. */
#include <stdlib.h>
#include <string.h>

#include "protocol/gen/dispatch.h"
#include "server/core/areas.h"
#include "server/core/view.h"

#define SECOND 1000 /* ms */

enum err decide_rooms_send(const struct state *s, const struct person *who,
			   const struct command *cmd, struct event *out)
{
	(void)who, (void)cmd;
	for (size_t i = 0; i < s->rooms.n; i++) {
		if (s->rooms.list[i]->area && !s->rooms.list[i]->closed) {
			out->type = EVT_ROOMS_SENT;
			return OK;
		}
	}
	return ERR_NOT_FOUND;
}

/* In order of id, as capacities are respected: who joined first has the seat. A recall that runs is
 * over. */
void reduce_rooms_sent(struct state *s, const struct event *e)
{
	if (!s->session.id)
		return;
	s->rooms.sent = true;
	s->rooms.recall_until = 0;
	s->rooms.recall_by = 0;
	for (size_t i = 0; i < s->people.n; i++) {
		struct person *p = s->people.list[i];
		uint64_t room = p->seated ? rooms_send_to(s, p) : rooms_await(s, p);

		if (!p->seated)
			state_remember(p, room);
		else if (p->room != room)
			state_seat(s, p, room, e->seq);
	}
	state_turn_staff(s, e->seq);
}

enum err decide_rooms_recall(const struct state *s, const struct person *who,
			     const struct command *cmd, struct event *out)
{
	(void)s, (void)who;
	out->type = EVT_ROOMS_RECALLED;
	out->rooms_recalled = (struct rooms_recalled){ .seconds = cmd->rooms_recall.seconds };
	return OK;
}

void reduce_rooms_recalled(struct state *s, const struct event *e)
{
	if (!state_person(s, e->by))
		return;
	s->rooms.recall_until = e->at + (int64_t)e->rooms_recalled.seconds * SECOND;
	s->rooms.recall_by = e->by;
}

enum err decide_rooms_return(const struct state *s, const struct person *who,
			     const struct command *cmd, struct event *out)
{
	(void)who, (void)cmd;
	if (!s->rooms.recall_until || out->at < s->rooms.recall_until)
		return ERR_CONFLICT;
	out->type = EVT_ROOMS_RETURNED;
	return OK;
}

/* Everybody, staff too. Who is away comes back to the plenary as well. */
void reduce_rooms_returned(struct state *s, const struct event *e)
{
	if (!s->session.id)
		return;
	s->rooms.sent = false;
	s->rooms.recall_until = 0;
	s->rooms.recall_by = 0;
	for (size_t i = 0; i < s->people.n; i++) {
		struct person *p = s->people.list[i];

		if (!p->seated)
			state_remember(p, ROOM_PLENARY);
		else if (p->room != ROOM_PLENARY)
			state_seat(s, p, ROOM_PLENARY, e->seq);
	}
	state_turn_staff(s, e->seq);
}

enum err decide_rooms_watch(const struct state *s, const struct person *who,
			    const struct command *cmd, struct event *out)
{
	uint64_t room = cmd->rooms_watch.room;

	if (!state_room(s, room))
		return ERR_NOT_FOUND;
	if (view_reads(who, room))
		return ERR_CONFLICT;
	if (who->n_watches >= LIMIT_WATCHED)
		return ERR_FULL;
	out->type = EVT_ROOMS_WATCHED;
	out->rooms_watched = (struct rooms_watched){ .room = room };
	return OK;
}

void reduce_rooms_watched(struct state *s, const struct event *e)
{
	uint64_t room = e->rooms_watched.room;
	struct person *p = state_person(s, e->by);
	size_t at;

	if (!p || !state_room(s, room) || view_reads(p, room) || p->n_watches >= LIMIT_WATCHED)
		return;
	for (at = p->n_watches++; at > 0 && p->watches[at - 1] > room; at--)
		p->watches[at] = p->watches[at - 1];
	p->watches[at] = room;
	state_room(s, room)->n_watched++;
	state_turn(s, p, e->seq);
}

static size_t place_of(const struct person *p, uint64_t room)
{
	size_t at = 0;

	while (at < p->n_watches && p->watches[at] != room)
		at++;
	return at;
}

enum err decide_rooms_unwatch(const struct state *s, const struct person *who,
			      const struct command *cmd, struct event *out)
{
	uint64_t room = cmd->rooms_unwatch.room;

	if (!state_room(s, room))
		return ERR_NOT_FOUND;
	if (place_of(who, room) == who->n_watches)
		return ERR_CONFLICT;
	out->type = EVT_ROOMS_UNWATCHED;
	out->rooms_unwatched = (struct rooms_unwatched){ .room = room };
	return OK;
}

void reduce_rooms_unwatched(struct state *s, const struct event *e)
{
	struct person *p = state_person(s, e->by);
	size_t at = p ? place_of(p, e->rooms_unwatched.room) : 0;

	if (!p || at == p->n_watches)
		return;
	p->n_watches--;
	state_room(s, e->rooms_unwatched.room)->n_watched--;
	memmove(&p->watches[at], &p->watches[at + 1], (p->n_watches - at) * sizeof(*p->watches));
	p->watches[p->n_watches] = 0;
	state_turn(s, p, e->seq);
}

void rooms_unwatch_all(struct state *s, struct person *p)
{
	while (p->n_watches > 0)
		state_room(s, p->watches[--p->n_watches])->n_watched--;
}
