/* Inside net/: what its files share. */
#ifndef JOBALIKE_NET_INSIDE_H
#define JOBALIKE_NET_INSIDE_H

#include "server/net/address.h"
#include "server/net/code.h"
#include "server/net/conn.h"
#include "server/net/listen.h"
#include "server/net/net.h"
#include "server/net/tls.h"
#include "server/net/ws.h"

struct link;
struct request;

struct net_figures {
	uint64_t requests[6]; /* by the first digit of the status */
	uint64_t handshakes_refused, requests_slowed, csp_reports, tickets, tickets_slowed,
		codes_wrong, codes_slowed, silent;
	struct tally held_us, own_us; /* struct lag of each turn */
};

struct net {
	const struct conf *conf;
	struct hub *hub;
	const struct keys *keys;
	uv_loop_t *loop;
	struct ws *ws;
	struct tls *tls; /* NULL: none is spoken */
	struct conns conns;
	struct addresses addresses;
	struct codes codes;     /* by which sessions are found */
	struct guesses guesses; /* at join codes, of everybody */
	struct listener people, admin;
	size_t n_sockets; /* open now, of both listeners */
	uv_timer_t tick;
	uint64_t n_ticks;
	struct request *requests; /* all that are not finished */
	struct link *full;        /* those whose sockets take nothing more */
	uv_timer_t looks;         /* at them */
	size_t unsent;            /* bytes of answers made for them that were not taken */
	char url[300], local_url[64], admin_url[64];
	unsigned csp_said; /* kinds of reports that the log has told of */
	bool draining;
	struct net_figures figures;
};

#endif
