/* What areas offer to each other and to state.c and view.c. Nobody outside core includes this.
 * decide, reduce and answer are declared by protocol/gen/dispatch.h. */
#ifndef JOBALIKE_CORE_AREAS_H
#define JOBALIKE_CORE_AREAS_H

#include "server/core/state.h"

/* Of each area: free what it holds; write all of it, in one fixed order, as the fields of an
 * object; write what this person may see of it, likewise (of people: all but `you`). */
#define AREA_PARTS(area)                                                                           \
	void area##_free(struct state *s);                                                         \
	void area##_write(const struct state *s, struct text *out);                                \
	void area##_view(const struct state *s, const struct person *p, struct text *out);
STATE_AREAS(AREA_PARTS)
#undef AREA_PARTS

/* What is said in place of required words that were erased from the log: there is never none. */
static inline const char *or_erased(const char *words)
{
	return words ? words : "\xE2\x80\xA6";
}

/* The fields of `you`. */
void people_you(const struct state *s, const struct person *p, struct text *out);
/* What rosters are searched in; the caller's. */
char *people_fold(const char *name, const char *school, const char *job);
/* They spoke: being called on ends. Turns staff who do not hear them. */
void people_spoke(struct state *s, struct person *p, uint64_t room, uint64_t seq);

/* Where somebody who arrives sits down: where they sat before, the room of their area, the plenary.
 */
uint64_t rooms_place(const struct state *s, const struct person *p);
/* Where somebody sits when everybody is sent. */
uint64_t rooms_send_to(const struct state *s, const struct person *p);
/* Where somebody is remembered who is away then. */
uint64_t rooms_await(const struct state *s, const struct person *p);
/* They read no room from outside any more. */
void rooms_unwatch_all(struct state *s, struct person *p);
/* One more room; ids only grow. */
struct room *rooms_add(struct state *s, uint64_t id, const char *title);
/* No limit, or a seat free. */
bool rooms_has_space(const struct room *r);

/* The active topic is done, if there is one. */
void agenda_end(struct state *s, int64_t at);
/* All topics, as an array of this name. */
void agenda_topics(const struct state *s, const char *name, struct text *out);

/* One line as an object. */
void chat_write_line(const struct state *s, const struct line *l, struct text *out);

#endif
