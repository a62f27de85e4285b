/* The people's way in and out of a session: hello, the seat, the view or what was missed, the end.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "server/base/crash.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/hub/live.h"

void hub_send_away(struct peer *p, enum err err, int64_t retry_ms)
{
	if (p->leaving)
		return;
	if (err == ERR_UNAUTHORIZED || err == ERR_REMOVED)
		log_info("person.refused", "why=%s log=%s by=%" PRIu64, err_names[err],
			 p->live->log, p->person);
	peer_error(p, err, NULL, 0);
	if (err == ERR_REMOVED)
		peer_bye(p, BYE_REMOVED, -1);
	else if (err == ERR_NOT_FOUND)
		peer_bye(p, BYE_GONE, -1);
	else if (err == ERR_UNAUTHORIZED)
		peer_bye(p, BYE_EXPIRED, -1);
	else
		peer_bye(p, BYE_UNAVAILABLE, err == ERR_UNAVAILABLE ? retry_ms : -1);
}

void hub_refuse(struct peer *p, enum err err)
{
	hub_send_away(p, err, RETRY_MS);
}

/* Of the commands the client still waits for, those that are in the log. */
static void keep_taken(const struct live *l, struct peer *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_asked; i++)
		if (state_taken(&l->state, p->person, p->asked[i]))
			p->asked[n++] = p->asked[i];
	p->n_asked = n;
}

/* A screen never goes back: whoever has seen more than we have yet waits until we have seen it too.
 */
static bool is_ahead(const struct live *l, const struct peer *p)
{
	return p->resumes && strcmp(p->epoch, l->epoch) == 0 && p->after > l->state.seq;
}

static void wait(struct live *l, struct peer *p)
{
	if (!p->waits_since)
		p->waits_since = hub_now(l->hub);
	p->waits = true;
	DL_APPEND2(l->waiting, p, prev_waiting, next_waiting);
}

void hub_stop_waiting(struct live *l, struct peer *p)
{
	if (p->waits)
		DL_DELETE2(l->waiting, p, prev_waiting, next_waiting);
	p->waits = false;
}

static bool waits_too_long(const struct live *l, const struct peer *p)
{
	return p && hub_now(l->hub) - p->waits_since >= ANSWER_MS;
}

/* When there is more than they waited for last, or the first has waited for too long: they came in
 * that order, and wait on in it. */
void hub_admit_waiting(struct live *l)
{
	struct peer *list = l->waiting, *p, *next;
	bool stays = l->waited_seq == l->state.seq && !hub_is_draining(l->hub);

	if (stays && !waits_too_long(l, l->waiting))
		return;
	l->waited_seq = l->state.seq;
	l->waiting = NULL;
	DL_FOREACH_SAFE2(list, p, next, next_waiting)
	{
		p->waits = false;
		if (is_ahead(l, p) && waits_too_long(l, p))
			hub_refuse(p, ERR_UNAVAILABLE);
		else
			hub_admit(l, p);
	}
}

/* Those who were sent away do not count, though their connections end later. What another instance
 * told may be old: who is refused for its sake may come again when it would be known to be gone. */
static bool has_too_many(const struct present *here)
{
	size_t n = here ? here->n_elsewhere : 0;

	for (const struct peer *p = here ? here->peers : NULL; p; p = p->next_of_person)
		n += !p->leaving;
	return n >= LIMIT_PEOPLE_DEVICES;
}

void hub_admit(struct live *l, struct peer *p)
{
	const struct person *who = state_person_by_sub(&l->state, p->sub);
	const struct present *here = who ? presence_of(l, who->id) : NULL;

	if (p->leaving)
		return;
	if (hub_is_draining(l->hub)) {
		peer_bye(p, BYE_DRAINING, RETRY_MS);
		return;
	}
	if (is_ahead(l, p)) {
		wait(l, p);
		return;
	}
	if (!who || !who->seated) {
		hub_refuse(p, who && who->removed ? ERR_REMOVED : ERR_UNAVAILABLE);
		return;
	}
	if (people_ticket_is_old(who, p->issued)) {
		hub_refuse(p, ERR_UNAUTHORIZED);
		return;
	}
	if (has_too_many(here)) {
		peer_bye(p, BYE_TOO_MANY, here->n_elsewhere ? ELSEWHERE_DEAD_MS : -1);
		return;
	}
	presence_enter(l, p, who->id);
	crowd_enter(l, p, who);
	keep_taken(l, p);
	crash_at("door.seated");
	if (replay_to(l, p, who)) {
		peer_told(p);
		digest_to(l, p, who);
	} else {
		crowd_due(l, p);
	}
}

static enum err join_command(const struct guest *g, struct command *out)
{
	struct blame blame;
	json_t *json =
		json_pack("{s:s, s:s, s:s, s:s, s:s*, s:s*, s:s, s:s, s:I}", "command",
			  "people.join", "sub", g->sub, "name", g->name, "school", g->school, "job",
			  g->job, "area", g->area, "language", language_names[g->language], "role",
			  role_names[g->role], "issued", (json_int_t)g->issued);

	return json ? codec_command(json, out, &blame) : ERR_BAD_REQUEST;
}

static void remember(struct peer *p, const struct guest *g, const struct hello *hello)
{
	p->sub = x_strdup(g->sub);
	p->expires = g->expires;
	p->issued = g->issued;
	p->resumes = hello->epoch && hello->after;
	p->after = hello->after;
	snprintf(p->epoch, sizeof(p->epoch), "%s", hello->epoch ? hello->epoch : "");
	for (size_t i = 0; i < hello->n_pending; i++)
		peer_tell_later(p, hello->pending[i]);
}

void hub_hello(struct hub *h, struct peer *p, const struct guest *g, const struct hello *hello)
{
	struct live *l = hub_wake_up(h, g->session);
	const struct person *who;
	struct command c;

	p->live = l;
	l->n_peers++;
	hub_counts(h)->peers++;
	remember(p, g, hello);
	wheel_put(hub_wheel(h), p);
	crash_at("door.hello");
	live_stir(l);
	who = l->phase == LIVE_OPEN ? state_person_by_sub(&l->state, g->sub) : NULL;
	if (hub_is_draining(h))
		peer_bye(p, BYE_DRAINING, RETRY_MS);
	else if (who && who->seated && g->issued <= who->issued)
		hub_admit(l, p);
	else if (join_command(g, &c) == OK)
		live_submit(l, &c, 0, p, NULL, NULL);
	else
		hub_refuse(p, ERR_UNAUTHORIZED);
}

/* Who lost events gets a view; who lost no more than a digest gets that. */
void hub_writable(struct hub *h, struct peer *p)
{
	struct live *l = p->live;

	(void)h;
	if (!l || !p->person || p->leaving)
		return;
	if (p->behind) {
		p->behind = false;
		p->due_view = false; /* queued anew */
		crowd_due(l, p);
	} else if (!p->due_view) {
		digest_to(l, p, state_person(&l->state, p->person));
	}
}

void hub_gone(struct hub *h, struct peer *p)
{
	struct live *l = p->live;

	if (!l)
		return;
	for (size_t i = 0; p->due_view && i < l->n_due; i++)
		if (l->due[i] == p)
			l->due[i] = NULL;
	replay_note(l, p);
	crowd_leave(p);
	hub_stop_waiting(l, p);
	wheel_take(hub_wheel(h), p);
	crash_at("door.gone");
	if (p->person)
		presence_leave(l, p);
	jobs_forget(l, p);
	l->n_peers--;
	hub_counts(h)->peers--;
	live_stir(l);
	msg_unref(&p->digest);
	free(p->sub);
	p->sub = NULL;
	peer_told(p);
	p->live = NULL;
}
