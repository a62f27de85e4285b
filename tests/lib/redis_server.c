#include "tests/lib/redis_server.h"

#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/base/text.h"

#define START_MS 10000

/* Debian's redis-tools brings the server under another name; it goes by the name it is called.
 * REDIS_SERVER is another one to try. */
static const char *binary(void)
{
	const char *wanted = getenv("REDIS_SERVER");
	static const char *const places[] = { "/usr/bin/redis-server",
					      "/usr/local/bin/redis-server",
					      "/usr/bin/redis-check-rdb" };

	if (wanted)
		return wanted;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	fprintf(stderr, "There is no redis-server here; Debian's package redis-tools has it.\n");
	exit(2);
}

static redisContext *talk_to(const struct redis_server *s)
{
	redisContext *c = redisConnectUnix(s->socket);
	redisReply *r = c && !c->err ? redisCommand(c, "PING") : NULL;

	/* (An error: it asks who we are, so it is there.) */
	if (r && (r->type == REDIS_REPLY_STATUS || r->type == REDIS_REPLY_ERROR)) {
		freeReplyObject(r);
		return c;
	}
	if (r)
		freeReplyObject(r);
	if (c)
		redisFree(c);
	return NULL;
}

static void run(const char *const *words)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execv(binary(), (char *const *)words);
	_exit(127);
}

static void become(const struct redis_server *s, const char *const *more)
{
	const char *words[64] = { "redis-server",
				  "--port",
				  "0",
				  "--unixsocket",
				  s->socket,
				  "--dir",
				  s->dir,
				  "--appendonly",
				  "yes",
				  "--save",
				  "",
				  "--appendfsync",
				  "always",
				  "--logfile",
				  "redis.log",
				  "--daemonize",
				  "no",
				  "--aof-load-truncated",
				  "no" };
	size_t n = 19;

	while (more && *more && n < 63)
		words[n++] = *more++;
	run(words);
}

static void prepare(struct redis_server *s, const char *dir)
{
	snprintf(s->dir, sizeof(s->dir), "%s", dir);
	snprintf(s->socket, sizeof(s->socket), "%s/redis.sock", dir);
	mkdir(dir, 0700);
	unlink(s->socket);
}

static void wait_for(struct redis_server *s)
{
	redisContext *c = NULL;
	int status;

	for (int ms = 0; ms < START_MS && !c; ms += 2) {
		usleep(2000);
		if (waitpid(s->pid, &status, WNOHANG) == s->pid)
			break;
		c = talk_to(s);
	}
	if (!c) {
		fprintf(stderr, "redis-server does not start; %s/redis.log says why\n", s->dir);
		exit(2);
	}
	redisFree(c);
}

void redis_server_start(struct redis_server *s, const char *dir, const char *const *more)
{
	prepare(s, dir);
	s->pid = fork();
	if (s->pid == 0)
		become(s, more);
	wait_for(s);
}

void redis_sentinel_start(struct redis_server *s, const char *dir, const char *conf)
{
	char path[128];
	FILE *f;

	prepare(s, dir);
	snprintf(path, sizeof(path), "%s/sentinel.conf", dir);
	f = fopen(path, "w");
	if (!f || fputs(conf, f) < 0 || fclose(f) != 0)
		exit(2);
	s->pid = fork();
	if (s->pid == 0)
		run((const char *[]){ "redis-sentinel", path, "--logfile", "redis.log", NULL });
	wait_for(s);
}

uint16_t free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		exit(2);
	close(fd);
	return ntohs(a.sin_port);
}

void redis_server_end(struct redis_server *s, int signal)
{
	if (s->pid <= 0)
		return;
	kill(s->pid, signal);
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
}

static void write_reply(struct text *t, const redisReply *r)
{
	if (r->type == REDIS_REPLY_INTEGER)
		text_printf(t, "%lld", r->integer);
	else if (r->str)
		text_add(t, r->str, r->len);
	for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++) {
		write_reply(t, r->element[i]);
		text_puts(t, "\n");
	}
}

const char *redis_server_say(const struct redis_server *s, const char *word, ...)
{
	static struct text said;
	const char *words[32];
	redisContext *c = talk_to(s);
	redisReply *r = NULL;
	va_list args;
	int n = 0;

	text_clear(&said);
	va_start(args, word);
	for (const char *w = word; w && n < 32; w = va_arg(args, const char *))
		words[n++] = w;
	va_end(args);
	if (c)
		r = redisCommandArgv(c, n, words, NULL);
	text_puts(&said, "");
	if (r)
		write_reply(&said, r);
	if (r)
		freeReplyObject(r);
	if (c)
		redisFree(c);
	return said.s;
}
