/* What peers say, and the words that answer them: each message up is decoded, asked its rate, and
 * handed to the session; each ends in exactly one answer, error or event. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/crash.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/hub/live.h"

#define REFUSALS_A_MINUTE 300 /* of one person, on arrival; a third of them at once */
#define FLOOD_RETRY_MS    10000

static void tell(struct peer *p, struct text *t)
{
	struct msg *m = msg_new(t->s, t->len);

	if (p->live)
		fan_catch_up(p->live, p);
	p->ops->send(p, m, LOAD_ANSWER);
	msg_unref(&m);
	text_free(t);
}

void peer_error(struct peer *p, enum err err, const struct blame *blame, int64_t retry_ms)
{
	struct text t = { 0 };

	text_object(&t, NULL);
	text_string(&t, "error", err_names[err]);
	if (blame && blame->has_n)
		text_id(&t, "n", blame->n);
	if (blame && blame->field[0])
		text_string(&t, "field", blame->field);
	if (retry_ms > 0)
		text_int(&t, "retry_ms", retry_ms);
	text_object_end(&t);
	tell(p, &t);
}

void peer_tell_later(struct peer *p, uint64_t n)
{
	if (p->n_asked == LIMIT_PENDING)
		return;
	p->asked = x_grow(p->asked, p->n_asked, sizeof(*p->asked));
	p->asked[p->n_asked++] = n;
}

void peer_told(struct peer *p)
{
	free(p->asked);
	p->asked = NULL;
	p->n_asked = 0;
}

void peer_already(struct peer *p, uint64_t n, uint64_t seq)
{
	struct text t = { 0 };

	text_object(&t, NULL);
	text_object(&t, "answer");
	text_id(&t, "seq", seq);
	text_object_end(&t);
	text_id(&t, "n", n);
	text_object_end(&t);
	tell(p, &t);
}

void peer_bye(struct peer *p, enum bye why, int64_t retry_ms)
{
	if (p->leaving)
		return;
	if (p->live)
		fan_catch_up(p->live, p);
	p->leaving = true;
	crowd_leave(p);
	p->ops->bye(p, why, retry_ms);
}

static int64_t ask_rate(struct hub *h, struct peer *p, const void *spec, unsigned rate)
{
	unsigned per_minute = (unsigned)((uint64_t)rate * hub_options(h)->rate_percent / 100);

	return p->present ? limits_ask(&p->present->limits, spec, per_minute, hub_now(h)) : 0;
}

/* A room is read by people, however many write in it. */
static int64_t ask_room(struct hub *h, struct peer *p, const struct command *c)
{
	unsigned per_second = LIMIT_ROOM_LINES * hub_options(h)->rate_percent / 100;
	uint64_t room = c->type == CMD_CHAT_SAY ? c->chat_say.room : 0;

	if (c->type != CMD_CHAT_SAY || !per_second || !state_room(&p->live->state, room))
		return 0;
	return limits_take(&p->live->room_lines, (const void *)(uintptr_t)room,
			   1000 / per_second > 0 ? 1000 / per_second : 1, 2 * (int64_t)per_second,
			   hub_now(h));
}

/* Counts what is refused of one person on arrival; whoever goes on regardless is sent away. Before
 * they are let in it is counted for the connection. */
static void count_refusal(struct hub *h, struct peer *p)
{
	static const char refusals[] = "refusals";
	bool too_many = p->person ? ask_rate(h, p, refusals, REFUSALS_A_MINUTE) != 0
				  : ++p->n_early > LIMIT_PENDING;

	hub_counts(h)->refused++;
	if (too_many)
		log_info("person.flood", "log=%s by=%" PRIu64, p->live ? p->live->log : "",
			 p->person);
	if (too_many)
		peer_bye(p, BYE_FLOOD, FLOOD_RETRY_MS);
}

static void refuse(struct hub *h, struct peer *p, enum err err, const struct blame *blame,
		   int64_t wait)
{
	peer_error(p, err, blame, wait);
	count_refusal(h, p);
}

static void on_command(struct hub *h, struct peer *p, struct command *c)
{
	const struct command_spec *spec = &command_specs[c->type];
	struct blame blame = { .has_n = true, .n = c->n };
	int64_t wait = ask_rate(h, p, spec, spec->rate);

	if (!wait)
		wait = ask_room(h, p, c);
	if (wait) {
		refuse(h, p, ERR_SLOW_DOWN, &blame, wait);
		command_free(c);
	} else if (hub_is_draining(h)) {
		peer_error(p, ERR_UNAVAILABLE, &blame, RETRY_MS);
		command_free(c);
	} else {
		crash_at("word.command");
		live_submit(p->live, c, p->person, p, NULL, NULL);
	}
}

static void on_query(struct hub *h, struct peer *p, const struct query *q)
{
	const struct query_spec *spec = &query_specs[q->type];
	struct blame blame = { .has_n = true, .n = q->n };
	int64_t wait = ask_rate(h, p, spec, spec->rate);
	struct text t = { 0 };
	enum err err;

	if (wait) {
		refuse(h, p, ERR_SLOW_DOWN, &blame, wait);
		return;
	}
	text_puts(&t, "{\"answer\":");
	err = gate_answer(&p->live->state, p->person, q, &t);
	if (err) {
		text_free(&t);
		peer_error(p, err, &blame, 0);
		return;
	}
	text_id(&t, "n", q->n);
	text_object_end(&t);
	tell(p, &t);
}

static bool may_type(const struct person *who, uint64_t room)
{
	const struct signal_spec *spec = &signal_specs[SIG_CHAT_TYPING];

	return who->seated && (spec->roles & 1u << who->role) && view_reads(who, room);
}

void word_typing(struct live *l, const struct person *who, uint64_t room)
{
	struct text t = { 0 };

	if (!may_type(who, room))
		return;
	text_object(&t, NULL);
	text_string(&t, "signal", signal_specs[SIG_CHAT_TYPING].name);
	text_id(&t, "room", room);
	text_id(&t, "by", who->id);
	text_string(&t, "name", who->name);
	text_object_end(&t);
	struct msg *m = msg_new(t.s, t.len);
	crowd_signal(l, room, m, who->id);
	msg_unref(&m);
	text_free(&t);
}

/* A signal is told to the room it names, if one reads that room; else it is forgotten at once. */
static void on_signal(struct hub *h, struct peer *p, const struct signal *s)
{
	const struct signal_spec *spec = &signal_specs[s->type];
	const struct person *who = state_person(&p->live->state, p->person);

	if (ask_rate(h, p, spec, spec->rate)) {
		count_refusal(h, p);
		return;
	}
	if (s->type != SIG_CHAT_TYPING || !who || !may_type(who, s->chat_typing.room))
		return;
	word_typing(p->live, who, s->chat_typing.room);
	elsewhere_typing(p->live, s->chat_typing.room, who->id);
}

void hub_message(struct hub *h, struct peer *p, const char *text, size_t len)
{
	struct upward up;
	struct blame blame;
	enum err err;

	if (p->leaving)
		return;
	err = codec_read(text, len, &up, &blame);
	if (err) {
		refuse(h, p, err, &blame, 0);
		return;
	}
	if (up.kind == UP_HELLO) {
		snprintf(blame.field, sizeof(blame.field), "hello");
		refuse(h, p, ERR_BAD_REQUEST, &blame, 0);
		upward_free(&up);
	} else if (!p->person) {
		refuse(h, p, ERR_UNAVAILABLE, &blame, RETRY_MS);
		upward_free(&up);
	} else if (up.kind == UP_COMMAND) {
		on_command(h, p, &up.command);
	} else {
		if (up.kind == UP_QUERY)
			on_query(h, p, &up.query);
		else
			on_signal(h, p, &up.signal);
		upward_free(&up);
	}
}
