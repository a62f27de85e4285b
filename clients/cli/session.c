/* The connection: from dialling and the hello to the pings, and back after it was lost. */
#include "clients/cli/session_inside.h"

#include <stdlib.h>
#include <sys/random.h>

#include "protocol/gen/protocol.h"
#include "server/base/mem.h"
#include "server/base/text.h"

#define QUIET_MS    15000 /* nothing heard for so long: ping */
#define DEAD_MS     8000  /* and no answer to that: the connection is dead */
#define GREETING_MS 10000 /* from connecting to the first frame */
#define BACKOFF_MS  500   /* doubles with every attempt that failed, with full jitter */
#define BACKOFF_MAX 15000

uint64_t session_random(uint64_t limit)
{
	uint64_t r = 0;

	while (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
		;
	return limit ? r % limit : 0;
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
	return (int64_t)session_random((uint64_t)(most < BACKOFF_MAX ? most : BACKOFF_MAX)) + 1;
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
	wait = s->bye_ms >= 0 ? s->bye_ms + (int64_t)session_random((uint64_t)s->bye_ms / 4 + 1)
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

static void on_text(void *arg, const char *text, size_t len)
{
	struct session *s = arg;
	json_t *frame = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);

	s->heard = net_now(s->net);
	s->pinged = false;
	s->busy++;
	CALL(s, frame, text, len);
	if (frame)
		session_take(s, frame);
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
	uint64_t n = 1 + session_random((UINT64_C(1) << 53) - 2);

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
