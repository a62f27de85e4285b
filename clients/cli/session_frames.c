/* The frames that come down: what each kind of them says about the session, and about what was
 * asked. */
#include "clients/cli/session_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/gen/protocol.h"
#include "server/base/mem.h"

#define RETRY_MS 500 /* where the server does not say when */

static int64_t number(const json_t *json, const char *key)
{
	return json_integer_value(json_object_get(json, key));
}

static const char *word(const json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

static enum err err_of(const char *name)
{
	for (int i = 1; name && i < ERR_COUNT; i++)
		if (strcmp(err_names[i], name) == 0)
			return (enum err)i;
	return OK;
}

static void caught_up(struct session *s)
{
	if (s->stage != GREETING)
		return;
	s->stage = LIVE;
	s->since = net_now(s->net);
	s->was_live = true;
	s->failures = 0;
	s->lost_at = 0;
	s->why[0] = '\0';
	if (s->options.ops->live && !s->closed)
		s->options.ops->live(s->options.arg);
}

/* Commands that are in the log, and whose events will not come: asked again at once, as the answer
 * tells their seq. */
static void ask_seqs(struct session *s, const json_t *taken)
{
	const json_t *n;
	size_t i;

	json_array_foreach (taken, i, n) {
		struct question *q = questions_find(&s->questions, (uint64_t)json_integer_value(n));

		if (!q)
			continue;
		q->sent = false;
		q->due = 0;
	}
}

static void take_view(struct session *s, const json_t *frame)
{
	const char *epoch = word(frame, "epoch");

	if (!epoch)
		return;
	if (!s->epoch || strcmp(s->epoch, epoch) != 0) {
		free(s->epoch);
		s->epoch = x_strdup(epoch);
	}
	s->seq = (uint64_t)number(frame, "seq");
	s->you = (uint64_t)number(frame, "you");
	s->ahead = number(frame, "now") - net_now(s->net);
	ask_seqs(s, json_object_get(frame, "taken"));
	CALL(s, view, frame);
	caught_up(s);
}

static void settle(struct session *s, uint64_t n, uint64_t seq, const json_t *frame)
{
	struct question *q = questions_find(&s->questions, n);

	if (!q)
		return;
	questions_drop(&s->questions, q);
	CALL(s, taken, n, seq, frame);
}

static void take_event(struct session *s, const json_t *frame)
{
	uint64_t seq = (uint64_t)number(frame, "seq"), n = (uint64_t)number(frame, "n");

	if (seq <= s->seq) {
		CALL(s, disorder, seq, s->seq);
		return;
	}
	s->seq = seq;
	if (n && (uint64_t)number(frame, "by") == s->you)
		settle(s, n, seq, frame);
	CALL(s, event, frame);
}

static void take_answer(struct session *s, const json_t *frame)
{
	uint64_t n = (uint64_t)number(frame, "n");
	const json_t *answer = json_object_get(frame, "answer");
	struct question *q = questions_find(&s->questions, n);

	if (!q)
		return;
	if (!q->is_query) {
		settle(s, n, (uint64_t)number(answer, "seq"), frame);
		return;
	}
	questions_drop(&s->questions, q);
	CALL(s, answer, n, answer);
}

/* Which errors pass by themselves: the same n is asked again. */
static bool passes(enum err err)
{
	return err == ERR_UNKNOWN || err == ERR_UNAVAILABLE || err == ERR_SLOW_DOWN;
}

/* About the hello itself: this connection is of no use. */
static void take_greeting_error(struct session *s, const json_t *frame)
{
	enum err err = err_of(word(frame, "error"));

	if (s->stage != GREETING)
		return;
	snprintf(s->why, sizeof(s->why), "%s", word(frame, "error"));
	s->bye_ms =
		passes(err) ? (number(frame, "retry_ms") ? number(frame, "retry_ms") : 1000) : -2;
}

static void take_error(struct session *s, const json_t *frame)
{
	uint64_t n = (uint64_t)number(frame, "n");
	struct question *q = questions_find(&s->questions, n);
	int64_t wait = number(frame, "retry_ms");

	if (!json_object_get(frame, "n")) {
		take_greeting_error(s, frame);
	} else if (q && passes(err_of(word(frame, "error")))) {
		q->sent = false;
		q->tries = 0;
		q->due = net_now(s->net) + (wait ? wait : RETRY_MS) + (int64_t)session_random(100);
	} else if (q) {
		questions_drop(&s->questions, q);
		CALL(s, refused, n, frame);
	}
}

static void take_bye(struct session *s, const json_t *frame)
{
	if (!s->why[0]) /* an error said more */
		snprintf(s->why, sizeof(s->why), "%s", word(frame, "bye"));
	s->bye_ms = json_object_get(frame, "retry_ms") ? number(frame, "retry_ms") : -2;
}

static void take_signal(struct session *s, const json_t *frame)
{
	const char *name = word(frame, "signal");

	CALL(s, signal, frame);
	if (name && strcmp(name, "digest") == 0)
		caught_up(s); /* it follows the view, or the last event that was missed */
}

void session_take(struct session *s, const json_t *frame)
{
	if (json_object_get(frame, "view"))
		take_view(s, frame);
	else if (json_object_get(frame, "event"))
		take_event(s, frame);
	else if (json_object_get(frame, "answer"))
		take_answer(s, frame);
	else if (json_object_get(frame, "error"))
		take_error(s, frame);
	else if (json_object_get(frame, "signal"))
		take_signal(s, frame);
	else if (json_object_get(frame, "bye"))
		take_bye(s, frame);
}
