/* A session in memory, and a command's road through it: submit queues it, a batch is decided and
 * appended (batch.c), apply reduces what is in the log and tells those who see it. */
#include "server/hub/live.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/crash.h"
#include "server/base/mem.h"
#include "server/base/plant.h"

/* Only for the planted bug: the gate judges a mute at the position of the line. */
static bool is_muted_now(const struct live *l, const struct job *j)
{
	const struct person *who = state_person(&l->state, j->by);

	return who && (command_specs[j->command.type].blocked_by & BLOCKED_MUTED) &&
	       hub_now(l->hub) < who->mute.until;
}

void live_submit_job(struct live *l, const struct job *as)
{
	struct job *j = x_malloc(sizeof(*j));

	crash_at("live.asked");
	*j = *as;
	j->since = hub_now(l->hub);
	if (j->peer)
		j->peer->n_jobs++;
	live_stir(l);
	if (PLANTED(PLANT_MUTE_ON_ARRIVAL) && is_muted_now(l, j))
		job_settle(l, j, ERR_MUTED, 0);
	else if (l->phase == LIVE_BROKEN)
		job_settle(l, j, ERR_DAMAGED, 0);
	else if (l->phase == LIVE_DROPPED)
		job_settle(l, j, ERR_NOT_FOUND, 0);
	else if (l->queue.n >= QUEUE_MAX)
		job_settle(l, j, ERR_UNAVAILABLE, RETRY_MS);
	else
		jobs_add(&l->queue, j);
}

void live_submit(struct live *l, struct command *c, uint64_t by, struct peer *p,
		 void (*done)(void *arg, enum err err), void *arg)
{
	live_submit_job(
		l, &(struct job){ .command = *c, .by = by, .peer = p, .done = done, .arg = arg });
}

/* --- the log speaks ----------------------------------------------------------------------------
 */

/* A log that was empty when we opened it has an epoch since its first event. */
static void note_epoch(struct live *l, const char *epoch)
{
	if (!l->epoch[0])
		snprintf(l->epoch, sizeof(l->epoch), "%s", epoch);
}

/* More was said, which is a number on a card; or who was called on has spoken, which is who is
 * where. */
static bool is_mere_talk(const struct live *l, const struct event *e)
{
	const struct person *who = e->type == EVT_CHAT_SAID ? state_person(&l->state, e->by) : NULL;

	return e->type >= EVT_CHAT_SAID && e->type <= EVT_CHAT_REACTED && !(who && who->called);
}

/* The next event of the log. One that was applied already (ours come twice: as the answer to the
 * append and as a notice) changes nothing. */
void live_apply(struct live *l, const char *epoch, const struct store_record *record)
{
	struct msg *body = record->body;
	struct event e;

	note_epoch(l, epoch);
	if (record->seq <= l->state.seq &&
	    !(PLANTED(PLANT_LATE_APPLIED_TWICE) && l->phase == LIVE_OPEN))
		return;
	if (codec_event(body->text, body->len, &e) != OK)
		e = (struct event){ .seq = record->seq,
				    .at = l->state.at }; /* of a newer version: a place, no more */
	bool talk = is_mere_talk(l, &e);                 /* before it is over */

	l->bytes += body->len;
	crash_at("live.event");
	state_reduce(&l->state, &e);
	crash_at("live.reduced");

	struct msg *wire = e.type && event_specs[e.type].has_private ? codec_write_event(&e, false)
								     : msg_ref(body);
	if (l->phase == LIVE_OPEN) {
		presence_seated(l, &e);
		if (talk)
			digest_said(l);
		else
			digest_stir(l);
		crowd_tell(l, &e, wire);
		crash_at("live.told");
		if (e.type >= EVT_SESSION_OPENED && e.type <= EVT_SESSION_CLOSED)
			directory_put(hub_list(l->hub), &l->state, hub_now(l->hub));
	}
	replay_keep(l, &e, wire);
}

/* --- beginning and end -------------------------------------------------------------------------
 */

bool live_is_idle(const struct live *l)
{
	return l->n_peers == 0 && !l->queue.first && !l->n_bodies && !l->asked && !l->readers;
}

void live_stir(struct live *l)
{
	if (l->stirred)
		return;
	l->stirred = true;
	hub_stir(l->hub, l);
}

#define LOG_OF "s-" /* before the id of its session */

void live_name_log(char log[STORE_LOG_MAX + 1], const char *session)
{
	snprintf(log, STORE_LOG_MAX + 1, LOG_OF "%s", session);
}

const char *live_of_log(const char *log)
{
	return log + strlen(LOG_OF);
}

struct live *live_new(struct hub *h, const char *id)
{
	struct live *l = x_calloc(1, sizeof(*l));

	l->hub = h;
	snprintf(l->id, sizeof(l->id), "%s", id);
	live_name_log(l->log, id);
	l->idle_since = hub_now(h);
	store_follow(hub_store(h), l->log, 0);
	return l;
}

void live_free(struct live *l)
{
	batch_forget(l);
	jobs_again(l);
	for (struct job *j; (j = jobs_take(&l->queue));)
		job_drop(j);
	readers_free(&l->readers);
	state_free(&l->state);
	replay_clear(l);
	elsewhere_free(l);
	presence_free(l);
	limits_fini(&l->room_lines);
	crowd_free(l);
	cache_clear(&l->views);
	digest_clear(l);
	free(l);
}
