/* One vector while it runs. run.c tells what is given and asks what is to be asked, then.c looks at
 * what comes of it, main.c reads the files and counts. */
#ifndef JOBALIKE_TESTS_VECTORS_RUN_H
#define JOBALIKE_TESTS_VECTORS_RUN_H

#include "protocol/codec.h"
#include "tests/vectors/story.h"

#define WHY 4096

/* What all vectors come to, and where it is told. */
struct report {
	unsigned vectors, failed;
	unsigned commands[CMD_COUNT], events[EVT_COUNT], queries[QRY_COUNT];
	FILE *dump; /* of what everybody saw; NULL: none */
};

struct run {
	struct report *report;
	const json_t *v;
	const char *doc;
	struct state s;
	char why[WHY];
};

/* run.c: of the area's vectors, that one. Prints what is wrong. */
void run_vector(const json_t *stories, const char *area, const json_t *v, struct report *report);
/* What the vector has under that key; NULL: nothing. */
const json_t *run_get(const struct run *r, const char *key);
/* Says why, with the detail and the why that is there; always false. */
bool run_wrong(struct run *r, const char *format, const char *detail);

/* then.c: is what came of the command, or of the query, what the vector says? before: all views, or
 * the state, as they were. */
bool then_granted(struct run *r, const struct command *c, const struct step *step,
		  const struct views *before);
bool then_refused(struct run *r, const struct step *step, const char *before);
bool then_answered(struct run *r, const struct query *q, const char *text);
/* And what stands in the end: views, digests, and what is due. */
bool then_stands(struct run *r);

#endif
