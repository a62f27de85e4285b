/* A listening socket of our own: several processes may share the port, a taken one is told plainly,
 * and addresses have limits before anything is read from them. */
#ifndef JOBALIKE_NET_LISTEN_H
#define JOBALIKE_NET_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "server/net/address.h"

typedef void (*accepted_fn)(void *arg, int fd, struct address *from);

/* Accepted, and not handed on yet. */
struct newcomer {
	int fd;
	struct address *from;
};

struct listener {
	uv_poll_t poll;
	uv_idle_t next;        /* runs while somebody stands in line */
	struct newcomer *line; /* of which `served` were handed on */
	size_t n_line, served;
	int fd;       /* -1: not open */
	int spare_fd; /* given up to turn one away when there are no others */
	uint16_t port;
	bool shares; /* the port with other processes */
	int greets; /* newcomers handed on in one turn: each soon wants to be heard several times */
	struct addresses *addresses;
	const size_t *n_connections; /* now, of all listeners */
	size_t max_connections;
	const char *sorry; /* said to who is turned away because of them, or NULL */
	accepted_fn accepted;
	void *arg;
	uint64_t n_accepted, n_refused;
};

/* Takes the port; 0: any that is free. host is a numeric address. All other members are set by the
 * caller. False: why says in a sentence what is wrong. */
bool listener_bind(struct listener *l, const char *host, uint16_t port, char *why, size_t why_size);
/* Accepts from now on; likewise. */
bool listener_open(struct listener *l, uv_loop_t *loop, char *why, size_t why_size);
/* No new connections. The listener must outlive the next turn of the loop. Twice is fine. */
void listener_close(struct listener *l);

#endif
