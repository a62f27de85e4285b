/* The record of a session, to take away: as JSON for programs, as Markdown for people.
 *
 * It holds what `who` may read and nothing else. Of a session that goes on: the rooms they read
 * now, as long as they sit in it; who has left comes back to read, and is seen there. Of a closed
 * one: all rooms. The facilitator channel only ever for staff. The people are
 * those who sit in the session and those who said something that is in the record; for staff all
 * who ever came. Every line that may be read and was not taken back is in it exactly once, called
 * by its seq; rooms and lines are in order of id. Pure; the same state gives the same bytes. */
#ifndef JOBALIKE_CORE_EXPORT_H
#define JOBALIKE_CORE_EXPORT_H

#include "server/core/state.h"

/* One JSON object: seq, at, session, agenda, rooms, notices, people. A room is
 *
 *	{"id":4,"title":"HR",...,"topics":[{"topic":31,"title":"...","lines":[{"id":43,...}]}]}
 *
 * Its topics are the stretches of its talk in the order of time: a topic that was taken up again is
 * there again, and the stretch without a topic has neither `topic` nor `title`. */
void export_json(const struct state *s, const struct person *who, struct text *out);

/* The same to read. What people wrote stands in it as they wrote it and is never markup: no
 * heading, no list, no HTML, no link. Line 43 has the anchor `line-43`. Times are UTC. */
void export_markdown(const struct state *s, const struct person *who, struct text *out);

/* All by one person, for them: the same object as far as the list `events`, which is left open,
 * with themselves as `you`. Its events are those that are theirs, as they were appended. */
void export_mine(const struct state *s, const struct person *who, struct text *out);
/* Is it theirs? Then what they quoted of others is left out of it. */
bool export_is_mine(struct event *e, uint64_t person);

/* Is there one for them now? Not for who was removed, nor for who has left while it goes on. */
bool export_is_for(const struct state *s, const struct person *who);
/* May they read this room in an export? */
bool export_reads(const struct state *s, const struct person *who, uint64_t room);
/* May they know that something was announced there? Staff know it of all rooms. */
bool export_tells_room(const struct state *s, const struct person *who, uint64_t room);
/* Is this notice for such a room? */
bool export_reads_notice(const struct state *s, const struct person *who, const struct notice *n);
/* Which people are in their export, by position in s->people.list. The caller frees it. */
bool *export_people(const struct state *s, const struct person *who);
/* The area of that key; NULL when there is none. */
const struct area *export_area(const struct state *s, const char *key);

#endif
