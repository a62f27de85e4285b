/* Real Redis servers of our own, each in a folder and on a socket of its own, for tests. */
#ifndef JOBALIKE_TESTS_LIB_REDIS_SERVER_H
#define JOBALIKE_TESTS_LIB_REDIS_SERVER_H

#include <stdint.h>
#include <sys/types.h>

struct redis_server {
	pid_t pid; /* 0: none runs */
	char dir[96];
	char socket[112];
};

/* Starts one in dir (which is made if need be) with its data there, appendfsync always, and waits
 * until it answers. more: further words of its command line, ended by NULL; they win. */
void redis_server_start(struct redis_server *s, const char *dir, const char *const *more);
/* Starts a sentinel with this configuration, which names its socket: DIR/redis.sock. */
void redis_sentinel_start(struct redis_server *s, const char *dir, const char *conf);
/* A TCP port of the loopback that nobody uses now. */
uint16_t free_port(void);
/* Ends it and waits: SIGKILL, or SIGTERM. Nothing to end is fine. */
void redis_server_end(struct redis_server *s, int signal);
/* Runs one command by hand and hands back its answer as one text (arrays one element a line), good
 * until the next call. NULL ends the words. */
const char *redis_server_say(const struct redis_server *s, const char *word, ...);

#endif
