#include "server/store/redis_settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/log.h"
#include "server/store/redis_inside.h"

#define VERSION_MAJOR 6
#define VERSION_MINOR 2

bool settings_auth(struct link *l, const char *user, const char *password, reply_fn *fn, void *arg)
{
	struct redis_words w = { 0 };

	if (!user[0] && !password[0])
		return false;
	words_put(&w, "AUTH");
	if (user[0])
		words_put(&w, "%s", user);
	words_put(&w, "%s", password);
	return words_send(&w, l, fn, arg);
}

static void wrong(struct settings *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void wrong(struct settings *s, const char *format, ...)
{
	va_list args;

	if (s->why[0])
		return;
	va_start(args, format);
	vsnprintf(s->why, sizeof(s->why), format, args);
	va_end(args);
}

/* --- each answer --- */

/* name:value lines. */
static void copy_line(const char *info, const char *name, char *out, size_t size)
{
	const char *at = strstr(info, name);
	size_t n = 0;

	if (at) {
		at += strlen(name);
		n = strcspn(at, "\r\n");
	}
	snprintf(out, size, "%.*s", (int)n, at ? at : "");
}

static void on_info(struct redis *r, const redisReply *reply)
{
	struct settings *s = &r->settings;
	char version[32];

	copy_line(reply_text(reply), "redis_version:", version, sizeof(version));
	copy_line(reply_text(reply), "run_id:", r->run, sizeof(r->run));
	if (sscanf(version, "%u.%u", &s->version[0], &s->version[1]) != 2 || !r->run[0])
		wrong(s, "It does not say its version and run_id: is it a Redis?");
	else if (s->version[0] < VERSION_MAJOR ||
		 (s->version[0] == VERSION_MAJOR && s->version[1] < VERSION_MINOR))
		wrong(s, "It is version %s: use %d.%d or newer.", version, VERSION_MAJOR,
		      VERSION_MINOR);
	if (strstr(reply_text(reply), "\nloading:1")) {
		s->later = true;
		wrong(s, "It is still loading its data.");
	}
}

static void on_role(struct redis *r, const redisReply *reply)
{
	struct settings *s = &r->settings;
	const char *role = reply->type == REDIS_REPLY_ARRAY && reply->elements > 0
				   ? reply_text(reply->element[0])
				   : "";

	if (strcmp(role, "master") == 0)
		return;
	s->later = s->later || r->sentinels.n > 0;
	wrong(s, "It is a %s: give the address of the master, or of the sentinels that know it.",
	      role);
}

static const char *value_of(const redisReply *reply, const char *name)
{
	for (size_t i = 0; i + 1 < reply->elements; i += 2)
		if (strcmp(reply_text(reply->element[i]), name) == 0)
			return reply_text(reply->element[i + 1]);
	return "";
}

static void on_append(struct redis *r, const redisReply *reply)
{
	const char *fsync = value_of(reply, "appendfsync");

	r->settings.appends = strcmp(value_of(reply, "appendonly"), "yes") == 0;
	r->settings.fsync_always = strcmp(fsync, "always") == 0;
	r->settings.fsync_everysec = strcmp(fsync, "everysec") == 0;
}

static void on_memory(struct redis *r, const redisReply *reply)
{
	r->settings.has_limit = strcmp(value_of(reply, "maxmemory"), "0") != 0;
	r->settings.evicts = strcmp(value_of(reply, "maxmemory-policy"), "noeviction") != 0;
}

static void on_truncated(struct redis *r, const redisReply *reply)
{
	r->settings.cuts = strcmp(value_of(reply, "aof-load-truncated"), "no") != 0;
}

/* In this order; AUTH and SELECT are written by themselves. */
static const struct {
	const char *words[3];
	void (*take)(struct redis *r, const redisReply *reply);
} questions[] = {
	{ { "INFO" }, on_info },
	{ { "ROLE" }, on_role },
	{ { "CONFIG", "GET", "append*" }, on_append },
	{ { "CONFIG", "GET", "maxmemory*" }, on_memory },
	{ { "CONFIG", "GET", "aof-load-truncated" }, on_truncated },
};
#define N_QUESTIONS (sizeof(questions) / sizeof(questions[0]))

/* --- judging --- */

static void judge(struct redis *r)
{
	struct settings *s = &r->settings;

	if (!s->appends)
		wrong(s, "It keeps nothing when it ends: set appendonly yes.");
	if (!s->fsync_always && !s->fsync_everysec)
		wrong(s, "It leaves it to the system when to write: set appendfsync always.");
	if (!s->fsync_always && !r->everysec)
		wrong(s, "Its appendfsync is everysec, so that a power cut takes up to two seconds "
			 "that were acknowledged: set appendfsync always, or redis.durable = "
			 "everysec here.");
	if (s->has_limit && s->evicts)
		wrong(s, "It may throw sessions away when memory is short: set maxmemory-policy "
			 "noeviction.");
	if (s->why[0]) {
		redis_is_refused(r, s->why);
		return;
	}
	if (s->cuts)
		log_warn("redis.settings", "at=%s why=%s", r->address,
			 "Set aof-load-truncated no: a file that is cut short shall be noticed.");
	redis_is_ready(r);
}

static void on_error(struct redis *r, const char *error, const char *command)
{
	struct settings *s = &r->settings;

	if (strncmp(error, "LOADING", 7) == 0 || strncmp(error, "MASTERDOWN", 10) == 0) {
		s->later = true;
		wrong(s, "It is still loading its data.");
	} else if (strncmp(error, "NOPERM", 6) == 0) {
		wrong(s,
		      "The user %s may not ask for its settings (%s): allow it with ACL SETUSER %s "
		      "+info +role +config|get +time.",
		      r->user[0] ? r->user : "default", error, r->user[0] ? r->user : "default");
	} else if (strncmp(error, "NOAUTH", 6) == 0) {
		wrong(s, "It asks for a password: set redis.user and redis.password.");
	} else if (strncmp(error, "WRONGPASS", 9) == 0) {
		wrong(s, "It does not take this user and password.");
	} else {
		wrong(s, "It answers %s with: %s", command, error);
	}
}

static void take(struct redis *r, const redisReply *reply, size_t i)
{
	struct settings *s = &r->settings;
	const char *command = i < N_QUESTIONS ? questions[i].words[0] : "AUTH or SELECT";

	s->asked--;
	if (reply_is_error(reply))
		on_error(r, reply_text(reply), command);
	else if (i < N_QUESTIONS)
		questions[i].take(r, reply);
	if (s->asked == 0)
		judge(r);
}

/* One for each question, which has no other place to say which one it is. */
#define TAKE(i)                                                                                    \
	static void take_##i(const redisReply *reply, void *r)                                     \
	{                                                                                          \
		if (reply)                                                                         \
			take(r, reply, i);                                                         \
	}
TAKE(0)
TAKE(1)
TAKE(2)
TAKE(3)
TAKE(4)
TAKE(5)
static reply_fn *const takes[] = { take_0, take_1, take_2, take_3, take_4 };

void settings_ask(struct redis *r)
{
	struct redis_words w = { 0 };

	r->settings = (struct settings){ 0 };
	r->settings.asked += settings_auth(&r->commands, r->user, r->password, take_5, r);
	if (r->db) {
		words_put(&w, "SELECT");
		words_put(&w, "%u", r->db);
		r->settings.asked += words_send(&w, &r->commands, take_5, r);
	}
	for (size_t i = 0; i < N_QUESTIONS; i++) {
		for (size_t k = 0; k < 3 && questions[i].words[k]; k++)
			words_put(&w, "%s", questions[i].words[k]);
		r->settings.asked += words_send(&w, &r->commands, takes[i], r);
	}
}
