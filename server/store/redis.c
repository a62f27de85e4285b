#include "server/store/redis.h"

#include <assert.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/base/text.h"
#include "server/store/redis_inside.h"

#define SIGNALS_MAX 1024 /* under way; more are not told */

static void redis_append(struct store *s, const char *log, const char *epoch, uint64_t first_seq,
			 struct msg *const *bodies, size_t n, store_done_fn done, void *arg)
{
	struct ask *a = ask_new((struct redis *)s, ASK_APPEND, log, first_seq);

	assert(strlen(epoch) <= STORE_EPOCH_MAX && n > 0 && first_seq > 0);
	strcpy(a->epoch, epoch);
	ask_bodies(a, bodies, n);
	a->to = UINT64_MAX;
	a->done = done;
	a->arg = arg;
	ask_put(a);
}

static void redis_read(struct store *s, const char *log, uint64_t from, uint64_t to,
		       store_done_fn done, void *arg)
{
	struct ask *a = ask_new((struct redis *)s, ASK_READ, log, from > 0 ? from : 1);

	a->to = to;
	a->done = done;
	a->arg = arg;
	ask_put(a);
}

static void redis_erase(struct store *s, const char *log, uint64_t seq, struct msg *stub,
			store_done_fn done, void *arg)
{
	struct ask *a = ask_new((struct redis *)s, ASK_ERASE, log, seq);

	ask_bodies(a, &stub, 1);
	a->done = done;
	a->arg = arg;
	ask_put(a);
}

static void redis_drop(struct store *s, const char *log, store_done_fn done, void *arg)
{
	struct ask *a = ask_new((struct redis *)s, ASK_DROP, log, 0);

	a->done = done;
	a->arg = arg;
	ask_put(a);
}

static void redis_follow(struct store *s, const char *log, uint64_t after)
{
	struct redis *r = (struct redis *)s;

	redis_is_needed(r);
	ear_want(r, log);
	follow_start(&r->followers, log, after);
}

/* A log that was followed, and is not any more, is not heard either. */
static void tidy(struct redis *r)
{
	struct channel *c, *next;

	HASH_ITER (hh, r->ear.channels, c, next)
		if (c->wanted && !follow_is(&r->followers, c->log))
			ear_forget(r, c->log);
}

static void redis_unfollow(struct store *s, const char *log)
{
	struct redis *r = (struct redis *)s;

	follow_stop(&r->followers, log);
	ear_forget(r, log);
}

static void on_signalled(const redisReply *reply, void *redis)
{
	(void)reply;
	((struct redis *)redis)->n_signals--;
}

static void redis_signal(struct store *s, const char *log, struct msg *m)
{
	struct redis *r = (struct redis *)s;
	struct redis_words w = { 0 };
	struct text text = { 0 };

	if (!r->ready || r->n_signals >= SIGNALS_MAX)
		return; /* told and forgotten */
	text_printf(&text, "S %s\n", r->who);
	text_add(&text, m->text, m->len);
	words_put(&w, "PUBLISH");
	words_put(&w, "%s%u:log:%s", r->prefix, r->db, log);
	words_add(&w, text.s, text.len);
	r->n_signals += words_send(&w, &r->commands, on_signalled, r);
	text_free(&text);
}

static void fetch(struct store *s, const char *log, uint64_t ticket, uint64_t from)
{
	ear_fetch((struct redis *)s, log, ticket, from);
}

static void compare_head(struct store *s, const char *log)
{
	redis_compare((struct redis *)s, log);
}

static void restore(struct store *s, const char *log, uint64_t ticket,
		    const struct follow_offer *offer)
{
	struct ask *a = ask_new((struct redis *)s, ASK_RESTORE, log, offer->first);

	a->ticket = ticket;
	strcpy(a->epoch, offer->epoch);
	a->before = *offer->before;
	a->has_before = true;
	a->bodies = x_calloc(offer->n, sizeof(struct msg *));
	a->chains = x_calloc(offer->n, sizeof(*a->chains));
	for (size_t i = 0; i < offer->n; i++) {
		a->bodies[a->n_bodies++] = msg_ref(offer->records[i].body);
		a->chains[i] = offer->records[i].chain;
	}
	ask_put(a);
}

static void redis_tick(struct store *s, int64_t now)
{
	struct redis *r = (struct redis *)s;

	if (r->closing)
		return;
	follow_tick(&r->followers, now);
	tidy(r);
}

static void redis_close(struct store *s, store_closed_fn closed, void *arg)
{
	struct redis *r = (struct redis *)s;

	assert(!r->closing);
	follow_stop_all(&r->followers);
	ear_forget_all(r);
	r->closing = true;
	r->closed = closed;
	r->closed_arg = arg;
	redis_wake(r, 0);
}

static const struct store_ops redis_ops = {
	.append = redis_append,
	.read = redis_read,
	.follow = redis_follow,
	.unfollow = redis_unfollow,
	.signal = redis_signal,
	.erase = redis_erase,
	.drop = redis_drop,
	.tick = redis_tick,
	.close = redis_close,
};

/* --- opening --- */

static void name_handle(struct redis *r)
{
	unsigned char chance[5];

	if (RAND_bytes(chance, sizeof(chance)) != 1)
		x_end(X_CHANCE);
	for (size_t i = 0; i < sizeof(chance); i++)
		snprintf(r->who + 2 * i, 3, "%02x", chance[i]);
}

static void set_place(struct redis *r, const struct redis_options *o)
{
	struct text t = { 0 };

	r->place.port = o->port;
	if (o->path)
		snprintf(r->place.path, sizeof(r->place.path), "%s", o->path);
	if (o->host)
		snprintf(r->place.host, sizeof(r->place.host), "%s", o->host);
	if (o->n_sentinels)
		text_printf(&t, "%s", o->master);
	else if (o->path)
		text_printf(&t, "%s", o->path);
	else
		text_printf(&t, "%s:%u", o->host, o->port);
	r->address = t.s;
}

static char *copy(const char *text)
{
	return x_strdup(text ? text : "");
}

struct store *redis_open(uv_loop_t *loop, const struct redis_options *options,
			 store_notice_fn on_notice, void *arg)
{
	struct redis *r = x_calloc(1, sizeof(*r));

	r->store = (struct store){
		.ops = &redis_ops,
		.durable = options->everysec
				   ? "What is answered OK is in Redis: it survives the end of any "
				     "process, but a loss of power may take its last two seconds."
				   : "What is answered OK is on Redis's disk: it survives the end "
				     "of any process and a loss of power.",
		.on_notice = on_notice,
		.arg = arg,
	};
	r->loop = loop;
	r->tls = options->tls;
	r->user = copy(options->user);
	r->password = copy(options->password);
	r->prefix = copy(options->prefix);
	r->db = options->db;
	r->everysec = options->everysec;
	r->refused = options->refused;
	r->refused_arg = options->refused_arg;
	r->followers = (struct followers){
		.store = &r->store, .fetch = fetch, .ask_head = compare_head, .restore = restore
	};
	scripts_init();
	name_handle(r);
	set_place(r, options);
	ear_init(r);
	sentinels_init(r, options);
	turns_init(r);
	return &r->store;
}
