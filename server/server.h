/* The server as a whole: what main.c opens, and shutdown.c closes. Nobody else includes it. */
#ifndef JOBALIKE_SERVER_H
#define JOBALIKE_SERVER_H

#include <uv.h>

#include "server/base/conf.h"
#include "server/demo.h"
#include "server/hub/hub.h"
#include "server/net/keys.h"
#include "server/net/net.h"
#include "server/reload.h"
#include "server/store/storage.h"

enum phase_of_end { RUNNING, LEAVING, CLOSING_STORE, CLOSING_NET };

struct server {
	struct conf conf;
	struct keys keys;
	uv_loop_t loop;
	struct hub *hub;
	struct storage storage;
	struct store *store; /* NULL: it was closed */
	struct net *net;
	struct demo *demo;
	uv_prepare_t prepare;
	uv_check_t check;
	uv_timer_t wake, second, ending;
	uv_signal_t on_term, on_int, on_hup;
	struct reload reload;
	int64_t wake_at;
	bool watched;
	uint64_t end_at; /* by the loop's clock: when the end began */
	enum phase_of_end phase;
};

#endif
