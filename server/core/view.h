/* What one person may see of the state. */
#ifndef JOBALIKE_CORE_VIEW_H
#define JOBALIKE_CORE_VIEW_H

#include "server/core/state.h"

/* The view as a JSON object, an object for each area:
 * {"people":{"you":{...},"list":[...]},"session":{...},...}. It is written in two parts, because
 * all but `you` is the same for everybody of one sight: view_you writes `{"people":{"you":{...}`,
 * view_rest what follows, closing brackets included. */
void view_you(const struct state *s, const struct person *p, struct text *out);
void view_rest(const struct state *s, const struct person *p, struct text *out);

static inline void view_write(const struct state *s, const struct person *p, struct text *out)
{
	view_you(s, p, out);
	view_rest(s, p, out);
}

/* Two people of one sight have the same view_rest at the same seq. */
bool view_same_sight(const struct person *a, const struct person *b);

/* Does the person read this room: sit there, watch it, or (staff) the facilitator channel? */
bool view_reads(const struct person *p, uint64_t room);

/* May they read what was said there until now? What they read, and all other talk once it is over,
 * by the end of the room or of the session; the channel, which nobody closes, stays with staff. */
bool view_reads_back(const struct state *s, const struct person *p, uint64_t room);

/* What concerns these rooms: any of them, or staff. None listed: all, so yes. */
bool view_reads_any(const struct person *p, const uint64_t *rooms, size_t n);

/* Is the person sent this event? Asked after it was reduced. Who did it always is. */
bool view_sees(const struct state *s, const struct person *p, const struct event *e);

/* The digest as a JSON object `{"signal":"digest",...}`, in two parts as well: how many are where,
 * which is the same for all attendees and for all staff, and who is near, which is the same for
 * everybody of one sight. away tells whether somebody has no connection now; NULL: nobody knows. */
void view_counts(const struct state *s, bool to_staff, struct text *out);
void view_near(const struct state *s, const struct person *p, bool (*away)(void *arg, uint64_t id),
	       void *arg, struct text *out);

static inline void view_digest(const struct state *s, const struct person *p,
			       bool (*away)(void *arg, uint64_t id), void *arg, struct text *out)
{
	view_counts(s, role_is_staff(p->role), out);
	view_near(s, p, away, arg, out);
}

#endif
