/* One kind of event, the last for a session wins: entries.c keeps them. The truth is in the
 * session's own log; an entry that could not be put is put again, and whoever loads the session
 * puts right what was lost. */
#include "server/hub/directory.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/crash.h"
#include "server/base/log.h"
#include "server/base/mem.h"

#define RETRY_MS 500

struct directory {
	struct store *store;
	struct entry *entries;
	struct entry *coming; /* what takes their place when it is all there: until live */
	unsigned begun;       /* how often the list was */
	bool was_read;        /* once: the entries are there */
	uint64_t seq;
	char epoch[STORE_EPOCH_MAX + 1];
	bool is_live;
	bool is_broken;      /* what was read is all there is, and what is put stays here */
	struct msg *put;     /* under way */
	uint64_t put_seq;    /* where: seq may go past it before the answer comes */
	bool asked;          /* the store has it */
	bool forgotten;      /* its session was dropped since: it is not put again */
	struct entry *wants; /* entries to put, in order; the newest for each session */
	int64_t now, retry_at;
};

struct directory *directory_new(struct store *store)
{
	struct directory *d = x_calloc(1, sizeof(*d));

	d->store = store;
	store_follow(store, DIRECTORY_LOG, 0);
	return d;
}

void directory_free(struct directory *d)
{
	if (!d)
		return;
	entries_free(&d->entries);
	entries_free(&d->coming);
	entries_free(&d->wants);
	msg_unref(&d->put);
	free(d);
}

/* The list as its log says, up to where we have read it. */
static struct entry **newest(struct directory *d)
{
	return d->is_live ? &d->entries : &d->coming;
}

/* Of a session that was dropped an erased entry is left. */
static void leave_out(struct directory *d, struct entry **list, const char *session)
{
	struct entry *e = entries_find(*list, session);

	if (!e)
		return;
	entries_drop(list, e);
	d->begun += list == &d->entries;
}

/* While it is read anew, which each erasure in it leads to, people are shown what was read before.
 */
static void all_has_come(struct directory *d)
{
	if (d->is_live)
		return;
	entries_free(&d->entries);
	d->entries = d->coming;
	d->coming = NULL;
	d->begun++;
	d->is_live = d->was_read = true;
}

static void apply(struct directory *d, uint64_t seq, const struct msg *body)
{
	struct event e;

	if (seq != d->seq + 1)
		return;
	d->seq = seq;
	if (codec_event(body->text, body->len, &e) != OK)
		return;
	if (e.type == EVT_DIRECTORY_PUT && e.directory_put.title) {
		entries_keep(newest(d), &e);
		return;
	}
	if (e.type == EVT_DIRECTORY_PUT)
		leave_out(d, newest(d), e.directory_put.session);
	event_free(&e);
}

/* --- putting ------------------------------------------------------------------------------------
 */

/* The first want is done, unless a newer one took its place while it was under way. */
static void put_done(struct directory *d)
{
	struct entry *want = d->wants;
	const struct entry *now =
		want ? entries_find(d->entries, want->event.directory_put.session) : NULL;

	if (now && entry_is_same(&now->event, &want->event))
		entries_drop(&d->wants, want);
}

/* Sessions go on without the list: what of it was sound is served, and what is new is known to this
 * instance only, until somebody has repaired it and we begin again. */
static void broken(struct directory *d, const char *why)
{
	all_has_come(d);
	log_error("directory.broken", "entries=%u why=%s", HASH_COUNT(d->entries), why);
	d->is_broken = true;
	entries_move(&d->entries, &d->wants);
	if (!d->asked)
		msg_unref(&d->put);
}

/* Another log than the one we know answers: the store will tell us of it, and we read it anew. */
static bool is_of_another(const struct directory *d, const struct store_answer *answer)
{
	return !d->is_live || (d->epoch[0] && strcmp(d->epoch, answer->epoch) != 0);
}

static void apply_answer(struct directory *d, const struct store_answer *answer)
{
	snprintf(d->epoch, sizeof(d->epoch), "%s", answer->epoch);
	if (answer->err == OK)
		apply(d, d->put_seq, d->put);
	for (size_t i = 0; i < answer->n_records; i++)
		apply(d, answer->records[i].seq, answer->records[i].body);
}

static void on_done(void *arg, const struct store_answer *answer)
{
	struct directory *d = arg;

	crash_at("directory.answered");
	d->asked = false;
	if (d->is_broken) {
		msg_unref(&d->put);
		return;
	}
	if (answer->err == ERR_DAMAGED) {
		store_unfollow(d->store, DIRECTORY_LOG);
		msg_unref(&d->put);
		broken(d, "An append found it so.");
		return;
	}
	if (answer->err == ERR_UNKNOWN && d->is_live && !d->forgotten) {
		d->retry_at = d->now + RETRY_MS; /* the same bytes at the same position */
		return;
	}
	if ((answer->err != OK && answer->err != ERR_CONFLICT) || is_of_another(d, answer)) {
		log_warn("directory.refused", "err=%s", err_names[answer->err]);
		d->retry_at = d->now + RETRY_MS;
		msg_unref(&d->put);
		return;
	}
	apply_answer(d, answer);
	put_done(d);
	msg_unref(&d->put);
	directory_turn(d, d->now);
}

int64_t directory_turn(struct directory *d, int64_t now)
{
	d->now = now;
	if (!d->is_live || !d->wants || d->asked)
		return 0;
	if (now < d->retry_at)
		return d->retry_at;
	if (!d->put) {
		d->put_seq = d->wants->event.seq = d->seq + 1;
		d->wants->event.at = now;
		d->put = codec_write_event(&d->wants->event, true);
	}
	d->asked = true;
	d->forgotten = false;
	store_append(d->store, DIRECTORY_LOG, d->epoch, d->put_seq, &d->put, 1, on_done, d);
	crash_at("directory.putting");
	return 0;
}

void directory_notice(struct directory *d, const struct store_notice *notice, int64_t now)
{
	switch (notice->news) {
	case STORE_EVENT:
		apply(d, notice->record.seq, notice->record.body);
		break;
	case STORE_LIVE:
		snprintf(d->epoch, sizeof(d->epoch), "%s", notice->epoch);
		all_has_come(d);
		directory_turn(d, now);
		break;
	case STORE_RESET:
		store_unfollow(d->store, DIRECTORY_LOG);
		entries_free(&d->coming);
		d->seq = 0;
		d->epoch[0] = '\0';
		if (!d->asked)
			msg_unref(&d->put); /* its outcome was unknown; it is put anew */
		d->is_live = false;
		store_follow(d->store, DIRECTORY_LOG, 0);
		break;
	case STORE_BROKEN:
		broken(d, notice->why);
		break;
	case STORE_DROPPED:
		broken(d, "It was dropped."); /* nobody does */
		break;
	case STORE_SIGNAL:
		break;
	}
}

void directory_put(struct directory *d, const struct state *s, int64_t now)
{
	enum language languages[LANGUAGE_COUNT];
	struct event e = { .type = EVT_DIRECTORY_PUT,
			   .seq = 1,
			   .directory_put = entry_of(s, languages) },
		     own;
	struct entry *known = s->session.id ? entries_find(d->wants, s->session.id) : NULL;

	if (!s->session.id)
		return; /* it was opened by a newer version, in a way that we do not know */
	if (!known)
		known = entries_find(*newest(d), s->session.id);
	if (known && entry_is_same(&known->event, &e))
		return;
	struct msg *m = codec_write_event(&e, true);
	if (codec_event(m->text, m->len, &own) == OK) /* with texts of its own */
		entries_keep(d->is_broken ? &d->entries : &d->wants, &own);
	msg_unref(&m);
	directory_turn(d, now);
}

void directory_leave_out(struct directory *d, const char *session)
{
	leave_out(d, &d->entries, session);
}

void directory_forget(struct directory *d, const char *session)
{
	struct entry *want = entries_find(d->wants, session);

	if (!want)
		return;
	if (want == d->wants && d->asked)
		d->forgotten = true;
	else if (want == d->wants)
		msg_unref(&d->put);
	entries_drop(&d->wants, want);
}

/* --- reading ------------------------------------------------------------------------------------
 */

const struct entry *directory_find(const struct directory *d, const char *session)
{
	return entries_find(d->entries, session);
}

const struct entry *directory_next(const struct directory *d, const struct entry *e)
{
	return e ? e->hh.next : d->entries;
}

unsigned directory_begun(const struct directory *d)
{
	return d->begun;
}

void directory_end(struct directory *d)
{
	d->is_live = d->was_read = false;
}

bool directory_was_read(const struct directory *d)
{
	return d->was_read;
}

bool directory_is_live(const struct directory *d)
{
	return d->is_live;
}

bool directory_is_broken(const struct directory *d)
{
	return d->is_broken;
}

bool directory_is_idle(const struct directory *d)
{
	return !d->wants && !d->asked;
}
