#include "server/core/gate.h"

#include "server/base/plant.h"

#include "protocol/gen/dispatch.h"

static bool has_role(unsigned roles, const struct person *p)
{
	return (roles & (1u << p->role)) != 0;
}

/* Belongs to the session now. */
static enum err ask_member(const struct person *who)
{
	if (!who)
		return ERR_UNAUTHORIZED;
	if (who->removed)
		return ERR_REMOVED;
	return who->seated ? OK : ERR_UNAUTHORIZED;
}

/* Whom it is about: is there, not removed, and of lower rank where that is asked. */
static enum err ask_target(const struct state *s, const struct person *who, const struct command *c)
{
	const struct command_spec *spec = &command_specs[c->type];
	const struct person *about;

	if (!spec->who_offset)
		return OK;
	about = state_person(s, command_who(c));
	if (!about || about->removed)
		return ERR_NOT_FOUND;
	if (spec->target == TARGET_LOWER && role_ranks[about->role] >= role_ranks[who->role])
		return ERR_FORBIDDEN;
	return OK;
}

static enum err ask_restrictions(const struct state *s, const struct person *who,
				 const struct command *c, int64_t at, struct verdict *verdict)
{
	unsigned blocked_by = command_specs[c->type].blocked_by;
	const struct room *room;

	if ((blocked_by & BLOCKED_MUTED) && at < who->mute.until &&
	    !PLANTED(PLANT_MUTE_ON_ARRIVAL)) {
		verdict->retry_ms = who->mute.until - at;
		return ERR_MUTED;
	}
	room = blocked_by & BLOCKED_LOCKED ? state_room(s, command_room(c)) : NULL;
	if (room && room->locked && !room->closed && !role_is_staff(who->role))
		return ERR_LOCKED;
	return OK;
}

static enum err ask_phase(const struct state *s, const struct command *c)
{
	if (!s->session.id)
		return c->type == CMD_SESSION_OPEN ? OK : ERR_NOT_FOUND;
	return command_specs[c->type].phases & (1u << s->session.phase) ? OK : ERR_CLOSED;
}

/* All that is asked of a person; the server skips it, and may ask only what no person may. */
static enum err ask_person(const struct state *s, const struct person *who, const struct command *c,
			   int64_t at, struct verdict *verdict)
{
	enum err err = ask_member(who);

	if (err)
		return err;
	if (!has_role(command_specs[c->type].roles, who))
		return ERR_FORBIDDEN;
	err = ask_target(s, who, c);
	if (err)
		return err;
	return ask_restrictions(s, who, c, at, verdict);
}

/* The event as far as it is known before the area decides: it may ask out for seq and at. */
static void begin(struct event *out, const struct person *who, const struct command *c,
		  uint64_t seq, int64_t at)
{
	out->type = 0;
	out->seq = seq;
	out->at = at;
	out->by = who ? who->id : 0;
	out->name = who ? who->name : NULL;
	out->school = who ? who->school : NULL;
	out->n = c->n;
	out->json = NULL;
	out->lists = NULL;
}

enum err gate_decide(const struct state *s, uint64_t by, const struct command *c, uint64_t seq,
		     int64_t now, struct event *out, struct verdict *verdict)
{
	const struct person *who = by ? state_person(s, by) : NULL;
	int64_t at = now > s->at ? now : s->at;
	enum err err;

	*verdict = (struct verdict){ .already = state_taken(s, by, c->n) };
	if (verdict->already)
		return OK;
	if (by)
		err = ask_person(s, who, c, at, verdict);
	else
		err = command_specs[c->type].roles ? ERR_FORBIDDEN : OK;
	if (!err)
		err = ask_phase(s, c);
	if (err)
		return err;
	begin(out, who, c, seq, at);
	return decide[c->type](s, who, c, out);
}

enum err gate_answer(const struct state *s, uint64_t by, const struct query *q, struct text *out)
{
	const struct person *who = state_person(s, by);
	enum err err = ask_member(who);
	size_t before = out->len;

	if (err)
		return err;
	if (!has_role(query_specs[q->type].roles, who))
		return ERR_FORBIDDEN;
	text_object(out, NULL);
	err = answer[q->type](s, who, q, out);
	if (err) {
		out->len = before;
		out->s[before] = '\0';
		return err;
	}
	text_object_end(out);
	return OK;
}
