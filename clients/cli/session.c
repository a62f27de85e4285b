#include "clients/cli/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "clients/cli/questions.h"
#include "protocol/gen/protocol.h"
#include "server/base/mem.h"
#include "server/base/text.h"

#define RETRY_MS    500   /* where the server does not say when */
#define QUIET_MS    15000 /* nothing heard for so long: ping */
#define DEAD_MS     8000  /* and no answer to that: the connection is dead */
#define GREETING_MS 10000 /* from connecting to the first frame */
#define BACKOFF_MS  500   /* doubles with every attempt that failed, with full jitter */
#define BACKOFF_MAX 15000

enum stage { IDLE, CONNECTING, GREETING, LIVE };

struct session {
	struct net *net;
	const struct place *where;
	struct session_options options;
	char *ticket;
	struct link *link;
	enum stage stage;
	struct timer timer;
	struct questions questions;

	char *epoch;
	uint64_t seq, you;
	int64_t ahead; /* server's clock less ours */

	bool was_live, pinged, closed;
	unsigned busy; /* calls under way */
	unsigned failures;
	int64_t since; /* of the stage */
	int64_t heard; /* last frame or pong */
	int64_t retry_at, lost_at;
	int64_t bye_ms; /* what a bye said; -1: nothing, -2: do not come back */
	char why[160];
};

#define CALL(s, op, ...)                                                                           \
	do {                                                                                       \
		if ((s)->options.ops->op && !(s)->closed)                                          \
			(s)->options.ops->op((s)->options.arg, __VA_ARGS__);                       \
	} while (0)

static uint64_t random_below(uint64_t limit)
{
	uint64_t r = 0;

	while (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
		;
	return limit ? r % limit : 0;
}

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

/* --- the connection -------------------------------------------------------------------------- */

static void turn(struct session *s);
static void dial(struct session *s);

static void over(struct session *s, enum session_end end, const char *why)
{
	s->stage = IDLE;
	net_clear(s->net, &s->timer);
	CALL(s, over, end, why);
}

static int64_t backoff(struct session *s)
{
	int64_t most = BACKOFF_MS << (s->failures < 6 ? s->failures : 6);

	s->failures++;
	return (int64_t)random_below((uint64_t)(most < BACKOFF_MAX ? most : BACKOFF_MAX)) + 1;
}

/* The socket is gone, or never was. */
static void lose(struct session *s, const char *why, bool refused)
{
	int64_t now = net_now(s->net), patience, wait;

	s->link = NULL;
	s->stage = IDLE;
	questions_forget_sent(&s->questions);
	if (!s->lost_at)
		s->lost_at = now;
	if (s->bye_ms == -2) {
		over(s, SESSION_REFUSED, s->why[0] ? s->why : why);
		return;
	}
	wait = s->bye_ms >= 0 ? s->bye_ms + (int64_t)random_below((uint64_t)s->bye_ms / 4 + 1)
			      : backoff(s);
	patience = s->was_live ? s->options.endurance_ms : s->options.patience_ms;
	if (now + wait - s->lost_at > patience && !(s->bye_ms >= 0 && s->was_live)) {
		over(s, refused ? SESSION_REFUSED : SESSION_UNREACHED, s->why[0] ? s->why : why);
		return;
	}
	s->bye_ms = -1;
	s->retry_at = now + wait;
	net_at(s->net, &s->timer, s->retry_at);
	CALL(s, lost, s->why[0] ? s->why : why, wait);
}

static void hang_up(struct session *s, const char *why, void (*how)(struct link *l))
{
	struct link *link = s->link;

	s->link = NULL;
	if (link)
		how(link);
	lose(s, why, false);
}

static void say_hello(struct session *s)
{
	struct text t = { 0 };

	text_object(&t, NULL);
	text_int(&t, "hello", PROTOCOL_VERSION);
	text_string(&t, "ticket", s->ticket);
	if (s->epoch) {
		text_string(&t, "epoch", s->epoch);
		text_id(&t, "after", s->seq);
	}
	questions_write_pending(&s->questions, &t);
	text_object_end(&t);
	link_send(s->link, t.s, t.len);
	text_free(&t);
}

static void on_opened(void *arg)
{
	struct session *s = arg;

	s->stage = GREETING;
	s->since = s->heard = net_now(s->net);
	s->pinged = false;
	say_hello(s);
	turn(s);
}

static void on_alive(void *arg)
{
	struct session *s = arg;

	s->heard = net_now(s->net);
	s->pinged = false;
	turn(s);
}

static void on_closed(void *arg, const char *why, bool refused)
{
	struct session *s = arg;

	s->busy++;
	lose(s, why, refused);
	s->busy--;
	if (s->closed)
		session_close(s);
}

/* --- what comes down ------------------------------------------------------------------------- */

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
		q->due = net_now(s->net) + (wait ? wait : RETRY_MS) + (int64_t)random_below(100);
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

static void take(struct session *s, const json_t *frame)
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

static void on_text(void *arg, const char *text, size_t len)
{
	struct session *s = arg;
	json_t *frame = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);

	s->heard = net_now(s->net);
	s->pinged = false;
	s->busy++;
	CALL(s, frame, text, len);
	if (frame)
		take(s, frame);
	if (s->bye_ms != -1 && !s->closed)
		hang_up(s, "bye", link_close);
	s->busy--;
	json_decref(frame);
	if (s->closed)
		session_close(s);
	else
		turn(s);
}

/* --- time ------------------------------------------------------------------------------------ */

static int64_t earlier(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

/* When this session has something to do by itself. */
static int64_t due(const struct session *s)
{
	switch (s->stage) {
	case IDLE:
		return s->retry_at;
	case CONNECTING:
		return 0; /* the library gives up by itself */
	case GREETING:
		return s->since + GREETING_MS;
	case LIVE:
		return earlier(questions_due(&s->questions),
			       s->heard + (s->pinged ? DEAD_MS + QUIET_MS : QUIET_MS));
	}
	return 0;
}

/* After anything that happened. */
static void turn(struct session *s)
{
	if (s->closed)
		return;
	if (s->stage == LIVE)
		questions_offer(&s->questions, s->link, net_now(s->net));
	net_at(s->net, &s->timer, due(s));
}

static void on_live_time(struct session *s)
{
	int64_t silent = net_now(s->net) - s->heard;

	if (silent >= QUIET_MS + DEAD_MS || questions_given_up(&s->questions, net_now(s->net))) {
		hang_up(s, "no answer", link_cut);
		return;
	}
	if (silent >= QUIET_MS && !s->pinged) {
		s->pinged = true;
		link_ping(s->link);
	}
	turn(s);
}

static void on_time(void *arg)
{
	struct session *s = arg;

	s->busy++;
	if (s->stage == IDLE)
		dial(s);
	else if (s->stage == GREETING)
		hang_up(s, "no answer to hello", link_cut);
	else if (s->stage == LIVE)
		on_live_time(s);
	s->busy--;
	if (s->closed)
		session_close(s);
}

static void dial(struct session *s)
{
	static const struct link_ops ops = { on_opened, on_text, on_alive, on_closed };

	s->retry_at = 0;
	s->bye_ms = -1;
	s->why[0] = '\0';
	s->stage = CONNECTING;
	s->since = net_now(s->net);
	s->link = link_open(s->net, s->where, &ops, s);
}

/* --- for its owner --------------------------------------------------------------------------- */

struct session *session_open(struct net *net, const struct place *where,
			     const struct session_options *options)
{
	struct session *s = x_calloc(1, sizeof(*s));

	*s = (struct session){ .net = net, .where = where, .options = *options };
	s->ticket = x_strdup(options->ticket);
	s->timer = (struct timer){ .fire = on_time, .arg = s };
	s->lost_at = net_now(net);
	dial(s);
	return s;
}

void session_close(struct session *s)
{
	if (!s)
		return;
	s->closed = true;
	net_clear(s->net, &s->timer);
	if (s->link)
		link_close(s->link);
	s->link = NULL;
	if (s->busy)
		return; /* ends when the call that is under way returns */
	questions_free(&s->questions);
	free(s->epoch);
	free(s->ticket);
	free(s);
}

void session_cut(struct session *s)
{
	if (s->link)
		hang_up(s, "cut", link_cut);
}

uint64_t session_ask(struct session *s, json_t *message)
{
	uint64_t n = 1 + random_below((UINT64_C(1) << 53) - 2);

	questions_add(&s->questions, n, message);
	net_at(s->net, &s->timer, s->stage == LIVE ? net_now(s->net) : due(s));
	return n;
}

size_t session_open_questions(const struct session *s)
{
	return s->questions.n;
}

bool session_is_live(const struct session *s)
{
	return s->stage == LIVE;
}

uint64_t session_seq(const struct session *s)
{
	return s->seq;
}

uint64_t session_you(const struct session *s)
{
	return s->you;
}

int64_t session_time(const struct session *s)
{
	return net_now(s->net) + s->ahead;
}
