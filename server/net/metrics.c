#include "server/net/metrics.h"

#include <inttypes.h>

#include "server/base/version.h"
#include "server/net/http.h"
#include "server/net/inside.h"

static void write_one(struct text *t, const char *type, const char *name, const char *help,
		      uint64_t value)
{
	text_printf(t, "# HELP jobalike_%s %s\n# TYPE jobalike_%s %s\njobalike_%s %" PRIu64 "\n",
		    name, help, name, type, name, value);
}

static void count(struct text *t, const char *name, const char *help, uint64_t value)
{
	write_one(t, "counter", name, help, value);
}

static void gauge(struct text *t, const char *name, const char *help, uint64_t value)
{
	write_one(t, "gauge", name, help, value);
}

static void gauge_seconds(struct text *t, const char *name, const char *help, uint64_t us)
{
	text_printf(t, "# HELP jobalike_%s %s\n# TYPE jobalike_%s gauge\njobalike_%s %.6f\n", name,
		    help, name, name, (double)us / 1e6);
}

/* From 16 us to 17 s, from 64 bytes to 16 MB, from 1 to 65,536. */
static void write_tallies(struct text *t, const struct net *n, const struct hub_figures *hub)
{
	const struct conn_figures *c = &n->conns.figures;

	tally_write(t, "jobalike_loop_lag_seconds",
		    "How long one turn of the loop took: what came meanwhile waited.",
		    &n->figures.held_us, 1e-6, 4, 24);
	gauge_seconds(t, "loop_lag_max_seconds", "The longest since the start.",
		      n->figures.held_us.max);
	tally_write(t, "jobalike_loop_own_seconds",
		    "The same less what the turn waited for a CPU that others had.",
		    &n->figures.own_us, 1e-6, 4, 24);
	gauge_seconds(t, "loop_own_max_seconds", "The longest since the start.",
		      n->figures.own_us.max);
	tally_write(t, "jobalike_append_seconds", "From an append to the answer of the store.",
		    &hub->append_us, 1e-6, 4, 24);
	tally_write(t, "jobalike_append_events", "Events in one append.", &hub->append_events, 1, 0,
		    8);
	tally_write(t, "jobalike_turn_deliveries", "Messages to clients in one turn of the loop.",
		    &c->turn_deliveries, 1, 0, 16);
	tally_write(t, "jobalike_write_bytes", "Bytes of one write to a socket.", &c->write_bytes,
		    1, 6, 24);
	tally_write(t, "jobalike_queue_bytes",
		    "Bytes that wait for one connection, looked at when it is pinged.",
		    &c->queue_bytes, 1, 6, 24);
}

static void write_hub(struct text *t, const struct hub_figures *f)
{
	gauge(t, "sessions", "Sessions in memory.", f->sessions);
	gauge(t, "people", "People who sit in a session.", f->people);
	gauge(t, "peers", "Connections that said hello.", f->peers);
	count(t, "commands_accepted_total", "Commands that became events.", f->accepted);
	count(t, "commands_refused_total", "Commands that were refused.", f->refused);
	count(t, "events_delivered_total", "Events and signals told to peers.", f->deliveries);
	count(t, "views_total", "Views sent.", f->views);
	count(t, "replays_total", "Reconnects that were sent only what they had missed.",
	      f->replays);
}

static void write_conns(struct text *t, const struct conn_figures *f)
{
	gauge(t, "connections", "WebSockets that are open.", f->connections);
	count(t, "connections_opened_total", "WebSockets that were opened.", f->opened);
	count(t, "messages_received_total", "Messages from clients.", f->messages_in);
	count(t, "received_bytes_total", "Bytes of their texts.", f->bytes_in);
	count(t, "messages_queued_total", "Messages to clients.", f->deliveries);
	count(t, "writes_total", "Writes to sockets, each of one or more messages.", f->writes);
	count(t, "written_bytes_total", "Bytes of frames written.", f->bytes_out);
	count(t, "writes_partial_total", "Writes that a socket did not take whole.", f->partial);
	count(t, "behind_total", "Times that a connection could not keep up.", f->behind);
	count(t, "closed_slow_total", "Connections closed as too slow.", f->slow);
	count(t, "closed_idle_total", "Connections closed as silent.", f->idle);
	count(t, "closed_flood_total", "Connections closed for what they sent without end.",
	      f->floods);
	gauge(t, "queue_high_bytes", "The most that ever waited for one connection.",
	      f->queue_high);
}

static void write_requests(struct text *t, const struct net_figures *f)
{
	text_puts(t, "# HELP jobalike_http_requests_total Requests by kind of answer.\n"
		     "# TYPE jobalike_http_requests_total counter\n");
	for (int i = 1; i < 6; i++)
		text_printf(t, "jobalike_http_requests_total{status=\"%dxx\"} %" PRIu64 "\n", i,
			    f->requests[i]);
	count(t, "handshakes_refused_total", "WebSocket handshakes refused.",
	      f->handshakes_refused);
	count(t, "requests_slowed_total",
	      "Requests of addresses that had used up their share of the server's time.",
	      f->requests_slowed);
	count(t, "tickets_total", "Tickets handed out on the join page.", f->tickets);
	count(t, "tickets_slowed_total", "Requests for tickets that came too fast.",
	      f->tickets_slowed);
	count(t, "codes_wrong_total", "Join codes that were none.", f->codes_wrong);
	count(t, "codes_slowed_total", "Join codes not looked at: too many were wrong.",
	      f->codes_slowed);
	count(t, "closed_silent_total",
	      "Connections closed because too many of one address asked for nothing.", f->silent);
	count(t, "csp_reports_total", "Reports that a page did what it may not.", f->csp_reports);
}

void metrics_serve(struct request *r)
{
	struct net *n = r->net;
	struct hub_figures hub = hub_figures(n->hub);
	struct text t = { 0 };

	text_puts(&t, "# HELP jobalike_info The version.\n# TYPE jobalike_info gauge\n"
		      "jobalike_info{version=\"" JOBALIKE_VERSION "\"} 1\n");
	gauge(&t, "sockets", "Connections of any kind.", n->n_sockets);
	count(&t, "accepted_total", "Connections that were accepted.",
	      n->people.n_accepted + n->admin.n_accepted);
	count(&t, "turned_away_total", "Connections turned away by a limit.",
	      n->people.n_refused + n->admin.n_refused);
	gauge(&t, "store_trouble", "1 while the store does not take what is said.",
	      hub_trouble(n->hub) != NULL);
	write_hub(&t, &hub);
	write_conns(&t, &n->conns.figures);
	write_requests(&t, &n->figures);
	write_tallies(&t, n, &hub);
	answer_text(
		r,
		(struct reply){ .status = 200, .type = "text/plain; version=0.0.4;charset=utf-8" },
		&t);
}
