#include "server/shutdown.h"

#include <inttypes.h>
#include <unistd.h>

#include "server/base/crash.h"
#include "server/base/log.h"
#include "server/base/process.h"
#include "server/server.h"

#define SPREAD_MS   1500 /* over which people come back after a restart */
#define FAREWELL_MS 3000 /* until connections that do not answer our close are left behind */
#define GIVE_UP_MS  6000 /* until what the store does not answer is left behind, told as unknown */
#define END_MS      9000 /* until we end anyhow */
#define END_STEP_MS 20

static void close_handle(void *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

/* The loop runs on until the last connection and the last handle are gone. */
static void close_everything(struct server *s)
{
	s->phase = CLOSING_NET;
	crash_at("end.stored");
	net_close(s->net);
	storage_free(&s->storage);
	close_handle(&s->prepare);
	close_handle(&s->check);
	close_handle(&s->wake);
	close_handle(&s->second);
	close_handle(&s->ending);
	close_handle(&s->on_term);
	close_handle(&s->on_int);
	close_handle(&s->on_hup);
}

static void on_store_closed(void *arg)
{
	((struct server *)arg)->store = NULL;
}

/* Everybody is gone and everything under way has an outcome, or was waited for long enough. */
static bool has_left(const struct server *s, uint64_t since)
{
	return (hub_idle(s->hub) || since > GIVE_UP_MS) &&
	       (!net_connections(s->net) || since > FAREWELL_MS);
}

static void on_ending(uv_timer_t *timer)
{
	struct server *s = timer->data;
	uint64_t since = uv_now(&s->loop) - s->end_at;

	if (since > END_MS) {
		log_error("server.end", "waited_ms=%" PRIu64 " connections=%zu", since,
			  net_connections(s->net));
		_exit(1);
	}
	if (s->phase == LEAVING && has_left(s, since)) {
		if (!hub_idle(s->hub))
			log_warn("server.left_open", "waited_ms=%" PRIu64, since);
		s->phase = CLOSING_STORE;
		crash_at("end.idle");
		hub_end(s->hub);
		store_close(s->store, on_store_closed, s);
	} else if (s->phase == CLOSING_STORE && !s->store) {
		close_everything(s);
	}
}

void shutdown_on_signal(uv_signal_t *handle, int number)
{
	struct server *s = handle->data;

	if (s->phase != RUNNING) {
		log_warn("server.forced", "signal=%d", number);
		_exit(1);
	}
	process_tell("STOPPING=1");
	log_info("server.ending", "signal=%d connections=%zu", number, net_connections(s->net));
	s->phase = LEAVING;
	s->end_at = uv_now(&s->loop);
	crash_at("end.asked");
	demo_stop(s->demo);
	net_drain(s->net);
	hub_drain(s->hub, SPREAD_MS);
	crash_at("end.told");
	uv_timer_start(&s->ending, on_ending, END_STEP_MS, END_STEP_MS);
}
