/* What leaves the logs for ever, because an operator or the clock says so.
 *
 * The words of a line, and with them those of its edits and of whoever quoted it: each of these
 * records becomes its own stub. The line goes first: its log has another epoch then, so that nobody
 * who was about to quote it can, and what was said before that is found.
 *
 * Or a whole session. Its log goes first: nobody who loads it finds anything then, and nothing is
 * put of it into the list any more. What the list says of it is erased in the same way as words. */
#include "server/hub/live.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/log.h"
#include "server/base/mem.h"

#define AT_ONCE 8 /* stubs on their way; each may cost a copy of the log */

struct stub {
	uint64_t seq;
	struct msg *body;
};

struct erasing {
	struct hub *hub;
	char session[sizeof(((struct live *)0)->id)];
	char log[STORE_LOG_MAX + 1]; /* that is looked through */
	const char *why;             /* of a whole session, else NULL */
	uint64_t line;               /* 0: of a whole session */
	uint64_t next;               /* the record to look at next; 0: all were */
	struct stub *stubs;          /* to be put into the log */
	size_t n_stubs, n_put, n_asked, n;
	enum err err; /* of the first that was refused */
	hub_erased_fn done;
	void *arg;
};

/* Is this text there? Then it is not any more. */
static bool drop(const char **text)
{
	bool was_there = *text != NULL;

	*text = NULL;
	return was_there;
}

static bool drop_words(struct event *e, uint64_t line)
{
	bool dropped = false;

	if (e->type == EVT_CHAT_SAID && e->seq == line)
		dropped = drop(&e->chat_said.text);
	if (e->type == EVT_CHAT_SAID && (e->seq == line || e->chat_said.reply == line))
		dropped = drop(&e->chat_said.quote) || dropped;
	if (e->type == EVT_CHAT_EDITED && e->chat_edited.line == line)
		dropped = drop(&e->chat_edited.text);
	return dropped;
}

static bool drop_entry(struct event *e, const char *session)
{
	if (e->type != EVT_DIRECTORY_PUT || strcmp(e->directory_put.session, session) != 0)
		return false;
	drop(&e->directory_put.hashtag);
	e->directory_put.n_areas = 0;
	return drop(&e->directory_put.title);
}

/* Keeps a stub if there is something to erase in the record. False: this should be the line, and is
 * none. */
static bool look_at(struct erasing *w, const struct store_record *record)
{
	struct event e;
	bool is_line = false;

	if (codec_event(record->body->text, record->body->len, &e) == OK) {
		is_line = e.type == EVT_CHAT_SAID;
		if (w->line ? drop_words(&e, w->line) : drop_entry(&e, w->session)) {
			w->stubs = x_grow(w->stubs, w->n_stubs, sizeof(*w->stubs));
			w->stubs[w->n_stubs++] =
				(struct stub){ record->seq, codec_write_event(&e, true) };
		}
		event_free(&e);
	}
	return is_line || record->seq != w->line;
}

static void finish(struct erasing *w, enum err err)
{
	const char *outcome = err ? err_names[err] : "ok";

	--*hub_walks(w->hub);
	if (!w->line && !err)
		directory_leave_out(hub_list(w->hub), w->session);
	if (w->line)
		log_info("session.erased", "log=%s line=%" PRIu64 " records=%zu outcome=%s", w->log,
			 w->line, w->n, outcome);
	else
		log_info("session.dropped", "session=%s why=%s outcome=%s", w->session, w->why,
			 outcome);
	w->done(w->arg, err, w->n);
	for (; w->n_put < w->n_stubs; w->n_put++)
		msg_unref(&w->stubs[w->n_put].body);
	free(w->stubs);
	free(w);
}

static void step(struct erasing *w);

static void on_erased(void *arg, const struct store_answer *answer)
{
	struct erasing *w = arg;

	w->n += answer->err == OK;
	if (!w->err)
		w->err = answer->err;
	if (--w->n_asked)
		return;
	if (w->err)
		finish(w, w->err);
	else
		step(w);
}

/* The last one goes when the others have gone: it is by what the list said last of a session that
 * the session is found, when the others could not all be erased and somebody asks again. */
static bool may_go(const struct erasing *w)
{
	return w->n_put + 1 < w->n_stubs ? w->n_asked < AT_ONCE
					 : w->n_put < w->n_stubs && !w->n_asked;
}

static void erase_some(struct erasing *w)
{
	while (may_go(w)) {
		struct stub *s = &w->stubs[w->n_put++];

		w->n_asked++;
		store_erase(hub_store(w->hub), w->log, s->seq, s->body, on_erased, w);
		msg_unref(&s->body);
	}
}

static void on_read(void *arg, const struct store_answer *answer)
{
	struct erasing *w = arg;
	bool is_first = w->next == w->line;

	if (answer->err || (is_first && !answer->n_records)) {
		finish(w, answer->err ? answer->err : ERR_NOT_FOUND);
		return;
	}
	for (size_t i = 0; i < answer->n_records; i++)
		if (!look_at(w, &answer->records[i])) {
			finish(w, ERR_NOT_FOUND);
			return;
		}
	w->next = is_first || answer->n_records == STORE_SLICE ? w->next + answer->n_records : 0;
	step(w);
}

static void step(struct erasing *w)
{
	if (hub_has_ended(w->hub))
		finish(w, ERR_UNAVAILABLE);
	else if (w->n_put < w->n_stubs)
		erase_some(w);
	else if (!w->next)
		finish(w, OK);
	else
		store_read(hub_store(w->hub), w->log, w->next,
			   w->next == w->line ? w->line : w->next + STORE_SLICE - 1, on_read, w);
}

static void on_dropped(void *arg, const struct store_answer *answer)
{
	struct erasing *w = arg;
	struct live *l = hub_live(w->hub, w->session);

	if (answer->err) {
		finish(w, answer->err);
		return;
	}
	if (l && l->phase != LIVE_DROPPED && !hub_has_ended(w->hub)) {
		store_unfollow(hub_store(w->hub), l->log);
		live_dropped(l);
	}
	snprintf(w->log, sizeof(w->log), "%s", DIRECTORY_LOG);
	w->next = 1;
	step(w);
}

/* NULL: it cannot be, and whoever asked was told so. */
static struct erasing *begin(struct hub *h, const char *session, hub_erased_fn done, void *arg)
{
	bool listed = hub_ready(h) && directory_find(hub_directory(h), session);
	struct erasing *w;

	if (!listed || hub_has_ended(h)) {
		done(arg, directory_is_live(hub_directory(h)) ? ERR_NOT_FOUND : ERR_UNAVAILABLE, 0);
		return NULL;
	}
	w = x_calloc(1, sizeof(*w));
	*w = (struct erasing){ .hub = h, .done = done, .arg = arg };
	snprintf(w->session, sizeof(w->session), "%s", session);
	live_name_log(w->log, session);
	++*hub_walks(h);
	return w;
}

void hub_erase(struct hub *h, const char *session, uint64_t line, hub_erased_fn done, void *arg)
{
	struct erasing *w;

	if (!line) {
		done(arg, ERR_NOT_FOUND, 0);
		return;
	}
	w = begin(h, session, done, arg);
	if (!w)
		return;
	w->line = w->next = line;
	step(w);
}

void hub_drop(struct hub *h, const char *session, const char *why, hub_erased_fn done, void *arg)
{
	struct erasing *w = begin(h, session, done, arg);

	if (!w)
		return;
	w->why = why;
	store_drop(hub_store(h), w->log, on_dropped, w);
}
