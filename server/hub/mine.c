/* What one person said and did, from the log itself: the state does not know what a line said
 * before it was edited, or taken back. */
#include "server/hub/live.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/core/export.h"

struct mine {
	struct hub *hub;
	char log[STORE_LOG_MAX + 1];
	char mark[32]; /* stands in each of their events, and in few others */
	uint64_t person, next, to;
	struct text events;
	int64_t us;
	hub_mine_fn done;
	void *arg;
};

static void take(struct mine *w, const struct msg *body)
{
	struct event e;

	if (!strstr(body->text, w->mark) || codec_event(body->text, body->len, &e) != OK)
		return;
	if (export_is_mine(&e, w->person)) {
		struct msg *m = codec_write_event(&e, false);

		text_puts(&w->events, w->events.len ? "," : "");
		text_add(&w->events, m->text, m->len);
		msg_unref(&m);
	}
	event_free(&e);
}

static void finish(struct mine *w, enum err err)
{
	--*hub_walks(w->hub);
	w->done(w->arg, err, &w->events, w->us);
	text_free(&w->events);
	free(w);
}

static void step(struct mine *w);

static void on_read(void *arg, const struct store_answer *answer)
{
	struct mine *w = arg;
	uint64_t since = hub_clock_ns(w->hub);

	for (size_t i = 0; i < answer->n_records; i++)
		take(w, answer->records[i].body);
	w->us += (int64_t)(hub_clock_ns(w->hub) - since) / 1000;
	w->next += answer->n_records;
	if (answer->err)
		finish(w, answer->err);
	else if (w->next > w->to || !answer->n_records)
		finish(w, OK);
	else
		step(w);
}

static void step(struct mine *w)
{
	uint64_t last = w->next + STORE_SLICE - 1;

	if (hub_has_ended(w->hub))
		finish(w, ERR_UNAVAILABLE);
	else
		store_read(hub_store(w->hub), w->log, w->next, last < w->to ? last : w->to, on_read,
			   w);
}

void hub_mine(struct hub *h, const struct state *s, const struct person *who, hub_mine_fn done,
	      void *arg)
{
	struct mine *w = x_calloc(1, sizeof(*w));

	*w = (struct mine){
		.hub = h, .person = who->id, .next = 1, .to = s->seq, .done = done, .arg = arg
	};
	live_name_log(w->log, s->session.id);
	snprintf(w->mark, sizeof(w->mark), "\"by\":%" PRIu64, who->id);
	++*hub_walks(h);
	step(w);
}
