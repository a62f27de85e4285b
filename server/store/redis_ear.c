#include "server/store/redis_ear.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/crash.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/store/redis_inside.h"

/* --- channels --- */

static struct channel *find(const struct ear *e, const char *log)
{
	struct channel *c;

	HASH_FIND_STR(e->channels, log, c);
	return c;
}

static void drop(struct ear *e, struct channel *c)
{
	HASH_DEL(e->channels, c);
	free(c);
}

static bool is_heard(const struct ear *e, const struct channel *c)
{
	return e->up && c->wanted && c->unanswered == 0;
}

static void put_channel(struct redis_words *w, const struct redis *r, const char *log)
{
	words_put(w, "%s%u:log:%s", r->prefix, r->db, log);
}

static void subscribe(struct redis *r, struct channel *c)
{
	struct redis_words w = { 0 };

	if (!r->ear.up)
		return; /* all are subscribed to when it hears again */
	words_put(&w, "SUBSCRIBE");
	put_channel(&w, r, c->log);
	if (words_tell(&w, &r->ear.link))
		c->unanswered++;
}

void ear_want(struct redis *r, const char *log)
{
	struct channel *c = find(&r->ear, log);

	if (!c) {
		c = x_calloc(1, sizeof(*c));
		strcpy(c->log, log);
		HASH_ADD_STR(r->ear.channels, log, c);
	}
	if (!c->wanted)
		subscribe(r, c);
	c->wanted = true;
	c->ticket = 0;
}

void ear_forget(struct redis *r, const char *log)
{
	struct channel *c = find(&r->ear, log);
	struct redis_words w = { 0 };

	if (!c)
		return;
	if (!r->ear.up) {
		drop(&r->ear, c);
		return;
	}
	c->wanted = false;
	c->ticket = 0;
	words_put(&w, "UNSUBSCRIBE");
	put_channel(&w, r, log);
	words_tell(&w, &r->ear.link);
}

void ear_forget_all(struct redis *r)
{
	struct channel *c, *next;

	HASH_ITER (hh, r->ear.channels, c, next)
		drop(&r->ear, c);
}

static void ask_fetch(struct redis *r, struct channel *c)
{
	struct ask *a = ask_new(r, ASK_FETCH, c->log, c->from);

	a->ticket = c->ticket;
	a->to = UINT64_MAX;
	c->ticket = 0;
	crash_at("redis.gap");
	ask_put(a);
}

void ear_fetch(struct redis *r, const char *log, uint64_t ticket, uint64_t from)
{
	struct channel *c = find(&r->ear, log);

	if (!c || r->closing)
		return;
	c->ticket = ticket;
	c->from = from;
	if (is_heard(&r->ear, c))
		ask_fetch(r, c);
}

/* --- hearing --- */

/* prefix DB:log:NAME; NULL: another channel. */
static const char *log_of(const struct redis *r, const char *channel)
{
	size_t len = strlen(r->prefix);
	const char *at;

	if (strncmp(channel, r->prefix, len) != 0)
		return NULL;
	at = strchr(channel + len, ':');
	return at && strncmp(at, ":log:", 5) == 0 ? at + 5 : NULL;
}

static void hear_records(struct redis *r, const char *log, const struct redis_word *w)
{
	for (size_t i = 0; i < w->page.n && !r->closing; i++)
		follow_heard(&r->followers, log, w->epoch, &w->page.records[i], &w->page.chains[i]);
}

static void hear(struct redis *r, const char *log, const redisReply *text)
{
	struct redis_word w;

	crash_at("redis.message");
	if (!word_read(&w, reply_text(text), text->len)) {
		log_warn("redis.message", "log=%s bytes=%zu", log, text->len);
		page_free(&w.page);
		return;
	}
	switch (w.kind) {
	case WORD_RECORDS:
		hear_records(r, log, &w);
		if (strcmp(w.who, r->who) != 0)
			asks_overtaken(r, log);
		break;
	case WORD_SIGNAL:
		if (strcmp(w.who, r->who) != 0)
			follow_signal(&r->followers, log, w.page.records[0].body);
		break;
	case WORD_ERASED:
		follow_erased(&r->followers, log, w.epoch, w.page.records[0].seq,
			      w.page.records[0].body);
		break;
	case WORD_DROPPED:
		follow_dropped(&r->followers, log);
		break;
	}
	page_free(&w.page);
	crash_at("redis.message_told");
}

/* From now on nothing of this log is missed; what was before is read, or compared. */
static void begin_to_hear(struct redis *r, struct channel *c)
{
	if (c->unanswered > 0 && --c->unanswered > 0)
		return;
	if (!is_heard(&r->ear, c))
		return;
	crash_at("redis.subscribed");
	if (c->ticket)
		ask_fetch(r, c);
	else
		redis_compare(r, c->log);
}

static void on_own(struct redis *r, bool subscribed)
{
	struct channel *c, *next;

	r->ear.heard_at = uv_now(r->loop);
	if (!subscribed || r->ear.up)
		return;
	r->ear.up = true;
	pause_over(&r->ear_pause);
	HASH_ITER (hh, r->ear.channels, c, next) {
		c->unanswered = 0;
		subscribe(r, c);
	}
	redis_has_changed(r);
}

/* [message, channel, text], [subscribe, channel, n], [unsubscribe, channel, n]. */
static void on_said(struct link *l, const redisReply *m)
{
	struct redis *r = l->arg;

	if (m->type != REDIS_REPLY_ARRAY || m->elements != 3 || r->closing)
		return;
	const char *what = reply_text(m->element[0]), *channel = reply_text(m->element[1]);
	const char *log = log_of(r, channel);
	struct channel *c = log ? find(&r->ear, log) : NULL;
	if (strcmp(channel, r->ear.own) == 0)
		on_own(r, strcmp(what, "subscribe") == 0);
	else if (c && strcmp(what, "message") == 0)
		hear(r, log, m->element[2]);
	else if (c && strcmp(what, "subscribe") == 0)
		begin_to_hear(r, c);
	else if (c && !c->wanted)
		drop(&r->ear, c);
}

/* --- the connection --- */

static void subscribe_own(struct redis *r)
{
	struct redis_words w = { 0 };

	words_put(&w, "SUBSCRIBE");
	words_put(&w, "%s", r->ear.own);
	words_tell(&w, &r->ear.link);
}

static void on_auth(const redisReply *reply, void *arg)
{
	struct redis *r = arg;

	if (reply_is_error(reply))
		link_give_up(&r->ear.link, reply_text(reply));
	else if (reply)
		subscribe_own(r);
}

static void on_connected(struct link *l)
{
	struct redis *r = l->arg;

	r->ear.heard_at = uv_now(r->loop);
	if (!settings_auth(l, r->user, r->password, on_auth, r))
		subscribe_own(r);
}

static void on_lost(struct link *l, const char *why)
{
	struct redis *r = l->arg;
	struct channel *c, *next;

	r->ear.up = false;
	if (r->ready)
		redis_trouble(r, "Redis at %s is not heard (%s).", r->address, why);
	HASH_ITER (hh, r->ear.channels, c, next) {
		c->unanswered = 0;
		if (!c->wanted)
			drop(&r->ear, c);
	}
	pause_longer(&r->ear_pause, uv_now(r->loop));
	redis_has_changed(r);
}

void ear_beat(struct redis *r)
{
	struct redis_words w = { 0 };

	words_put(&w, "PUBLISH");
	words_put(&w, "%s", r->ear.own);
	words_put(&w, "beat");
	words_send(&w, &r->commands, NULL, NULL);
}

void ear_init(struct redis *r)
{
	struct redis_words w = { 0 };

	words_put(&w, "%s%u:own:%s", r->prefix, r->db, r->who);
	r->ear = (struct ear){ .link = { .loop = r->loop,
					 .tls = r->tls,
					 .arg = r,
					 .on_connected = on_connected,
					 .on_lost = on_lost,
					 .on_said = on_said },
			       .own = x_strdup(w.words[0]) };
	words_free(&w);
}

void ear_free(struct redis *r)
{
	link_close(&r->ear.link);
	ear_forget_all(r);
	free(r->ear.own);
}
