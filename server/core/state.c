#include "server/core/state.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/gen/dispatch.h"
#include "server/base/mem.h"
#include "server/core/areas.h"

/* Every list by id holds pointers to structs that begin with their id. */
static uint64_t id_of(const void *item)
{
	return *(const uint64_t *)item;
}

/* Ids are seqs, so people who came one after the other have ids in a row: the first guess is a
 * straight line between both ends (interpolation search), and where it leaves more than half the
 * middle is asked next. A bisection alone touches a dozen structs that are in no cache. */
static size_t guess(void *const *list, size_t from, size_t to, uint64_t id)
{
	uint64_t low = id_of(list[from]), high = id_of(list[to - 1]);

	if (id <= low)
		return from;
	if (id >= high)
		return to - 1;
	return from + (size_t)((double)(id - low) / (double)(high - low) * (double)(to - 1 - from));
}

static void *by_id(void *const *list, size_t n, uint64_t id)
{
	size_t from = 0, to = n;
	bool halve = false;

	while (from < to) {
		size_t at = halve ? from + (to - from) / 2 : guess(list, from, to, id);
		size_t left = to - from;

		if (id_of(list[at]) == id)
			return list[at];
		if (id_of(list[at]) < id)
			from = at + 1;
		else
			to = at;
		halve = to - from > left / 2;
	}
	return NULL;
}

struct person *state_person(const struct state *s, uint64_t id)
{
	return by_id((void *const *)s->people.list, s->people.n, id);
}

struct room *state_room(const struct state *s, uint64_t id)
{
	return by_id((void *const *)s->rooms.list, s->rooms.n, id);
}

struct line *state_line(const struct state *s, uint64_t id)
{
	return by_id((void *const *)s->chat.list, s->chat.n, id);
}

struct person *state_person_by_sub(const struct state *s, const char *sub)
{
	struct person *p;

	HASH_FIND(hh, s->people.by_sub, sub, strlen(sub), p);
	return p;
}

struct topic *state_topic(const struct state *s, uint64_t id)
{
	for (size_t i = 0; i < s->agenda.n; i++)
		if (s->agenda.list[i]->id == id)
			return s->agenda.list[i];
	return NULL;
}

uint64_t state_taken(const struct state *s, uint64_t by, uint64_t n)
{
	return n ? takens_find(&s->taken, by, n) : 0;
}

/* Without n it was the server who asked, and it does not repeat itself. */
static void take(struct state *s, const struct event *e)
{
	if (e->n)
		takens_add(&s->taken, e->by, e->n, e->seq);
}

void state_reduce(struct state *s, const struct event *e)
{
	s->n_turned = 0;
	s->seq = e->seq;
	s->at = e->at;
	take(s, e);
	if (e->type < EVT_COUNT && reduce[e->type])
		reduce[e->type](s, e);
}

void state_turn(struct state *s, struct person *p, uint64_t seq)
{
	if (p->sight_seq == seq)
		return;
	p->sight_seq = seq;
	s->turned = x_grow(s->turned, s->n_turned, sizeof(*s->turned));
	s->turned[s->n_turned++] = p->id;
}

void state_turn_staff(struct state *s, uint64_t seq)
{
	for (size_t i = 0; i < s->people.n; i++) {
		struct person *p = s->people.list[i];

		if (p->seated && role_is_staff(p->role))
			state_turn(s, p, seq);
	}
}

/* The last of the room takes the place that is free now. */
static void rise(struct state *s, struct person *p)
{
	struct room *r = state_room(s, p->room);
	struct person *last = r->here[--r->seated];

	r->here[p->place] = last;
	last->place = p->place;
}

static void sit(struct state *s, struct person *p)
{
	struct room *r = state_room(s, p->room);

	r->here = x_grow(r->here, r->seated, sizeof(struct person *));
	p->place = r->seated;
	r->here[r->seated++] = p;
}

void state_remember(struct person *p, uint64_t room)
{
	if (p->room == room)
		return;
	p->back = p->room;
	p->room = room;
	free(p->moved.reason);
	p->moved = (struct move){ 0 };
}

void state_seat(struct state *s, struct person *p, uint64_t room, uint64_t seq)
{
	if (p->seated)
		rise(s, p);
	else
		s->people.seated++;
	p->seated = true;
	state_remember(p, room);
	sit(s, p);
	state_turn(s, p, seq);
}

void state_unseat(struct state *s, struct person *p)
{
	if (!p->seated)
		return;
	rise(s, p);
	p->seated = false;
	p->hand = 0;
	p->called = 0;
	s->people.seated--;
}

int64_t state_due(const struct state *s, const char **command)
{
	*command = s->rooms.recall_until ? "{\"command\":\"rooms.return\"}" : NULL;
	return s->rooms.recall_until;
}

/* Which seqs came of a command. */
static void write_taken(const struct state *s, struct text *out)
{
	text_array(out, "taken");
	for (size_t i = 0; i < s->taken.n; i++) {
		text_array(out, NULL);
		text_id(out, NULL, s->taken.list[i].seq);
		text_id(out, NULL, s->taken.list[i].by);
		text_id(out, NULL, s->taken.list[i].n);
		text_array_end(out);
	}
	text_array_end(out);
}

void state_write(const struct state *s, struct text *out)
{
	text_object(out, NULL);
	text_id(out, "seq", s->seq);
	text_int(out, "at", s->at);
#define WRITE(area)                                                                                \
	text_object(out, #area);                                                                   \
	area##_write(s, out);                                                                      \
	text_object_end(out);
	STATE_AREAS(WRITE)
#undef WRITE
	write_taken(s, out);
	text_array(out, "turned");
	for (size_t i = 0; i < s->n_turned; i++)
		text_id(out, NULL, s->turned[i]);
	text_array_end(out);
	text_object_end(out);
}

void state_free(struct state *s)
{
	takens_free(&s->taken);
#define FREE(area) area##_free(s);
	STATE_AREAS(FREE)
#undef FREE
	free(s->turned);
	*s = (struct state){ 0 };
}
