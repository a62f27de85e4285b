/* The words of a line leave the log for ever, and with them those of its edits and of whoever
 * quoted it; each of these records becomes its own stub. The line goes first: its log has another
 * epoch then, so that nobody who was about to quote it can, and what was said before that is found.
 */
#include "server/hub/live.h"

#include <inttypes.h>
#include <stdlib.h>

#include "server/base/log.h"
#include "server/base/mem.h"

struct stub {
	uint64_t seq;
	struct msg *body;
};

struct erasing {
	struct hub *hub;
	char log[sizeof(((struct live *)0)->log)];
	uint64_t line, next; /* the record to look at next; 0: all were */
	struct stub *stubs;  /* to be put into the log, from the last one on */
	size_t n_stubs, n;
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

/* Keeps a stub if the record has words of the line. False: this should be the line, and is none. */
static bool look_at(struct erasing *w, const struct store_record *record)
{
	struct event e;
	bool is_line = false;

	if (codec_event(record->body->text, record->body->len, &e) == OK) {
		is_line = e.type == EVT_CHAT_SAID;
		if (drop_words(&e, w->line)) {
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
	--*hub_erasing(w->hub);
	log_info("session.erased", "log=%s line=%" PRIu64 " records=%zu outcome=%s", w->log,
		 w->line, w->n, err ? err_names[err] : "ok");
	w->done(w->arg, err, w->n);
	while (w->n_stubs)
		msg_unref(&w->stubs[--w->n_stubs].body);
	free(w->stubs);
	free(w);
}

static void step(struct erasing *w);

static void on_erased(void *arg, const struct store_answer *answer)
{
	struct erasing *w = arg;

	if (answer->err) {
		finish(w, answer->err);
		return;
	}
	msg_unref(&w->stubs[--w->n_stubs].body);
	w->n++;
	step(w);
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
	const struct stub *last = w->n_stubs ? &w->stubs[w->n_stubs - 1] : NULL;
	struct store *s = hub_store(w->hub);

	if (hub_has_ended(w->hub))
		finish(w, ERR_UNAVAILABLE);
	else if (last)
		store_erase(s, w->log, last->seq, last->body, on_erased, w);
	else if (!w->next)
		finish(w, OK);
	else
		store_read(s, w->log, w->next,
			   w->next == w->line ? w->line : w->next + STORE_SLICE - 1, on_read, w);
}

void hub_erase(struct hub *h, const char *session, uint64_t line, hub_erased_fn done, void *arg)
{
	struct erasing *w;

	if (!hub_ready(h) || hub_has_ended(h)) {
		done(arg, ERR_UNAVAILABLE, 0);
		return;
	}
	if (!line || !directory_find(hub_directory(h), session)) {
		done(arg, ERR_NOT_FOUND, 0);
		return;
	}
	w = x_calloc(1, sizeof(*w));
	*w = (struct erasing){ .hub = h, .line = line, .next = line, .done = done, .arg = arg };
	snprintf(w->log, sizeof(w->log), "s-%s", session);
	++*hub_erasing(h);
	step(w);
}
