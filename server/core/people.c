#include <stdlib.h>
#include <string.h>

#include "protocol/gen/dispatch.h"
#include "server/base/mem.h"
#include "server/core/areas.h"
#include "server/core/view.h"

#define MINUTE 60000 /* ms */

bool people_ticket_is_old(const struct person *p, int64_t issued)
{
	return issued < p->issued;
}

/* Somebody else may hold it by now (ASVS 5.0, 7.3.1). Staff have nothing but the link they were
 * sent, and who comes to read what was said may do nothing else. */
static bool was_away_too_long(const struct state *s, const struct person *p, int64_t issued,
			      int64_t now)
{
	return s->session.phase != PHASE_CLOSED && !p->seated && !role_is_staff(p->role) &&
	       issued < p->left && now - p->left >= (int64_t)LIMIT_TICKET_IDLE_MINUTES * MINUTE;
}

/* Is this ticket worth anything for somebody who is known? */
static enum err judge_ticket(const struct state *s, const struct person *p, int64_t issued,
			     int64_t now)
{
	if (p->removed)
		return ERR_REMOVED;
	if (people_ticket_is_old(p, issued) || was_away_too_long(s, p, issued, now))
		return ERR_UNAUTHORIZED;
	return p->seated && issued == p->issued ? ERR_CONFLICT : OK;
}

/* Joining. Somebody new is called by the seq of this event, and is its actor; somebody who had left
 * comes back as who they were. Nobody is refused for what others did in the same batch, but for the
 * last seats of a session. */
enum err decide_people_join(const struct state *s, const struct person *who,
			    const struct command *cmd, struct event *out)
{
	const struct people_join *c = &cmd->people_join;
	const struct person *known = state_person_by_sub(s, c->sub);
	enum err err = known ? judge_ticket(s, known, c->issued, out->at) : OK;

	(void)who;
	if (err)
		return err;
	if (!known && c->role == ROLE_WAITING)
		return ERR_FORBIDDEN; /* they would sit among the others, and read */
	if (s->people.seated >= LIMIT_PEOPLE && !(known && known->seated))
		return ERR_FULL;
	if (known) {
		out->type = EVT_PEOPLE_RETURNED;
		out->people_returned.issued = c->issued;
		out->by = known->id;
		out->name = known->name;
		out->school = known->school;
		return OK;
	}
	out->type = EVT_PEOPLE_JOINED;
	out->by = out->seq;
	out->name = c->name;
	out->school = c->school;
	out->people_joined = (struct people_joined){
		.sub = c->sub,
		.job = c->job,
		.area = c->area,
		.language = c->language,
		.role = s->session.phase == PHASE_CLOSED ? ROLE_OBSERVER : c->role,
		.issued = c->issued,
	};
	return OK;
}

void reduce_people_joined(struct state *s, const struct event *e)
{
	const struct people_joined *j = &e->people_joined;
	bool closed = s->session.phase == PHASE_CLOSED;
	struct person *p;

	if (!s->session.id || e->by != e->seq || (j->sub && state_person_by_sub(s, j->sub)))
		return;
	p = x_calloc(1, sizeof(*p));
	*p = (struct person){
		.id = e->seq,
		.sub = x_strdup(j->sub),
		.name = x_strdup(or_erased(e->name)),
		.school = x_strdup(or_erased(e->school)),
		.job = x_strdup(j->job),
		.area = x_strdup(j->area),
		.folded = people_fold(or_erased(e->name), or_erased(e->school), j->job),
		.language = j->language,
		.role = closed ? ROLE_OBSERVER : j->role,
		.issued = j->issued,
	};
	s->people.list = x_grow(s->people.list, s->people.n, sizeof(struct person *));
	s->people.list[s->people.n++] = p;
	if (p->sub)
		HASH_ADD_KEYPTR(hh, s->people.by_sub, p->sub, strlen(p->sub), p);
	state_seat(s, p, rooms_place(s, p), e->seq);
}

void reduce_people_returned(struct state *s, const struct event *e)
{
	struct person *p = state_person(s, e->by);

	if (!p || p->removed)
		return;
	if (e->people_returned.issued > p->issued)
		p->issued = e->people_returned.issued;
	if (!p->seated)
		state_seat(s, p, rooms_place(s, p), e->seq);
}

enum err decide_people_leave(const struct state *s, const struct person *who,
			     const struct command *cmd, struct event *out)
{
	(void)s, (void)cmd;
	out->type = EVT_PEOPLE_LEFT;
	out->people_left = (struct people_left){ .who = who->id };
	return OK;
}

enum err decide_people_expire(const struct state *s, const struct person *who,
			      const struct command *cmd, struct event *out)
{
	const struct person *away = state_person(s, cmd->people_expire.who);

	(void)who;
	if (!away || !away->seated)
		return ERR_NOT_FOUND;
	out->type = EVT_PEOPLE_LEFT;
	out->people_left = (struct people_left){ .who = away->id };
	return OK;
}

/* They are not turned: this event is the last they hear. */
void reduce_people_left(struct state *s, const struct event *e)
{
	struct person *p = state_person(s, e->people_left.who);

	if (!p || !p->seated)
		return;
	p->left = e->at;
	state_unseat(s, p);
}

static size_t count_organizers(const struct state *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->people.n; i++)
		n += !s->people.list[i]->removed && s->people.list[i]->role == ROLE_ORGANIZER;
	return n;
}

enum err decide_people_appoint(const struct state *s, const struct person *who,
			       const struct command *cmd, struct event *out)
{
	const struct people_appoint *c = &cmd->people_appoint;
	const struct person *p = state_person(s, c->who);

	(void)who;
	if (c->role == ROLE_WAITING)
		return ERR_BAD_REQUEST;
	if (c->role == p->role)
		return ERR_CONFLICT;
	if (p->role == ROLE_ORGANIZER && count_organizers(s) == 1)
		return ERR_FORBIDDEN; /* somebody must be able to appoint */
	out->type = EVT_PEOPLE_APPOINTED;
	out->people_appointed = (struct people_appointed){ .who = p->id, .role = c->role };
	return OK;
}

void reduce_people_appointed(struct state *s, const struct event *e)
{
	struct person *p = state_person(s, e->people_appointed.who);

	if (!p || p->removed)
		return;
	p->role = e->people_appointed.role;
	if (!role_is_staff(p->role))
		rooms_unwatch_all(s, p);
	state_turn(s, p, e->seq);
}

enum err decide_people_mute(const struct state *s, const struct person *who,
			    const struct command *cmd, struct event *out)
{
	const struct people_mute *c = &cmd->people_mute;

	(void)s, (void)who;
	out->type = EVT_PEOPLE_MUTED;
	out->people_muted = (struct people_muted){
		.who = c->who,
		.minutes = c->minutes,
		.reason = c->reason,
		.note = c->note,
	};
	return OK;
}

static void lift_mute(struct person *p)
{
	free(p->mute.note);
	p->mute = (struct mute){ 0 };
}

void reduce_people_muted(struct state *s, const struct event *e)
{
	const struct people_muted *m = &e->people_muted;
	struct person *p = state_person(s, m->who);

	if (!p || p->removed || !state_person(s, e->by))
		return;
	lift_mute(p);
	p->mute = (struct mute){
		.until = e->at + (int64_t)m->minutes * MINUTE,
		.by = e->by,
		.reason = m->reason,
		.note = x_strdup(m->note),
	};
	state_turn(s, p, e->seq);
}

enum err decide_people_unmute(const struct state *s, const struct person *who,
			      const struct command *cmd, struct event *out)
{
	const struct person *p = state_person(s, cmd->people_unmute.who);

	(void)who;
	if (p->mute.until <= out->at)
		return ERR_CONFLICT;
	out->type = EVT_PEOPLE_UNMUTED;
	out->people_unmuted = (struct people_unmuted){ .who = p->id };
	return OK;
}

void reduce_people_unmuted(struct state *s, const struct event *e)
{
	struct person *p = state_person(s, e->people_unmuted.who);

	if (!p || !p->mute.until)
		return;
	lift_mute(p);
	state_turn(s, p, e->seq);
}

enum err decide_people_remove(const struct state *s, const struct person *who,
			      const struct command *cmd, struct event *out)
{
	const struct people_remove *c = &cmd->people_remove;

	(void)s, (void)who;
	out->type = EVT_PEOPLE_REMOVED;
	out->people_removed = (struct people_removed){
		.who = c->who,
		.reason = c->reason,
		.note = c->note,
	};
	return OK;
}

/* Who and why stays in the log; the state only has to keep them out. */
void reduce_people_removed(struct state *s, const struct event *e)
{
	struct person *p = state_person(s, e->people_removed.who);

	if (!p || p->removed)
		return;
	state_unseat(s, p);
	p->removed = true;
	state_turn(s, p, e->seq);
}

void people_spoke(struct state *s, struct person *p, uint64_t room, uint64_t seq)
{
	if (!p->called)
		return;
	p->called = 0;
	for (size_t i = 0; i < s->people.n; i++) {
		struct person *staff = s->people.list[i];

		if (staff->seated && role_is_staff(staff->role) && !view_reads(staff, room))
			state_turn(s, staff, seq);
	}
}
