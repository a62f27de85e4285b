/* Inside of the store on Redis, for its own files: redis_link.c is a connection and redis_wire.c
 * what goes over it, redis_tls.c how nobody else reads it, redis_script.c what Redis runs for us,
 * redis_record.c how records look there; redis_ask.c carries questions, redis_send.c and
 * redis_answer.c say them and their answers, redis_overtaken.c gives some before they come,
 * redis_turn.c does what is due, redis_ear.c hears, redis_settings.c looks at the server before it
 * is used, redis_purge.c has it rewrite its files, redis_sentinel.c asks where it is. */
#ifndef JOBALIKE_STORE_REDIS_INSIDE_H
#define JOBALIKE_STORE_REDIS_INSIDE_H

#include "server/store/follow.h"
#include "server/store/redis.h"
#include "server/store/redis_ask.h"
#include "server/store/redis_ear.h"
#include "server/store/redis_purge.h"
#include "server/store/redis_script.h"
#include "server/store/redis_sentinel.h"
#include "server/store/redis_settings.h"

#define RUN_ID_MAX  48
#define TROUBLE_MAX 512

/* When to try again: pauses grow from 25..50 ms to 0.4..0.8 s. */
struct pause {
	uint64_t at; /* not before, by the loop's clock */
	unsigned ms; /* the last one */
};

struct redis {
	struct store store; /* first: it is a store */
	uv_loop_t *loop;
	const struct redis_tls *tls; /* for all connections; NULL: in clear */
	uv_timer_t timer;
	uint64_t timer_at;
	char *user, *password, *prefix, *address; /* address: for the log, and for people */
	unsigned db;
	bool everysec;
	void (*refused)(void *arg, const char *why);
	void *refused_arg;
	char who[12]; /* the name of this handle, made by chance */
	bool needed;  /* something was asked */
	struct redis_place place;
	struct sentinels sentinels;
	struct link commands;
	bool ready; /* commands are connected to a server that may be used */
	bool was_ready;
	struct settings settings;
	char run[RUN_ID_MAX]; /* its run_id */
	struct pause commands_pause, ear_pause;
	uint64_t beat_at;
	struct ear ear;
	struct asks asks;
	struct purge purge;
	struct followers followers;
	char **heads_wanted; /* logs whose heads are to be compared */
	size_t n_heads_wanted;
	bool clock_known;
	uint64_t clock_asked, n_beats;
	unsigned n_signals; /* under way */
	bool slept;
	char trouble[TROUBLE_MAX];
	bool closing;
	store_closed_fn closed;
	void *closed_arg;
};

/* Once, before anything is asked. */
void turns_init(struct redis *r);
/* In a turn that is no later than `at`. */
void redis_wake(struct redis *r, uint64_t at);
/* Something is asked: from now on there shall be connections. */
void redis_is_needed(struct redis *r);
/* NULL: no trouble. */
void redis_trouble(struct redis *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The head of this log is to be compared with what its follower knows. */
void redis_compare(struct redis *r, const char *log);
/* A connection came or went. */
void redis_has_changed(struct redis *r);
/* The sentinels say where the master is, or not. */
void redis_found(struct redis *r, const struct redis_place *place);
void redis_not_found(struct redis *r, const char *why);
/* The connection for commands is up and its server is looked at. */
void redis_is_ready(struct redis *r);
void redis_is_refused(struct redis *r, const char *why);

void pause_longer(struct pause *p, uint64_t now);
void pause_over(struct pause *p);

#endif
