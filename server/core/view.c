#include "server/core/view.h"

#include <string.h>

#include "protocol/gen/dispatch.h"
#include "server/core/areas.h"

static const struct {
	const char *name;
	void (*view)(const struct state *s, const struct person *p, struct text *out);
} areas[] = {
#define AREA(area) { #area, area##_view },
	STATE_AREAS(AREA)
#undef AREA
};

void view_you(const struct state *s, const struct person *p, struct text *out)
{
	text_object(out, NULL);
	text_object(out, "people");
	text_object(out, "you");
	people_you(s, p, out);
	text_object_end(out);
}

/* The rest of people, which view_you began, then every other area. It may be written into a text of
 * its own, where no comma would be due: so people writes its comma itself. */
void view_rest(const struct state *s, const struct person *p, struct text *out)
{
	areas[0].view(s, p, out);
	text_object_end(out);
	for (size_t i = 1; i < sizeof(areas) / sizeof(areas[0]); i++) {
		text_object(out, areas[i].name);
		areas[i].view(s, p, out);
		text_object_end(out);
	}
	text_object_end(out);
}

bool view_same_sight(const struct person *a, const struct person *b)
{
	if (a->room != b->room || role_is_staff(a->role) != role_is_staff(b->role))
		return false;
	return a->n_watches == b->n_watches &&
	       memcmp(a->watches, b->watches, a->n_watches * sizeof(*a->watches)) == 0;
}

bool view_reads(const struct person *p, uint64_t room)
{
	if (p->room == room || (room == ROOM_CHANNEL && role_is_staff(p->role)))
		return true;
	for (size_t i = 0; i < p->n_watches; i++)
		if (p->watches[i] == room)
			return true;
	return false;
}

bool view_reads_back(const struct state *s, const struct person *p, uint64_t room)
{
	const struct room *r = state_room(s, room);

	if (s->session.phase == PHASE_CLOSED)
		return room != ROOM_CHANNEL || role_is_staff(p->role);
	return view_reads(p, room) || (r && r->closed);
}

bool view_reads_any(const struct person *p, const uint64_t *rooms, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (view_reads(p, rooms[i]))
			return true;
	return n == 0 || view_reads(p, ROOM_CHANNEL);
}

bool view_sees(const struct state *s, const struct person *p, const struct event *e)
{
	const uint64_t *rooms;
	size_t n;

	(void)s;
	if (e->by == p->id)
		return true;
	if (!p->seated)
		return false;
	switch (event_specs[e->type].audience) {
	case AUDIENCE_ROOM:
		return view_reads(p, event_room(e));
	case AUDIENCE_ROOMS:
		rooms = event_rooms(e, &n);
		return view_reads_any(p, rooms, n);
	case AUDIENCE_SESSION:
		return true;
	case AUDIENCE_STAFF:
		return role_is_staff(p->role);
	case AUDIENCE_SELF:
	case AUDIENCE_NONE:
	case AUDIENCE_COUNT:
		return false;
	}
	return false;
}
