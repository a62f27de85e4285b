/* Somebody at a screen. Does what the web client does: says hello with where it was and what it
 * waits for, takes views and events, offers again what was not acknowledged, with the same n. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "tests/sim/sim.h"

#define ROUNDS_PER_WISH 3 /* a wish unanswered this long is offered again even while connected */

/* --- what comes down -----------------------------------------------------------------------------
 */

static struct wish *wish_of(struct human *h, uint64_t n)
{
	for (size_t i = 0; i < h->n_wishes; i++)
		if (h->wishes[i].n == n)
			return &h->wishes[i];
	return NULL;
}

static void acked(struct human *h, uint64_t n, uint64_t seq)
{
	struct wish *w = wish_of(h, n);

	if (!w || (w->acked && w->history == h->history))
		return;
	w->acked = seq;
	w->history = h->history;
	w->refused =
		false; /* a refusal is not remembered: another copy of it may have been accepted */
	h->sim->counts.acked++;
}

static void show(struct human *h, bool is_view, uint64_t seq, const char *text, size_t len)
{
	h->shown = x_grow(h->shown, h->n_shown, sizeof(*h->shown));
	h->shown[h->n_shown++] = (struct shown){ is_view, h->history, seq, x_strndup(text, len) };
	h->seq = seq;
}

static json_int_t number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

/* What was acknowledged in another history is a line that may be lost: it is offered again, unless
 * this history has it. What else was done may be lost. */
static void another_history(struct human *h)
{
	for (size_t i = 0; i < h->n_wishes; i++) {
		struct wish *w = &h->wishes[i];

		if (!w->acked || w->history == h->history || !w->is_line)
			continue;
		w->acked = 0;
		w->unsure = true;
		h->sim->counts.offered_again++;
	}
}

/* The view is not parsed: it is compared with what the state says, byte for byte, at the end. */
static void on_view(struct human *h, const char *text)
{
	const char *end = strstr(text, ",\"seq\":"), *last = end, *you = strstr(text, "\"you\":{");
	struct text rest = { 0 };
	size_t i;
	json_t *m, *n;

	/* the view's own bytes: from after {"view": to the last ,"seq": at the top */
	for (; end; end = strstr(end + 1, ",\"seq\":"))
		last = end;
	text_puts(&rest, "{");
	text_puts(&rest, last + 1);
	m = json_loads(rest.s, 0, NULL);
	text_free(&rest);
	h->id = (uint64_t)number(m, "you");
	h->room = strtoull(strstr(you, "\"room\":") + strlen("\"room\":"), NULL, 10);
	snprintf(h->epoch, sizeof(h->epoch), "%s", json_string_value(json_object_get(m, "epoch")));
	h->history = cluster_history(h->sim, h->epoch);
	show(h, true, (uint64_t)number(m, "seq"), text + strlen("{\"view\":"),
	     (size_t)(last - text) - 8);
	h->sim->counts.views++;
	json_array_foreach (json_object_get(m, "taken"), i, n)
		acked(h, (uint64_t)json_integer_value(n), h->seq);
	another_history(h);
	json_decref(m);
}

/* The first digest after hello: view or gap came before it. What was not acknowledged is offered
 * again. */
static void on_digest(struct human *h, const char *text)
{
	free(h->digest);
	h->digest = x_strdup(text);
	if (h->welcome)
		return;
	h->welcome = true;
	for (size_t i = 0; i < h->n_wishes; i++)
		if (!h->wishes[i].acked)
			h->wishes[i].unsure = true;
}

static void on_event(struct human *h, const json_t *m, const struct msg *wire)
{
	show(h, false, (uint64_t)number(m, "seq"), wire->text, wire->len);
	h->sim->counts.events++;
	if ((uint64_t)number(m, "by") == h->id && number(m, "n"))
		acked(h, (uint64_t)number(m, "n"), h->seq);
}

static void on_error(struct human *h, const json_t *m)
{
	const char *word = json_string_value(json_object_get(m, "error"));
	struct wish *w = wish_of(h, (uint64_t)number(m, "n"));

	if (!w || w->acked)
		return;
	if (strcmp(word, "unavailable") == 0 && w->offers == 1 &&
	    state_taken(&h->sim->truth, h->id, w->n))
		sim_fail(h->sim, "%s: n=%" PRIu64 " is in the log, and was told unavailable",
			 h->name, w->n);
	if (strcmp(word, "unknown") == 0 || strcmp(word, "unavailable") == 0) {
		w->unsure = true;
	} else {
		w->refused = true;
		h->sim->counts.refused++;
	}
}

static bool take(struct peer *p, struct msg *m, enum peer_load load)
{
	struct human *h = (struct human *)(void *)((char *)p - offsetof(struct human, peer));
	json_t *o;

	if (h->slow && (load == LOAD_EVENT || load == LOAD_SIGNAL))
		return false;
	if (load == LOAD_EVENT && !h->sim->heals && percent(&h->sim->rng, 1)) {
		h->slow = 1 + below(&h->sim->rng, 40);
		return false;
	}
	if (strncmp(m->text, "{\"view\":", 8) == 0) {
		on_view(h, m->text);
		return true;
	}
	if (strncmp(m->text, "{\"signal\":\"digest\"", 18) == 0) {
		on_digest(h, m->text);
		return true;
	}
	o = json_loadb(m->text, m->len, JSON_REJECT_DUPLICATES, NULL);
	if (!o) {
		sim_fail(h->sim, "%s was sent what is not JSON: %s", h->name, m->text);
		return true;
	}
	if (json_object_get(o, "event"))
		on_event(h, o, m);
	else if (json_object_get(o, "error"))
		on_error(h, o);
	else if (json_object_get(o, "answer"))
		acked(h, (uint64_t)number(o, "n"),
		      (uint64_t)number(json_object_get(o, "answer"), "seq"));
	else if ((uint64_t)number(o, "by") == h->id)
		sim_fail(h->sim, "%s was shown their own typing", h->name);
	json_decref(o);
	return true;
}

static void bye(struct peer *p, enum bye why, int64_t retry_ms)
{
	struct human *h = (struct human *)(void *)((char *)p - offsetof(struct human, peer));

	if (why == BYE_REMOVED)
		h->banned = true;
	h->slow = 0;
	h->again_at = -(retry_ms < 0 ? 300 : retry_ms + 1); /* closes in the next step */
}

static const struct peer_ops ops = { .send = take, .bye = bye };

/* --- connecting ----------------------------------------------------------------------------------
 */

void human_cut(struct human *h)
{
	if (!h->alive)
		return;
	hub_gone(h->sim->instances[h->instance].hub, &h->peer);
	for (size_t i = 0; i < h->n_wishes; i++)
		h->wishes[i].adrift =
			h->wishes[i].adrift || (!h->wishes[i].acked && !h->wishes[i].refused);
	h->alive = NULL;
	h->instance = -1;
	h->slow = 0;
	h->again_at = h->sim->now + 20 + below(&h->sim->rng, 500);
}

/* Now and then they joined again, and both their devices have another ticket; or one comes by the
 * ticket before. */
static int64_t some_ticket(const struct human *h)
{
	int64_t *n = &h->sim->people[h->who].tickets;
	uint64_t *rng = &h->sim->rng;

	if (percent(rng, 5))
		(*n)++;
	return *n && !h->sim->heals && percent(rng, 3) ? *n - 1 : *n;
}

static void say_hello(struct human *h, struct instance *i)
{
	struct guest guest = { .session = SESSION,
			       .sub = h->sub,
			       .name = h->name,
			       .school = "School",
			       .area = "hr",
			       .language = LANGUAGE_EN,
			       .role = h->role,
			       .expires = INT64_MAX,
			       .issued = some_ticket(h) };
	uint64_t pending[LIMIT_PENDING];
	struct hello hello = { .epoch = h->epoch[0] ? h->epoch : NULL,
			       .after = h->seq,
			       .pending = pending };

	for (size_t w = 0; w < h->n_wishes && hello.n_pending < LIMIT_PENDING; w++)
		if (!h->wishes[w].acked && !h->wishes[w].refused)
			pending[hello.n_pending++] = h->wishes[w].n;
	for (size_t w = h->n_wishes; w-- > 0 && hello.n_pending < LIMIT_PENDING;)
		if (h->wishes[w].acked && h->wishes[w].is_line)
			pending[hello.n_pending++] = h->wishes[w].n; /* the log may have lost it */
	h->peer = (struct peer){ .ops = &ops };
	h->alive = &h->peer;
	h->welcome = false;
	h->instance = (int)(i - h->sim->instances);
	hub_hello(i->hub, &h->peer, &guest, &hello);
}

static void come(struct human *h)
{
	struct instance *i = &h->sim->instances[below(&h->sim->rng, h->sim->n_instances)];

	if (h->sim->now < h->again_at || !i->hub || h->sim->n_histories == 0)
		return;
	h->again_at = 0;
	say_hello(h, i);
}

/* --- acting --------------------------------------------------------------------------------------
 */

static struct human *somebody(struct human *h)
{
	return &h->sim->people[below(&h->sim->rng, h->sim->n_people)];
}

static uint64_t some_room(struct human *h)
{
	const struct rooms *r = &h->sim->truth.rooms;

	return r->n ? r->list[below(&h->sim->rng, (unsigned)r->n)]->id : ROOM_PLENARY;
}

static uint64_t some_line(struct human *h)
{
	const struct chat *c = &h->sim->truth.chat;
	unsigned back;

	if (!c->n)
		return 1;
	back = below(&h->sim->rng, c->n < 30 ? (unsigned)c->n : 30);
	return c->list[c->n - 1 - back]->id;
}

static uint64_t some_topic(struct human *h)
{
	const struct agenda *a = &h->sim->truth.agenda;

	return a->n ? a->list[below(&h->sim->rng, (unsigned)a->n)]->id : 1;
}

/* Mostly talk, and fights: mute against line, move against line, repetition against itself. */
static json_t *anybody_does(struct human *h, unsigned what)
{
	uint64_t *rng = &h->sim->rng;

	switch (what) {
	case 0:
		return json_pack("{s:s, s:I}", "command", "rooms.enter", "room",
				 (json_int_t)some_room(h));
	case 1:
		return json_pack("{s:s}", "command",
				 percent(rng, 50) ? "hands.raise" : "hands.lower");
	case 2:
		return json_pack("{s:s, s:I, s:s, s:b}", "command", "chat.react", "line",
				 (json_int_t)some_line(h), "kind",
				 reaction_names[1 + below(rng, 6)], "on", percent(rng, 70));
	case 3:
		return json_pack("{s:s, s:I, s:s}", "command", "chat.edit", "line",
				 (json_int_t)some_line(h), "text", "said better");
	case 4:
		return json_pack("{s:s, s:I}", "command", "chat.remove", "line",
				 (json_int_t)some_line(h));
	default:
		return json_pack("{s:s, s:I, s:s}", "command", "chat.say", "room",
				 (json_int_t)h->room, "text", "what one says");
	}
}

static json_t *staff_does(struct human *h, unsigned what)
{
	uint64_t *rng = &h->sim->rng;
	json_int_t who = (json_int_t)somebody(h)->id, room = (json_int_t)some_room(h);

	switch (what) {
	case 0:
		return json_pack("{s:s, s:I, s:i, s:s}", "command", "people.mute", "who", who,
				 "minutes", 1, "reason", "off_topic");
	case 1:
		return json_pack("{s:s, s:I}", "command", "people.unmute", "who", who);
	case 2:
	case 3:
		return json_pack("{s:s, s:I, s:I}", "command", "rooms.move", "who", who, "to",
				 room);
	case 4:
		return json_pack("{s:s, s:s}", "command", "rooms.open", "title", "A room");
	case 5:
		return json_pack("{s:s}", "command", "rooms.send");
	case 6:
		return json_pack("{s:s, s:i}", "command", "rooms.recall", "seconds",
				 (int)below(rng, 4));
	case 7:
		return json_pack("{s:s, s:s, s:i}", "command", "agenda.add", "title", "A topic",
				 "minutes", 5);
	case 8:
		return json_pack("{s:s, s:I}", "command", "agenda.push", "topic",
				 (json_int_t)some_topic(h));
	case 9:
		return json_pack("{s:s, s:s, s:[I]}", "command", "notices.announce", "text", "Hear",
				 "rooms", room);
	case 10:
		return json_pack("{s:s, s:I}", "command",
				 percent(rng, 60) ? "rooms.watch" : "rooms.unwatch", "room", room);
	case 11:
		return json_pack("{s:s, s:I}", "command",
				 percent(rng, 50) ? "rooms.lock" : "rooms.unlock", "room", room);
	case 12:
		return json_pack("{s:s, s:I}", "command", "hands.call", "who", who);
	case 13:
		return percent(rng, 20) ? json_pack("{s:s, s:I, s:s}", "command", "people.remove",
						    "who", who, "reason", "other")
					: json_pack("{s:s, s:s, s:s}", "command", "rooms.open",
						    "title", "HR", "area", "hr");
	case 14:
		return json_pack("{s:s, s:I, s:s}", "command", "people.appoint", "who", who, "role",
				 role_names[ROLE_ATTENDEE + below(rng, 3)]);
	default:
		return json_pack("{s:s, s:I}", "command", "rooms.close", "room", room);
	}
}

/* A message up, perhaps twice, as impatient people and networks do. */
static void offer(struct human *h, struct wish *w)
{
	struct hub *hub = h->sim->instances[h->instance].hub;
	unsigned times = percent(&h->sim->rng, 8) ? 2 : 1;

	w->offers += times;
	while (times--)
		hub_message(hub, &h->peer, w->text, strlen(w->text));
}

static void type(struct human *h)
{
	char text[80];
	int len = snprintf(text, sizeof(text), "{\"signal\":\"chat.typing\",\"room\":%" PRIu64 "}",
			   h->room);

	hub_message(h->sim->instances[h->instance].hub, &h->peer, text, (size_t)len);
}

static void act(struct human *h)
{
	bool rules = role_is_staff(h->role) && percent(&h->sim->rng, 40);
	json_t *o = rules ? staff_does(h, below(&h->sim->rng, 16))
			  : anybody_does(h, below(&h->sim->rng, 14));
	uint64_t n = (chance(&h->sim->rng) >> 12) | 1;

	if (!o)
		return;
	json_object_set_new(o, "n", json_integer((json_int_t)n));
	h->wishes = x_grow(h->wishes, h->n_wishes, sizeof(*h->wishes));
	h->wishes[h->n_wishes++] = (struct wish){
		.n = n,
		.text = json_dumps(o, JSON_COMPACT),
		.is_line =
			strcmp(json_string_value(json_object_get(o, "command")), "chat.say") == 0,
	};
	json_decref(o);
	offer(h, &h->wishes[h->n_wishes - 1]);
}

static void offer_again(struct human *h)
{
	for (size_t i = 0; i < h->n_wishes && h->alive; i++) {
		struct wish *w = &h->wishes[i];

		if (w->acked || w->refused || !w->unsure)
			continue;
		w->unsure = false;
		offer(h, w);
	}
}

static void drain_slow(struct human *h)
{
	if (h->slow && --h->slow == 0)
		hub_writable(h->sim->instances[h->instance].hub, &h->peer);
}

/* Goes for good, often together with the instance. */
static void go(struct human *h)
{
	struct instance *i = h->alive ? &h->sim->instances[h->instance] : NULL;

	h->gone = true;
	if (i && h->sim->n_instances > 1 && h->sim->now >= h->sim->calm_until &&
	    percent(&h->sim->rng, 50))
		cluster_crash(i);
	human_cut(h);
}

void human_step(struct human *h)
{
	struct sim *s = h->sim;

	if (h->gone_at && !h->gone && s->now >= h->gone_at)
		go(h);
	if (h->gone)
		return;
	if (h->alive && h->again_at < 0) { /* bye was said */
		int64_t pause = -h->again_at;

		human_cut(h);
		h->again_at = s->now + pause;
	}
	if (!h->alive) {
		if (!h->banned)
			come(h);
		return;
	}
	if (!s->heals && below(&s->rng, 10000) < s->cut) {
		human_cut(h);
		s->counts.cuts++;
		return;
	}
	drain_slow(h);
	if (!h->welcome || !h->id)
		return;
	if (s->now % 1000 < 5)
		offer_again(h);
	if (!s->heals && s->now >= h->act_at && h->alive && h->again_at == 0) {
		h->act_at = s->now + 20 + below(&s->rng, 900);
		if (percent(&s->rng, 20))
			type(h);
		act(h);
	}
}

/* The last one may be somebody's second device, and the one before may not stay. */
void human_begin(struct human *h, struct sim *s, unsigned number)
{
	bool last = number + 1 == s->n_people, twin = last && percent(&s->rng, 50);
	unsigned who = twin ? below(&s->rng, number - 1) : number;

	*h = (struct human){ .sim = s, .number = number, .who = who, .instance = -1 };
	snprintf(h->sub, sizeof(h->sub), "sub-%u", who);
	snprintf(h->name, sizeof(h->name), "Person %u", who);
	h->role = who == 0   ? ROLE_ORGANIZER
		  : who == 1 ? ROLE_FACILITATOR
		  : who == 2 ? ROLE_MODERATOR
			     : ROLE_ATTENDEE;
	h->again_at = s->now + below(&s->rng, 2000);
	if (number + 2 == s->n_people && percent(&s->rng, 50))
		h->gone_at = s->now + 3000 + below(&s->rng, 4000);
}

void human_end(struct human *h)
{
	for (size_t i = 0; i < h->n_shown; i++)
		free(h->shown[i].text);
	for (size_t i = 0; i < h->n_wishes; i++)
		free(h->wishes[i].text);
	free(h->shown);
	free(h->wishes);
	free(h->digest);
}
