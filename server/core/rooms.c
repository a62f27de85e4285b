#include <stdlib.h>
#include <string.h>

#include "protocol/gen/dispatch.h"
#include "server/base/mem.h"
#include "server/core/areas.h"

bool rooms_has_space(const struct room *r)
{
	return !r->capacity || r->seated < r->capacity;
}

static bool has_area(const struct room *r, const char *area)
{
	return area && r->area && !r->closed && strcmp(r->area, area) == 0;
}

static struct room *open_room_of(const struct state *s, const char *area)
{
	for (size_t i = 0; i < s->rooms.n; i++)
		if (has_area(s->rooms.list[i], area))
			return s->rooms.list[i];
	return NULL;
}

static bool is_sent(const struct person *p)
{
	return p->role == ROLE_ATTENDEE || p->role == ROLE_OBSERVER;
}

/* Somebody who had left is wanted where they sat, but in the plenary only if their area has no room
 * for them: people were sent on while they were away. Into a locked room nobody comes anew. */
uint64_t rooms_place(const struct state *s, const struct person *p)
{
	bool sent = s->rooms.sent && is_sent(p);
	const struct room *before = p->room ? state_room(s, p->room) : NULL;
	const struct room *own = sent ? open_room_of(s, p->area) : NULL;

	if (before && !(sent && before->id == ROOM_PLENARY) && !before->closed &&
	    (role_is_staff(p->role) || rooms_has_space(before)))
		return before->id;
	return own && !own->locked && rooms_has_space(own) ? own->id : ROOM_PLENARY;
}

/* Who has no room to be sent to stays where they are. */
uint64_t rooms_send_to(const struct state *s, const struct person *p)
{
	const struct room *own = is_sent(p) ? open_room_of(s, p->area) : NULL;

	return own && rooms_has_space(own) ? own->id : p->room;
}

/* Whoever is away while everybody is sent arrives late: not where they sat before, all others are
 * gone from there. */
uint64_t rooms_await(const struct state *s, const struct person *p)
{
	const struct room *own = is_sent(p) ? open_room_of(s, p->area) : NULL;

	return own && own->id != p->room ? ROOM_PLENARY : p->room;
}

static bool in_catalogue(const struct state *s, const char *area)
{
	for (size_t i = 0; i < s->session.n_areas; i++)
		if (strcmp(s->session.areas[i].key, area) == 0)
			return true;
	return false;
}

/* Nobody keeps staff from opening rooms by opening many. */
static size_t most_rooms(const struct person *who)
{
	return role_is_staff(who->role) ? LIMIT_ROOMS : LIMIT_ATTENDEE_ROOMS;
}

enum err decide_rooms_open(const struct state *s, const struct person *who,
			   const struct command *cmd, struct event *out)
{
	const struct rooms_open *c = &cmd->rooms_open;

	if (!role_is_staff(who->role) && s->session.rooms_by != ROOMS_BY_ATTENDEES)
		return ERR_FORBIDDEN;
	if (c->area && !in_catalogue(s, c->area))
		return ERR_NOT_FOUND;
	if (open_room_of(s, c->area))
		return ERR_CONFLICT;
	if (s->rooms.n >= most_rooms(who) + 2) /* plenary and channel are not counted */
		return ERR_FULL;
	out->type = EVT_ROOMS_OPENED;
	out->rooms_opened = (struct rooms_opened){
		.title = c->title,
		.area = c->area,
		.capacity = c->capacity,
	};
	return OK;
}

struct room *rooms_add(struct state *s, uint64_t id, const char *title)
{
	struct room *r = x_calloc(1, sizeof(*r));

	*r = (struct room){ .id = id, .title = x_strdup(or_erased(title)) };
	s->rooms.list = x_grow(s->rooms.list, s->rooms.n, sizeof(struct room *));
	s->rooms.list[s->rooms.n++] = r;
	return r;
}

void reduce_rooms_opened(struct state *s, const struct event *e)
{
	const struct rooms_opened *o = &e->rooms_opened;
	struct room *r;

	if (!s->session.id)
		return;
	r = rooms_add(s, e->seq, o->title);
	r->area = x_strdup(o->area);
	r->capacity = (unsigned)o->capacity;
}

/* A room that may be closed, locked or opened again, and is open. */
static enum err find_own(const struct state *s, uint64_t id, const struct room **out)
{
	*out = state_room(s, id);
	if (!*out)
		return ERR_NOT_FOUND;
	if (id == ROOM_CHANNEL || id == ROOM_PLENARY)
		return ERR_FORBIDDEN;
	return (*out)->closed ? ERR_CLOSED : OK;
}

enum err decide_rooms_close(const struct state *s, const struct person *who,
			    const struct command *cmd, struct event *out)
{
	const struct room *r;
	enum err err = find_own(s, cmd->rooms_close.room, &r);

	(void)who;
	if (err)
		return err;
	out->type = EVT_ROOMS_CLOSED;
	out->rooms_closed = (struct rooms_closed){ .room = r->id };
	return OK;
}

void reduce_rooms_closed(struct state *s, const struct event *e)
{
	struct room *r = state_room(s, e->rooms_closed.room);

	if (!r || r->closed || r->id == ROOM_CHANNEL || r->id == ROOM_PLENARY)
		return;
	r->closed = true;
	while (r->seated)
		state_seat(s, r->here[r->seated - 1], ROOM_PLENARY, e->seq);
	state_turn_staff(s, e->seq);
}

enum err decide_rooms_lock(const struct state *s, const struct person *who,
			   const struct command *cmd, struct event *out)
{
	const struct room *r;
	enum err err = find_own(s, cmd->rooms_lock.room, &r);

	(void)who;
	if (err)
		return err;
	if (r->locked)
		return ERR_CONFLICT;
	out->type = EVT_ROOMS_LOCKED;
	out->rooms_locked = (struct rooms_locked){ .room = r->id };
	return OK;
}

void reduce_rooms_locked(struct state *s, const struct event *e)
{
	struct room *r = state_room(s, e->rooms_locked.room);

	if (r)
		r->locked = true;
}

enum err decide_rooms_unlock(const struct state *s, const struct person *who,
			     const struct command *cmd, struct event *out)
{
	const struct room *r;
	enum err err = find_own(s, cmd->rooms_unlock.room, &r);

	(void)who;
	if (err)
		return err;
	if (!r->locked)
		return ERR_CONFLICT;
	out->type = EVT_ROOMS_UNLOCKED;
	out->rooms_unlocked = (struct rooms_unlocked){ .room = r->id };
	return OK;
}

void reduce_rooms_unlocked(struct state *s, const struct event *e)
{
	struct room *r = state_room(s, e->rooms_unlocked.room);

	if (r)
		r->locked = false;
}

/* A place to sit for somebody who sits elsewhere now; nobody sits in the channel. squeezes: one is
 * found in a full room, too. */
static enum err may_sit(const struct state *s, const struct person *p, uint64_t to, bool squeezes)
{
	const struct room *r = to == ROOM_CHANNEL ? NULL : state_room(s, to);

	if (!r)
		return ERR_NOT_FOUND;
	if (r->closed)
		return ERR_CLOSED;
	if (p->room == to)
		return ERR_CONFLICT;
	return squeezes || rooms_has_space(r) ? OK : ERR_FULL;
}

/* Seats are for those who talk there: staff who are asked for help come in. */
static enum err enter(const struct state *s, const struct person *who, uint64_t to,
		      struct event *out)
{
	enum err err = may_sit(s, who, to, role_is_staff(who->role));

	if (err)
		return err;
	out->type = EVT_ROOMS_ENTERED;
	out->rooms_entered = (struct rooms_entered){ .to = to };
	return OK;
}

enum err decide_rooms_enter(const struct state *s, const struct person *who,
			    const struct command *cmd, struct event *out)
{
	return enter(s, who, cmd->rooms_enter.room, out);
}

enum err decide_rooms_leave(const struct state *s, const struct person *who,
			    const struct command *cmd, struct event *out)
{
	(void)cmd;
	return enter(s, who, ROOM_PLENARY, out);
}

static bool can_sit(const struct state *s, const struct person *p, uint64_t room)
{
	const struct room *r = state_room(s, room);

	return p && p->seated && r && r->id != ROOM_CHANNEL && !r->closed && p->room != room;
}

void reduce_rooms_entered(struct state *s, const struct event *e)
{
	struct person *p = state_person(s, e->by);

	if (can_sit(s, p, e->rooms_entered.to))
		state_seat(s, p, e->rooms_entered.to, e->seq);
}

enum err decide_rooms_move(const struct state *s, const struct person *who,
			   const struct command *cmd, struct event *out)
{
	const struct rooms_move *c = &cmd->rooms_move;
	const struct person *p = state_person(s, c->who);
	enum err err = p->seated ? may_sit(s, p, c->to, c->force) : ERR_NOT_FOUND;

	(void)who;
	if (err)
		return err;
	out->type = EVT_ROOMS_MOVED;
	out->rooms_moved = (struct rooms_moved){
		.who = p->id,
		.to = c->to,
		.reason = c->reason,
	};
	return OK;
}

void reduce_rooms_moved(struct state *s, const struct event *e)
{
	const struct rooms_moved *m = &e->rooms_moved;
	struct person *p = state_person(s, m->who);

	if (!can_sit(s, p, m->to) || !state_person(s, e->by))
		return;
	state_seat(s, p, m->to, e->seq);
	p->moved = (struct move){
		.at = e->at,
		.by = e->by,
		.from = p->back,
		.reason = x_strdup(m->reason),
	};
}
