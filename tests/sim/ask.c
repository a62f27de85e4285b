/* What people think of: mostly talk, and fights: mute against line, move against line, repetition
 * against itself. What it is about is picked from the log as it stands, which is ahead of most
 * screens. */
#include "tests/sim/human.h"

static json_int_t somebody(struct human *h)
{
	return (json_int_t)h->sim->people[below(&h->sim->rng, h->sim->n_people)].id;
}

static json_int_t some_room(struct human *h)
{
	const struct rooms *r = &h->sim->truth.rooms;

	return (json_int_t)(r->n ? r->list[below(&h->sim->rng, (unsigned)r->n)]->id : ROOM_PLENARY);
}

/* One of the last thirty. */
static json_int_t some_line(struct human *h)
{
	const struct chat *c = &h->sim->truth.chat;
	unsigned back;

	if (!c->n)
		return 1;
	back = below(&h->sim->rng, c->n < 30 ? (unsigned)c->n : 30);
	return (json_int_t)c->list[c->n - 1 - back]->id;
}

static json_int_t some_topic(struct human *h)
{
	const struct agenda *a = &h->sim->truth.agenda;

	return a->n ? (json_int_t)a->list[below(&h->sim->rng, (unsigned)a->n)]->id : 1;
}

/* A command about one thing. */
static json_t *about(const char *command, const char *key, json_int_t id)
{
	return json_pack("{s:s, s:I}", "command", command, key, id);
}

static json_t *anybody_does(struct human *h, unsigned what)
{
	uint64_t *rng = &h->sim->rng;

	switch (what) {
	case 0:
		return about("rooms.enter", "room", some_room(h));
	case 1:
		return json_pack("{s:s}", "command",
				 percent(rng, 50) ? "hands.raise" : "hands.lower");
	case 2:
		return json_pack("{s:s, s:I, s:s, s:b}", "command", "chat.react", "line",
				 some_line(h), "kind", reaction_names[1 + below(rng, 6)], "on",
				 percent(rng, 70));
	case 3:
		return json_pack("{s:s, s:I, s:s}", "command", "chat.edit", "line", some_line(h),
				 "text", "said better");
	case 4:
		return about("chat.remove", "line", some_line(h));
	default:
		return json_pack("{s:s, s:I, s:s}", "command", "chat.say", "room",
				 (json_int_t)h->room, "text", "what one says");
	}
}

/* The part of the staff's sixteen that is about rooms, the agenda and notices. */
static json_t *staff_arranges(struct human *h, unsigned what, json_int_t room)
{
	uint64_t *rng = &h->sim->rng;

	switch (what) {
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
		return about("agenda.push", "topic", some_topic(h));
	case 9:
		return json_pack("{s:s, s:s, s:[I]}", "command", "notices.announce", "text", "Hear",
				 "rooms", room);
	case 10:
		return about(percent(rng, 60) ? "rooms.watch" : "rooms.unwatch", "room", room);
	case 11:
		return about(percent(rng, 50) ? "rooms.lock" : "rooms.unlock", "room", room);
	default:
		return about("rooms.close", "room", room);
	}
}

static json_t *staff_does(struct human *h, unsigned what)
{
	uint64_t *rng = &h->sim->rng;
	json_int_t who = somebody(h), room = some_room(h);

	switch (what) {
	case 0:
		return json_pack("{s:s, s:I, s:i, s:s}", "command", "people.mute", "who", who,
				 "minutes", 1, "reason", "off_topic");
	case 1:
		return about("people.unmute", "who", who);
	case 2:
	case 3:
		return json_pack("{s:s, s:I, s:I}", "command", "rooms.move", "who", who, "to",
				 room);
	case 12:
		return about("hands.call", "who", who);
	case 13:
		return percent(rng, 20) ? json_pack("{s:s, s:I, s:s}", "command", "people.remove",
						    "who", who, "reason", "other")
					: json_pack("{s:s, s:s, s:s}", "command", "rooms.open",
						    "title", "HR", "area", "hr");
	case 14:
		return json_pack("{s:s, s:I, s:s}", "command", "people.appoint", "who", who, "role",
				 role_names[ROLE_ATTENDEE + below(rng, 3)]);
	default:
		return staff_arranges(h, what, room);
	}
}

json_t *ask_anything(struct human *h)
{
	bool rules = role_is_staff(h->role) && percent(&h->sim->rng, 40);

	return rules ? staff_does(h, below(&h->sim->rng, 16))
		     : anybody_does(h, below(&h->sim->rng, 14));
}
