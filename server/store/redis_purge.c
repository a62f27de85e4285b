#include "server/store/redis_purge.h"

#include <string.h>

#include "server/base/log.h"
#include "server/store/redis_inside.h"

void purge_add(struct ask *a)
{
	struct redis *r = a->redis;

	a->purging = false;
	a->sent_at = uv_now(r->loop);
	list_put(&r->purge.asks, a);
	r->purge.look_at = a->sent_at;
	redis_wake(r, a->sent_at);
}

/* Ends those that it is true of. */
static void end_those(struct redis *r, bool (*is_over)(const struct ask *a), enum err err)
{
	struct ask_list all = r->purge.asks;

	r->purge.asks = (struct ask_list){ 0 };
	for (struct ask *a; (a = list_take(&all));)
		if (is_over(a))
			ask_fail(a, err);
		else
			list_put(&r->purge.asks, a);
}

static bool is_purged(const struct ask *a)
{
	return a->purging;
}

static bool is_late(const struct ask *a)
{
	return a->sent_at + PURGE_MS <= uv_now(a->redis->loop);
}

static void on_begun(const redisReply *reply, void *arg)
{
	struct redis *r = arg;

	r->purge.asking = false;
	if (reply_is_error(reply))
		log_warn("redis.rewrite", "why=%s", reply_text(reply));
	else if (reply)
		return;
	for (struct ask *a = r->purge.asks.first; a; a = a->next)
		a->purging = false; /* not this time */
}

static void begin(struct redis *r)
{
	struct redis_words w = { 0 };

	words_put(&w, "BGREWRITEAOF");
	r->purge.asking = words_send(&w, &r->commands, on_begun, r);
	for (struct ask *a = r->purge.asks.first; a; a = a->next)
		a->purging = r->purge.asking;
}

static bool has(const char *info, const char *line)
{
	return strstr(info, line) != NULL;
}

/* Redis rewrites, or does not: then those whose rewriting began are done, and the others begin. */
static void on_looked(const redisReply *reply, void *arg)
{
	struct redis *r = arg;
	const char *info = reply_text(reply);

	r->purge.asking = false;
	if (!has(info, "aof_rewrite_in_progress:0") || !has(info, "aof_rewrite_scheduled:0"))
		return;
	if (has(info, "aof_last_bgrewrite_status:ok"))
		end_those(r, is_purged, OK);
	if (r->purge.asks.first)
		begin(r);
}

void purge_turn(struct redis *r)
{
	struct redis_words w = { 0 };
	uint64_t now = uv_now(r->loop);

	if (!r->purge.asks.first || r->purge.look_at > now)
		return;
	r->purge.look_at = now + PURGE_LOOK_MS;
	end_those(r, is_late, ERR_UNKNOWN);
	if (!r->ready || r->purge.asking)
		return;
	words_put(&w, "INFO");
	words_put(&w, "persistence");
	r->purge.asking = words_send(&w, &r->commands, on_looked, r);
}

uint64_t purge_due(const struct redis *r)
{
	return r->purge.asks.first ? r->purge.look_at : UINT64_MAX;
}
