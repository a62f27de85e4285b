#include "server/store/storage.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/store/memory.h"
#include "server/store/redis.h"
#include "server/store/redis_tls.h"
#include "server/store/spread.h"
#include "server/store/sqlite.h"

static void random_of_memory(void *arg, void *bytes, size_t n)
{
	(void)arg;
	if (RAND_bytes(bytes, (int)n) != 1)
		x_end(X_CHANCE);
}

static const char *text_or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static struct store *open_redis(const struct storage *s, uv_loop_t *loop, const struct conf *c,
				const struct conf_redis *where, const struct storage_owner *owner)
{
	struct redis_options options = {
		.host = text_or_null(where->host),
		.port = where->port,
		.path = text_or_null(where->path),
		.tls = where->tls ? s->tls : NULL,
		.db = where->db,
		.user = c->redis.user,
		.password = c->redis.password,
		.prefix = c->redis.prefix,
		.everysec = c->redis.durable == CONF_DURABLE_EVERYSEC,
		.sentinels = (const char *const *)c->redis.sentinels.items,
		.n_sentinels = c->redis.sentinels.n,
		.master = c->redis.master,
		.refused = owner->refused,
		.refused_arg = owner->refused_arg,
	};

	return redis_open(loop, &options, owner->on_notice, owner->arg);
}

/* For all servers that want it. False: why is written. */
static bool open_tls(struct storage *s, const struct conf *c, char *why, size_t why_size)
{
	for (size_t i = 0; i < c->store.redis.n && !s->tls; i++) {
		if (!c->store.redis.items[i].tls)
			continue;
		s->tls = redis_tls_new(c->redis.ca, c->redis.certificate, c->redis.key, why,
				       why_size);
		if (!s->tls)
			return false;
	}
	return true;
}

static struct store *open_all(const struct storage *s, uv_loop_t *loop, const struct conf *c,
			      const struct storage_owner *owner)
{
	const struct conf_redis_list *list = &c->store.redis;
	struct store **parts, *all;
	const char **names;

	if (list->n == 1)
		return open_redis(s, loop, c, &list->items[0], owner);
	parts = x_calloc(list->n, sizeof(struct store *));
	names = x_calloc(list->n, sizeof(*names));
	for (size_t i = 0; i < list->n; i++) {
		parts[i] = open_redis(s, loop, c, &list->items[i], owner);
		names[i] = list->items[i].name;
	}
	all = spread_open(parts, names, list->n);
	free(parts);
	free(names);
	return all;
}

bool storage_open(struct storage *s, uv_loop_t *loop, const struct conf *c,
		  const struct storage_owner *owner, char *why, size_t why_size)
{
	struct sqlite_options options = { .sync_normal = c->store.synchronous == CONF_SYNC_NORMAL };

	switch (c->store.kind) {
	case CONF_STORE_MEMORY:
		snprintf(s->where, sizeof(s->where), "nowhere");
		s->memory = memory_new(loop, random_of_memory, NULL);
		s->store = memory_open(s->memory, 1, owner->on_notice, owner->arg);
		s->store->alone = true;
		return true;
	case CONF_STORE_REDIS:
		snprintf(s->where, sizeof(s->where), "%s", c->store.url);
		if (!open_tls(s, c, why, why_size))
			return false;
		s->store = open_all(s, loop, c, owner);
		return true;
	case CONF_STORE_SQLITE:
		break;
	}
	snprintf(s->where, sizeof(s->where), "%s", c->store.path);
	return sqlite_open(loop, c->store.path, &options, owner->on_notice, owner->arg, &s->store,
			   why, why_size) == OK;
}

void storage_free(struct storage *s)
{
	memory_free(s->memory);
	s->memory = NULL;
	redis_tls_free(s->tls);
	s->tls = NULL;
}
