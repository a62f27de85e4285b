/* A Redis that lies: it listens on a unix socket of the caller's loop, answers as one that may be
 * used would, or what the caller likes instead, and may say more to whoever is connected, unasked.
 */
#ifndef JOBALIKE_TESTS_LIB_LIAR_H
#define JOBALIKE_TESTS_LIB_LIAR_H

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <uv.h>

struct liar_end;

struct liar {
	uv_pipe_t server;
	struct liar_end *ends;
	struct liar_end *ear; /* the last one that subscribed to something; NULL: none is there */
	struct liar_end *commands; /* the last one that asked for something else */
	/* True: it is answered. False: it is answered as it should be; scripts are not at all. */
	bool (*asked)(struct liar *l, struct liar_end *end, const char *command,
		      const redisReply *words);
	void *arg;
};

/* False: it cannot listen there. asked and arg stay as they are. */
bool liar_start(struct liar *l, uv_loop_t *loop, const char *path);
/* Whatever it likes. NULL is fine: nobody is there. */
void liar_say(struct liar_end *end, const char *bytes, size_t len);
void liar_puts(struct liar_end *end, const char *text);
/* Ends all connections; more may come. */
void liar_hang_up(struct liar *l);
/* And listens no more. The loop must run once after this. */
void liar_stop(struct liar *l);

#endif
