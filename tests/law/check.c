#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/law/law.h"

/* Each person who is seated sits in exactly one room, once; counts are right. */
bool check_seats(const struct state *s, char *why)
{
	size_t seated = 0, sitting = 0;

	for (size_t i = 0; i < s->rooms.n; i++) {
		const struct room *r = s->rooms.list[i];

		sitting += r->seated;
		for (size_t j = 0; j < r->seated; j++) {
			const struct person *p = r->here[j];

			if (!p->seated || p->room != r->id || p->place != j) {
				snprintf(why, WHY, "%" PRIu64 " is wrongly in room %" PRIu64, p->id,
					 r->id);
				return false;
			}
		}
		if (r->seated && (r->closed || r->id == ROOM_CHANNEL)) {
			snprintf(why, WHY, "somebody sits in room %" PRIu64, r->id);
			return false;
		}
	}
	for (size_t i = 0; i < s->people.n; i++)
		seated += s->people.list[i]->seated;
	if (seated == sitting && seated == s->people.seated)
		return true;
	snprintf(why, WHY, "%zu are seated, %zu sit in rooms, %zu are counted", seated, sitting,
		 s->people.seated);
	return false;
}

bool check_capacity(const struct state *s, char *why)
{
	for (size_t i = 0; i < s->rooms.n; i++) {
		const struct room *r = s->rooms.list[i];

		if (r->capacity && r->seated > r->capacity) {
			snprintf(why, WHY, "room %" PRIu64 " is overfull", r->id);
			return false;
		}
	}
	return true;
}

/* Once there was an organizer there is one, who may have left but was not removed. */
bool check_organizer(const struct state *s, char *why)
{
	for (size_t i = 0; i < s->people.n; i++)
		if (s->people.list[i]->role == ROLE_ORGANIZER && !s->people.list[i]->removed)
			return true;
	snprintf(why, WHY, "there is no organizer any more");
	return false;
}

/* The shape of the event, what is private in it, and who may not have done it. */
bool check_event(const struct state *before, const struct event *e, char *why)
{
	static const char *const around[] = { "event", "seq", "at", "by", "name", "school", "n" };
	const struct person *p = state_person(before, e->by);
	struct msg *sent = codec_write_event(e, false);
	struct msg *stored = codec_write_event(e, true);
	json_t *fields = json_loads(stored->text, JSON_REJECT_DUPLICATES, NULL);
	bool ok;

	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++)
		json_object_del(fields, around[i]);
	ok = codec_check(event_specs[e->type].fields, fields, why, WHY);
	json_decref(fields);
	msg_unref(&stored);
	if (ok && strstr(sent->text, "\"sub\":")) {
		snprintf(why, WHY, "what is private is sent: %s", sent->text);
		ok = false;
	}
	msg_unref(&sent);
	if (ok && e->at < before->at) {
		snprintf(why, WHY, "time goes back");
		ok = false;
	}
	if (ok && p && e->at < p->mute.until &&
	    (e->type == EVT_CHAT_SAID || e->type == EVT_CHAT_EDITED)) {
		snprintf(why, WHY, "somebody who is muted spoke");
		ok = false;
	}
	return ok;
}

/* Nobody is sent what happened in rooms they do not read. */
bool check_sent(const struct state *after, const struct event *e, char *why)
{
	bool of_room = event_specs[e->type].audience == AUDIENCE_ROOM;

	for (size_t i = 0; i < after->people.n; i++) {
		const struct person *p = after->people.list[i];
		bool reads = !of_room || p->id == e->by || p->room == event_room(e) ||
			     memmem(p->watches, p->n_watches * sizeof(*p->watches),
				    &(uint64_t){ event_room(e) }, sizeof(uint64_t)) ||
			     (event_room(e) == ROOM_CHANNEL && role_is_staff(p->role));
		bool may = event_specs[e->type].audience != AUDIENCE_STAFF || p->id == e->by ||
			   role_is_staff(p->role);

		if (view_sees(after, p, e) && (!reads || !may || (!p->seated && p->id != e->by))) {
			snprintf(why, WHY, "%" PRIu64 " sees %s", p->id, event_specs[e->type].name);
			return false;
		}
	}
	return true;
}

static bool check_text(const struct shape *shape, const char *text, const char *without, char *why)
{
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	bool ok;

	if (without)
		json_object_del(json, without);
	ok = codec_check(shape, json, why, WHY);
	json_decref(json);
	return ok;
}

/* Its shape; all it has of rooms is of rooms that the person reads. */
bool check_view(const struct state *s, const struct person *p, char *why)
{
	struct text you = { 0 }, rest = { 0 };
	char *whole = step_view(s, p);
	bool ok = check_text(&view_shape, whole, NULL, why);

	view_you(s, p, &you);
	view_rest(s, p, &rest);
	if (ok && (strlen(whole) != you.len + rest.len || strcmp(whole + you.len, rest.s) != 0 ||
		   strncmp(whole, you.s, you.len) != 0)) {
		snprintf(why, WHY, "a view is not you and the rest");
		ok = false;
	}
	if (ok && strstr(whole, "\"sub\":")) {
		snprintf(why, WHY, "a ticket is in a view");
		ok = false;
	}
	if (ok && strstr(whole, "\"sub")) { /* as ours are called; fuzzed words may be, too */
		snprintf(why, WHY, "whom a ticket is about is in a view");
		ok = false;
	}
	text_free(&you);
	text_free(&rest);
	free(whole);
	return ok;
}

static bool is_away(void *arg, uint64_t id)
{
	return (*(uint64_t *)arg + id) % 3 == 0;
}

bool check_digest(const struct state *s, const struct person *p, uint64_t *seed, char *why)
{
	uint64_t luck = chance(seed) % 3;
	struct text t = { 0 };
	bool ok;

	view_digest(s, p, is_away, &luck, &t);
	ok = check_text(shape_of_told(SIG_DIGEST), t.s, "signal", why);
	text_free(&t);
	return ok;
}

bool check_answer(const struct state *s, const struct person *p, uint64_t *seed, char *why)
{
	struct upward up;
	struct text t = { 0 };
	enum err err;
	bool ok = true;

	ask_query(s, seed, &up);
	err = gate_answer(s, p->id, &up.query, &t);
	if (!err) {
		ok = check_text(shape_of_answer(up.query.type), t.s, NULL, why);
	} else if (t.len) {
		snprintf(why, WHY, "a refusal leaves words behind");
		ok = false;
	}
	text_free(&t);
	upward_free(&up);
	return ok;
}

/* People of one sight have one rest of the view. */
bool check_sights(const struct state *s, uint64_t *seed, char *why)
{
	const struct person *a = state_person(s, random_person(s, seed));
	const struct person *b = state_person(s, random_person(s, seed));
	struct text x = { 0 }, y = { 0 };
	bool ok = true;

	if (a && b && view_same_sight(a, b)) {
		view_rest(s, a, &x);
		view_rest(s, b, &y);
		ok = strcmp(x.s, y.s) == 0;
	}
	text_free(&x);
	text_free(&y);
	if (!ok)
		snprintf(why, WHY, "two of one sight see different things");
	return ok;
}
