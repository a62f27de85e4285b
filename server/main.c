/* The server: arguments, configuration, the beginning, the turns of the loop. */
#include <assert.h>
#include <fcntl.h>
#include <jansson.h>
#include <openssl/rand.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/confine.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/base/process.h"
#include "server/server.h"
#include "server/shutdown.h"

#define WHY_SIZE 1024

/* --- turns of the loop --------------------------------------------------------------------------
 */

static void on_wake(uv_timer_t *timer)
{
	((struct server *)timer->data)->wake_at = 0; /* the turn does the rest */
}

static void wake_by(struct server *s, int64_t at, int64_t now)
{
	if (at == s->wake_at)
		return;
	s->wake_at = at;
	uv_timer_start(&s->wake, on_wake, at > now ? (uint64_t)(at - now) : 0, 0);
}

/* What came in is decided, what is due is told; then everything that waits is written. */
static void turn(struct server *s)
{
	if (s->phase <= LEAVING) {
		int64_t now = clock_ms() + s->store->clock_ms;

		if (s->demo)
			demo_turn(s->demo, now);
		wake_by(s, hub_turn(s->hub, now), now);
	}
	bool more = net_flush(s->net);
	if (s->phase <= LEAVING &&
	    (more || hub_is_stirred(s->hub))) /* by those who can be written to again */
		wake_by(s, 1, 1);
}

static void on_prepare(uv_prepare_t *prepare)
{
	struct server *s = prepare->data;

	turn(s);
	net_rest(s->net, s->phase == RUNNING ? hub_rest_ms(s->hub) : 0);
}

static void on_check(uv_check_t *check)
{
	turn(check->data);
}

static void on_second(uv_timer_t *timer)
{
	struct server *s = timer->data;

	if (s->phase <= LEAVING)
		store_tick(s->store, (int64_t)uv_now(&s->loop));
	if (s->watched)
		process_tell("WATCHDOG=1");
}

static void on_hangup(uv_signal_t *handle, int number)
{
	struct server *s = handle->data;

	(void)number;
	if (s->phase == RUNNING)
		reload(&s->reload);
}

/* --- the beginning ------------------------------------------------------------------------------
 */

static bool refuse(const char *why)
{
	fprintf(stderr, "jobalike-server: %s\n", why);
	return false;
}

/* The kernel's table of them has room for all from the start: while it grows in a program of
 * several threads, each time they have doubled, whoever opens a file waits for an RCU grace period
 * (fs/file.c, expand_fdtable), and the loop was held for 10 to 40 ms. */
static void make_room_for_files(rlim_t n)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int last = fcntl(null, F_DUPFD_CLOEXEC, (int)n - 1);

	if (last >= 0)
		close(last);
	if (null >= 0)
		close(null);
}

/* As many as are needed and no more: libwebsockets makes a table for all that are allowed, and as
 * Debian builds it walks the whole of it whenever a connection ends. */
static bool allow_files(const struct conf *c)
{
	struct rlimit files;
	rlim_t wanted = (rlim_t)c->limits.connections + NET_SPARE_FILES;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return refuse("The limit of open files is not known.");
	files.rlim_cur = wanted < files.rlim_max ? wanted : files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0)
		return refuse("The limit of open files cannot be set.");
	if (files.rlim_cur < wanted)
		log_info("server.files", "allowed=%ju wanted=%ju", (uintmax_t)files.rlim_cur,
			 (uintmax_t)wanted);
	make_room_for_files(files.rlim_cur);
	return true;
}

static bool open_keys(struct server *s)
{
	char why[WHY_SIZE];

	return load_keys(&s->keys, &s->conf, s->conf.data.dir, true, why, sizeof(why)) ||
	       refuse(why);
}

/* A Redis that loses things, or another mistake in its settings: not to be waited for. */
static void on_refused(void *server, const char *why)
{
	(void)server;
	refuse(why);
	exit(1);
}

static bool open_store(struct server *s)
{
	struct storage_owner owner = {
		.on_notice = hub_notice, .arg = s->hub, .refused = on_refused, .refused_arg = s
	};
	char why[WHY_SIZE];

	if (!storage_open(&s->storage, &s->loop, &s->conf, &owner, why, sizeof(why)))
		return refuse(why);
	s->store = s->storage.store;
	return true;
}

static bool bind_net(struct server *s)
{
	char why[WHY_SIZE];

	s->net = net_new(&s->loop, &s->conf, s->hub, &s->keys);
	return net_bind(s->net, why, sizeof(why)) || refuse(why);
}

static bool open_net(struct server *s)
{
	char why[WHY_SIZE];

	return net_listen(s->net, why, sizeof(why)) || refuse(why);
}

/* As root we only take the ports. */
static bool become(const struct server *s)
{
	const char *user = s->conf.process.user;
	char why[WHY_SIZE];

	return !user[0] ||
	       (process_give(s->conf.data.dir, user, why, sizeof(why)) &&
		process_become(user, why, sizeof(why))) ||
	       refuse(why);
}

/* All threads are there, and what is opened later is of the kinds that were opened before. */
static void shut_the_door(const struct server *s)
{
	char why[WHY_SIZE];

	if (!confine((enum confine)s->conf.process.seccomp, why, sizeof(why)))
		log_warn("process.open", "why=%s", why);
}

/* From the beginning: one that comes while the store is opened is heeded when it is open. */
static void hear_signals(struct server *s)
{
	uv_signal_init(&s->loop, &s->on_term);
	uv_signal_init(&s->loop, &s->on_int);
	s->on_term.data = s->on_int.data = s;
	uv_signal_start(&s->on_term, shutdown_on_signal, SIGTERM);
	uv_signal_start(&s->on_int, shutdown_on_signal, SIGINT);
}

static void add_handles(struct server *s)
{
	uv_prepare_init(&s->loop, &s->prepare);
	uv_check_init(&s->loop, &s->check);
	uv_timer_init(&s->loop, &s->wake);
	uv_timer_init(&s->loop, &s->second);
	uv_timer_init(&s->loop, &s->ending);
	uv_signal_init(&s->loop, &s->on_hup);
	s->prepare.data = s->check.data = s->wake.data = s->second.data = s->ending.data = s;
	s->on_hup.data = s;
	uv_prepare_start(&s->prepare, on_prepare);
	uv_check_start(&s->check, on_check);
	uv_timer_start(&s->second, on_second, 1000, 1000);
	uv_signal_start(&s->on_hup, on_hangup, SIGHUP);
}

static void say_where(struct server *s)
{
	assert(s->store);
	printf("Data: %s; keys are in %s. %s\n", s->storage.where, s->conf.data.dir,
	       s->store->durable);
	if (net_admin_url(s->net)[0])
		printf("Metrics: %s/metrics\n", net_admin_url(s->net));
	fflush(stdout);
}

static void on_demo(void *arg, const struct demo_link *links, size_t n)
{
	struct server *s = arg;

	if (links)
		printf("Sample session, a link for each role (one for all attendees):\n");
	for (size_t i = 0; links && i < n; i++)
		printf("  %-12s %s/s/%s#ticket=%s\n", links[i].who, net_url(s->net),
		       links[i].session, links[i].token);
	say_where(s);
}

static void say_hello(struct server *s)
{
	printf("Jobalike is at %s\n", net_url(s->net));
	if (strcmp(net_url(s->net), net_local_url(s->net)) != 0)
		printf("It listens on %s for what is in front of it.\n", net_local_url(s->net));
	fflush(stdout);
	if (s->conf.demo.session)
		s->demo = demo_new(s->hub, &s->keys, s->conf.data.dir, on_demo, s);
	else
		say_where(s);
}

/* What was opened before a refusal is left to the end of the process: nothing was asked of it. */
static bool start(struct server *s)
{
	struct hub_options options = { .away_ms = s->conf.session.away_s * 1000,
				       .unload_ms = s->conf.session.unload_s * 1000,
				       .keep_ms = s->conf.store.keep_days * 86400000,
				       .rate_percent = (unsigned)s->conf.limits.rate_percent,
				       .session_bytes = (uint64_t)s->conf.limits.session_megabytes
							<< 20,
				       .clock_ns = uv_hrtime };

	umask(077);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN); /* until there is something to read anew */
	json_object_seed(0);
	if (uv_loop_init(&s->loop) != 0)
		return refuse("The loop of events does not start.");
	hear_signals(s);
	if (RAND_bytes((unsigned char *)&options.instance, sizeof(options.instance)) != 1)
		return refuse("There is no chance to be had.");
	process_no_new_privileges();
	if (!s->conf.process.core)
		process_no_core();
	s->hub = hub_new(&options, clock_ms());
	if (!allow_files(&s->conf) || !bind_net(s) || !become(s) || !open_keys(s) || !open_store(s))
		return false;
	hub_use(s->hub, s->store);
	if (!open_net(s))
		return false;
	s->watched = process_is_watched();
	s->reload.conf = &s->conf;
	s->reload.keys = &s->keys;
	s->reload.net = s->net;
	add_handles(s);
	shut_the_door(s);
	process_tell("READY=1");
	say_hello(s);
	return true;
}

static void release(struct server *s)
{
	demo_free(s->demo);
	net_free(s->net);
	hub_free(s->hub);
	keys_fini(&s->keys);
	conf_fini(&s->conf);
}

int main(int argc, char **argv)
{
	static struct server server;
	struct server *s = &server;
	int status, busy;

	mem_init();
	uv_replace_allocator(x_malloc, x_realloc, x_calloc, free);
	status = conf_load(&s->conf, argc, argv, environ, stdout, stderr);
	if (status >= 0) {
		conf_fini(&s->conf);
		return status;
	}
	s->reload.argc = argc;
	s->reload.argv = argv;
	log_level((enum log_level)s->conf.log.level);
	log_format((enum log_format)s->conf.log.format);
	if (!start(s))
		return 1;
	uv_run(&s->loop, UV_RUN_DEFAULT);
	release(s);
	busy = uv_loop_close(&s->loop);
	if (busy)
		log_error("server.loop", "left=%s", uv_strerror(busy));
	else
		log_info("server.ended", "status=%d", 0);
	return busy != 0;
}
