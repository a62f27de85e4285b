#include "server/store/redis_sentinel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/store/redis_inside.h"

bool place_read(const redisReply *reply, struct redis_place *place)
{
	*place = (struct redis_place){ 0 };
	if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2)
		return false;
	snprintf(place->host, sizeof(place->host), "%s", reply_text(reply->element[0]));
	place->port = (uint16_t)strtoul(reply_text(reply->element[1]), NULL, 10);
	return place->host[0] && place->port;
}

static void on_answer(const redisReply *reply, void *arg)
{
	struct redis *r = arg;
	struct redis_place place;

	if (!reply)
		return; /* it is lost, and says so */
	if (!place_read(reply, &place)) {
		link_give_up(&r->sentinels.link, "it does not know this master");
		return;
	}
	link_close(&r->sentinels.link);
	redis_found(r, &place);
}

static void on_connected(struct link *l)
{
	struct redis *r = l->arg;
	struct redis_words w = { 0 };

	words_put(&w, "SENTINEL");
	words_put(&w, "get-master-addr-by-name");
	words_put(&w, "%s", r->sentinels.master);
	words_send(&w, l, on_answer, r);
}

static void on_lost(struct link *l, const char *why)
{
	struct redis *r = l->arg;

	r->sentinels.next = (r->sentinels.next + 1) % r->sentinels.n;
	redis_not_found(r, why);
}

void sentinels_ask(struct redis *r)
{
	struct sentinels *s = &r->sentinels;

	s->asked_at = uv_now(r->loop);
	link_connect(&s->link, &s->places[s->next]);
}

void sentinels_init(struct redis *r, const struct redis_options *options)
{
	struct sentinels *s = &r->sentinels;

	s->n = options->n_sentinels;
	s->master = x_strdup(options->master ? options->master : "");
	s->places = x_calloc(s->n + 1, sizeof(*s->places));
	s->link = (struct link){ .loop = r->loop,
				 .tls = r->tls,
				 .arg = r,
				 .on_connected = on_connected,
				 .on_lost = on_lost };
	for (size_t i = 0; i < s->n; i++) {
		const char *text = options->sentinels[i], *colon = strrchr(text, ':');
		size_t len = colon ? (size_t)(colon - text) : strlen(text);
		bool brackets = len > 2 && text[0] == '[' && text[len - 1] == ']';

		snprintf(s->places[i].host, sizeof(s->places[i].host), "%.*s",
			 (int)(len - 2 * brackets), text + brackets);
		s->places[i].port = colon ? (uint16_t)strtoul(colon + 1, NULL, 10) : 26379;
	}
}

void sentinels_free(struct redis *r)
{
	link_close(&r->sentinels.link);
	free(r->sentinels.places);
	free(r->sentinels.master);
}
