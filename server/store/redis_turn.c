/* What the store does by itself: it connects, finds out who is dead, compares heads, keeps the
 * clock. */
#include <openssl/rand.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/crash.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/store/redis_inside.h"

#define HEADS_AT_ONCE 200
#define WAY_MAX_MS    1000 /* one way to Redis, that a clock may be measured over */
#define LATE_MS       500  /* a turn that comes so much later was not ours to take: we slept */

/* --- heads, many at once --- */

void redis_compare(struct redis *r, const char *log)
{
	r->heads_wanted = x_grow(r->heads_wanted, r->n_heads_wanted, sizeof(*r->heads_wanted));
	r->heads_wanted[r->n_heads_wanted++] = x_strdup(log);
	redis_wake(r, 0);
}

static void forget_heads(struct redis *r)
{
	while (r->n_heads_wanted)
		free(r->heads_wanted[--r->n_heads_wanted]);
	free(r->heads_wanted);
	r->heads_wanted = NULL;
}

static void ask_heads(struct redis *r)
{
	for (size_t i = 0; r->ready && i < r->n_heads_wanted; i += HEADS_AT_ONCE) {
		size_t left = r->n_heads_wanted - i;
		struct ask *a = ask_new(r, ASK_HEADS, "", 0);

		a->n_names = left < HEADS_AT_ONCE ? left : HEADS_AT_ONCE;
		a->names = x_calloc(a->n_names, sizeof(*a->names));
		for (size_t k = 0; k < a->n_names; k++)
			strcpy(a->names[k], r->heads_wanted[i + k]);
		ask_put(a);
	}
	forget_heads(r);
}

/* --- the clock --- */

/* The answer is as old as half of its way. */
static void on_time(const redisReply *reply, void *arg)
{
	struct redis *r = arg;
	const redisReply *time = reply;

	if (!time || time->type != REDIS_REPLY_ARRAY || time->elements != 2)
		return;
	int64_t way = (int64_t)(uv_hrtime() / 1000000 - r->clock_asked) / 2;

	if (r->clock_known && way > WAY_MAX_MS)
		return; /* or we stood still: it says too little */
	int64_t theirs = strtoll(reply_text(time->element[0]), NULL, 10) * 1000 +
			 strtoll(reply_text(time->element[1]), NULL, 10) / 1000;
	int64_t offset = theirs + way - clock_ms(), step = offset - r->store.clock_ms;

	if (!r->clock_known || step > 1000 || step < -1000)
		r->store.clock_ms = offset;
	else
		r->store.clock_ms += step / 8;
	r->clock_known = true;
}

static void ask_time(struct redis *r)
{
	struct redis_words w = { 0 };

	r->clock_asked = uv_hrtime() / 1000000;
	words_put(&w, "TIME");
	words_send(&w, &r->commands, on_time, r);
}

/* --- connections --- */

void pause_longer(struct pause *p, uint64_t now)
{
	unsigned char chance;

	if (RAND_bytes(&chance, 1) != 1)
		x_end(X_CHANCE);
	p->ms = p->ms == 0 ? 50 : 2 * p->ms > 800 ? 800 : 2 * p->ms;
	p->at = now + p->ms / 2 + p->ms * chance / 512;
}

void pause_over(struct pause *p)
{
	*p = (struct pause){ 0 };
}

/* Attempts are many: what is wrong is said again only when it is another thing. */
void redis_trouble(struct redis *r, const char *format, ...)
{
	char text[TROUBLE_MAX] = "";
	va_list args;

	if (!format) {
		r->store.trouble = NULL;
		return;
	}
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!r->store.trouble || strcmp(text, r->trouble) != 0)
		log_warn("redis.trouble", "why=%s", text);
	memcpy(r->trouble, text, sizeof(text));
	r->store.trouble = r->trouble;
}

void redis_has_changed(struct redis *r)
{
	if (r->ready && r->ear.up)
		redis_trouble(r, NULL);
	redis_wake(r, 0);
}

void redis_is_ready(struct redis *r)
{
	log_info("redis.ready", "at=%s version=%u.%u fsync=%s run=%s", r->address,
		 r->settings.version[0], r->settings.version[1],
		 r->settings.fsync_always ? "always" : "everysec", r->run);
	r->ready = r->was_ready = true;
	crash_at("redis.ready");
	pause_over(&r->commands_pause);
	r->beat_at = 0;
	r->ear.heard_at = uv_now(r->loop); /* no beats were sent meanwhile */
	ask_time(r);
	redis_has_changed(r);
	asks_pump(r);
}

/* One that was right and is not any more may be mended while we wait. */
void redis_is_refused(struct redis *r, const char *why)
{
	char text[TROUBLE_MAX];

	snprintf(text, sizeof(text), "Redis at %s cannot be used. %s", r->address, why);
	if (!r->was_ready && !r->settings.later && r->refused) {
		r->refused(r->refused_arg, text);
		r->refused = NULL;
	}
	link_give_up(&r->commands, NULL);
	redis_trouble(r, "%s", text);
}

static void on_connected(struct link *l)
{
	settings_ask(l->arg);
}

static void on_lost(struct link *l, const char *why)
{
	struct redis *r = l->arg;

	crash_at("redis.lost");
	r->ready = false;
	if (why)
		redis_trouble(r, "Redis at %s is not reachable (%s).", r->address, why);
	pause_longer(&r->commands_pause, uv_now(r->loop));
	redis_wake(r, 0);
}

static bool same_place(const struct redis_place *a, const struct redis_place *b)
{
	return strcmp(a->host, b->host) == 0 && a->port == b->port && strcmp(a->path, b->path) == 0;
}

void redis_found(struct redis *r, const struct redis_place *place)
{
	bool same = same_place(place, &r->place);

	if (!same) {
		log_info("redis.master", "name=%s host=%s port=%u", r->sentinels.master,
			 place->host, place->port);
		r->place = *place;
		link_give_up(&r->commands, "the sentinels name another master");
		link_give_up(&r->ear.link, "the sentinels name another master");
	}
	if (!link_is_busy(&r->commands))
		link_connect(&r->commands, &r->place);
}

void redis_not_found(struct redis *r, const char *why)
{
	if (r->ready)
		return;
	redis_trouble(r, "No sentinel says where the Redis %s is (%s).", r->sentinels.master, why);
	pause_longer(&r->commands_pause, uv_now(r->loop));
}

/* Commands first; the other one hears where they are sent. */
static void connect_what_is_due(struct redis *r, uint64_t now)
{
	bool watched = r->sentinels.n > 0, idle = !link_is_busy(&r->sentinels.link);

	if (!r->needed)
		return;
	if (!link_is_busy(&r->commands) && r->commands_pause.at <= now) {
		if (!watched)
			link_connect(&r->commands, &r->place);
		else if (idle)
			sentinels_ask(r);
	} else if (watched && idle && r->ready && r->sentinels.asked_at + SENTINEL_MS <= now) {
		sentinels_ask(r);
	}
	if (r->ready && !link_is_busy(&r->ear.link) && r->ear_pause.at <= now)
		link_connect(&r->ear.link, &r->place);
}

static void give_up_what_is_dead(struct redis *r, uint64_t now)
{
	if (!r->ready)
		link_give_up_late(&r->commands, now);
	link_give_up_late(&r->sentinels.link, now);
	if (!r->ear.up)
		link_give_up_late(&r->ear.link, now);
	if (r->ready && r->ear.up && r->ear.heard_at + EAR_DEAF_MS <= now)
		link_give_up(&r->ear.link, "nothing is heard");
}

/* --- turns --- */

static void on_timer(uv_timer_t *timer);

void redis_wake(struct redis *r, uint64_t at)
{
	uint64_t now = uv_now(r->loop);

	if (at >= r->timer_at)
		return;
	r->timer_at = at;
	uv_timer_start(&r->timer, on_timer, at > now ? at - now : 0, 0);
}

void redis_is_needed(struct redis *r)
{
	if (!r->needed)
		redis_wake(r, 0);
	r->needed = true;
}

static void beat(struct redis *r, uint64_t now)
{
	if (!r->ready || r->beat_at > now)
		return;
	r->beat_at = now + EAR_BEAT_MS;
	ear_beat(r);
	if (++r->n_beats % 2 == 0)
		ask_time(r);
}

static void free_now(uv_handle_t *timer)
{
	struct redis *r = timer->data;

	free(r->user);
	free(r->password);
	free(r->prefix);
	free(r->address);
	r->closed(r->closed_arg);
	free(r);
}

static void end(struct redis *r)
{
	r->ready = false;
	link_close(&r->commands);
	ear_free(r);
	sentinels_free(r);
	forget_heads(r);
	uv_close((uv_handle_t *)&r->timer, free_now);
}

static void on_timer(uv_timer_t *timer)
{
	struct redis *r = timer->data;
	uint64_t now = uv_now(r->loop), due = r->timer_at;

	r->timer_at = UINT64_MAX;
	if (due && now > due + LATE_MS && !r->slept) {
		r->slept =
			true; /* what came meanwhile is read before anybody is found to be late */
		redis_wake(r, now + 1);
		return;
	}
	r->slept = false;
	if (!asks_turn(r))
		link_give_up(&r->commands, "no answer in time");
	if (r->closing && r->asks.n == 0) {
		end(r);
		return;
	}
	give_up_what_is_dead(r, now);
	connect_what_is_due(r, now);
	if (!r->closing)
		ask_heads(r);
	beat(r, now);
	purge_turn(r);
	redis_wake(r, asks_due(r));
	redis_wake(r, purge_due(r));
	if (r->ready)
		redis_wake(r, r->beat_at);
	if (r->needed && !(r->ready && r->ear.up))
		redis_wake(r, now + 25);
}

void turns_init(struct redis *r)
{
	r->commands = (struct link){ .loop = r->loop,
				     .tls = r->tls,
				     .arg = r,
				     .on_connected = on_connected,
				     .on_lost = on_lost };
	uv_timer_init(r->loop, &r->timer);
	r->timer.data = r;
	r->timer_at = UINT64_MAX;
}
