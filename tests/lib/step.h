/* One step of a session in a test, taken as the hub takes it: ask the gate, write the event as it
 * is stored, read it back, reduce; then see who is sent what. */
#ifndef JOBALIKE_TESTS_STEP_H
#define JOBALIKE_TESTS_STEP_H

#include <jansson.h>
#include <stdio.h>

#include "server/base/msg.h"
#include "server/core/gate.h"
#include "server/core/view.h"

#define STEP_BEGIN 1795305600000 /* when sessions of tests begin, Unix ms */

/* What somebody is sent of an event: nothing, the event, a view, or their leave. */
enum seen { SEEN_NONE, SEEN_EVENT, SEEN_VIEW, SEEN_GONE, SEEN_COUNT };
extern const char *const seen_names[SEEN_COUNT];

struct step {
	enum err err;
	struct verdict verdict;
	struct msg *body;   /* as stored; NULL when nothing happened */
	struct event event; /* read from body */
};

/* Asks at the next position and, if it is granted, reduces. False: refused, or accepted before. */
bool step_ask(struct state *s, uint64_t by, const struct command *c, int64_t now, struct step *out);
/* Only asks. */
bool step_decide(const struct state *s, uint64_t by, const struct command *c, uint64_t seq,
		 int64_t now, struct step *out);
/* This happened: an event whole, as JSON. False: it is no event. */
bool step_happen(struct state *s, const char *json, struct step *out);
void step_free(struct step *step);

/* Asked of the state after the event. */
enum seen step_seen(const struct state *s, const struct person *p, const struct event *e);

/* As text, the caller's to free(). */
char *step_view(const struct state *s, const struct person *p);
char *step_state(const struct state *s);

/* The views of all who are seated, before something happens to them. */
struct views {
	size_t n;
	struct {
		uint64_t id;
		char *text;
	} * list;
};

struct views views_take(const struct state *s);
void views_free(struct views *v);
/* One JSON object a line and person, of those seated before and after:
 * {"vector":name,"person":3,"seen":"event","you":3,"event":{...},"before":{...},"after":{...}}.
 * Returns how many lines. */
size_t views_dump(const struct views *before, const char *name, const struct state *after,
		  const struct event *e, FILE *to);

#endif
