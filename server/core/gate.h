/* The one gate in front of every command, and the tables behind it.
 *
 * In this order: repetition (the answer is the seq it already has), membership, role, rank of the
 * target, restriction (muted, locked), phase; then the area's decide. No area checks any of these
 * for itself. Size and rate were asked on arrival (hub/limit). Pure. */
#ifndef JOBALIKE_CORE_GATE_H
#define JOBALIKE_CORE_GATE_H

#include "server/core/state.h"

typedef enum err (*decide_fn)(const struct state *s, const struct person *who,
			      const struct command *c, struct event *out);
typedef void (*reduce_fn)(struct state *s, const struct event *e);
/* Writes the fields of the answer's object (no braces). */
typedef enum err (*answer_fn)(const struct state *s, const struct person *who,
			      const struct query *q, struct text *out);

struct verdict {
	uint64_t already; /* not 0: the command was accepted before, as this seq */
	int64_t retry_ms; /* with ERR_MUTED: how long */
};

/* What would this command be, decided now at position seq?
 * by: the person's id, 0 for the server itself. out is filled with a whole event (seq, at, by,
 * name, school, n too) that borrows texts from state and command, and from
 * out->words, which are the caller's. at = max(now, time of the head).
 */
enum err gate_decide(const struct state *s, uint64_t by, const struct command *c, uint64_t seq,
		     int64_t now, struct event *out, struct verdict *verdict);

/* Role and membership are asked as for commands. out gets the answer as a JSON object. */
enum err gate_answer(const struct state *s, uint64_t by, const struct query *q, struct text *out);

#endif
