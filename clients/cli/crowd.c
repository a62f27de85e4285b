/* crowd: many people who talk by a script, and whose screens are checked. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/cli/crowd.h"
#include "server/base/mem.h"

#define SETTLE_MS 20000 /* for what was asked to be answered, and screens to be whole */
#define PROVE_MS  20000 /* for history to be asked */
#define FILE_MAX  (64u << 20)

/* --- files ----------------------------------------------------------------------------------- */

static bool read_file(const char *path, struct text *out)
{
	FILE *f = fopen(path, "rb");
	char bytes[4096];
	size_t n;

	if (!f) {
		says_failed(CLI_USAGE, "%s: %s", path, strerror(errno));
		return false;
	}
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0 && out->len < FILE_MAX)
		text_add(out, bytes, n);
	n = ferror(f) || out->len >= FILE_MAX;
	fclose(f);
	if (n)
		says_failed(CLI_USAGE, "%s: cannot be read", path);
	return !n;
}

static bool read_roster(struct crowd *c, const char *path)
{
	struct text t = { 0 };
	char why[300];
	bool good = read_file(path, &t);

	if (good && !roster_read(t.s ? t.s : "", t.len, &c->roster, why, sizeof(why))) {
		says_failed(CLI_USAGE, "%s, %s", path, why);
		good = false;
	}
	text_free(&t);
	return good;
}

static bool read_script(struct crowd *c, const char *path)
{
	struct text t = { 0 };
	char why[300];
	bool good = read_file(path, &t);

	if (good && !script_read(t.s ? t.s : "", t.len, &c->script, why, sizeof(why))) {
		says_failed(CLI_USAGE, "%s, %s", path, why);
		good = false;
	}
	c->has_script = good;
	text_free(&t);
	return good;
}

void crowd_log(struct crowd *c, json_t *line)
{
	if (c->log && line) {
		json_dumpf(line, c->log, JSON_COMPACT);
		fputc('\n', c->log);
	}
	json_decref(line);
}

/* --- sums ------------------------------------------------------------------------------------ */

static void print_sum(const struct crowd *c)
{
	struct ledger_sum s = ledger_sum(c->ledger);

	printf("people=%zu joined=%zu said=%zu acked=%zu lost=%zu doubled=%zu holes=%zu\n",
	       c->roster.n, c->joined, s.said, s.acked, s.lost, s.doubled, s.holes);
	fflush(stdout);
}

void crowd_print_stats(const struct crowd *c)
{
	struct ledger_sum s = ledger_sum(c->ledger);

	printf("stats out=%zu drops=%zu unseen=%zu", c->over, c->drops, s.unseen);
	for (int i = 1; i < ERR_COUNT; i++)
		if (c->refusals[i])
			printf(" %s=%zu", err_names[i], c->refusals[i]);
	putchar('\n');
	print_sum(c);
}

void crowd_joined(struct crowd *c)
{
	if (c->joined + c->over < c->roster.n || c->phase != CROWD_ON)
		return;
	printf("joined %zu of %zu\n", c->joined, c->roster.n);
	fflush(stdout);
}

/* --- the end --------------------------------------------------------------------------------- */

/* Everybody asks for lines before the first one: the answer comes after all that came before it. */
static void raise_barriers(struct crowd *c)
{
	for (size_t i = 0; i < c->roster.n; i++) {
		struct member *m = &c->members[i];

		if (!m->session || !m->joined)
			continue;
		member_ask(m,
			   json_pack("{s:s, s:I, s:I}", "query", "chat.history", "room",
				     (json_int_t)m->room, "before", (json_int_t)1),
			   FOR_BARRIER, 0);
	}
}

static void stop(struct crowd *c)
{
	struct ledger_sum s = ledger_sum(c->ledger);
	bool good = c->joined == c->roster.n && !s.lost && !s.doubled && !s.holes;

	c->phase = CROWD_DONE;
	c->status = good ? CLI_DONE : CLI_REFUSED;
	net_stop(c->net);
}

/* Asks history for the next line that no screen has shown. */
static void prove_next(struct crowd *c)
{
	size_t person;
	uint64_t room, seq = ledger_unseen(c->ledger, c->proving, &person, &room);
	struct member *m = seq ? &c->members[person] : NULL;

	if (!seq) {
		stop(c);
	} else if (m->session && session_is_live(m->session)) {
		member_ask(m,
			   json_pack("{s:s, s:I, s:I}", "query", "chat.history", "room",
				     (json_int_t)room, "before", (json_int_t)seq + 1),
			   FOR_PROOF, seq);
	} else {
		c->proving = seq; /* nobody is left who could ask */
		prove_next(c);
	}
}

static bool is_busy(const struct crowd *c)
{
	for (size_t i = 0; i < c->roster.n; i++)
		if (member_is_busy(&c->members[i]))
			return true;
	return false;
}

void crowd_check_end(struct crowd *c)
{
	if (c->phase == CROWD_ON || c->phase == CROWD_DONE || is_busy(c))
		return;
	if (c->phase == CROWD_SETTLING) {
		c->phase = CROWD_PROVING;
		net_at(c->net, &c->clock, net_now(c->net) + PROVE_MS);
	}
	prove_next(c);
}

static void on_clock(void *arg)
{
	struct crowd *c = arg;

	if (c->phase == CROWD_ON) {
		crowd_begin_end(c);
		return;
	}
	fprintf(stderr, "not everything was answered in time\n");
	stop(c);
}

void crowd_begin_end(struct crowd *c)
{
	if (c->phase != CROWD_ON)
		return;
	c->phase = CROWD_SETTLING;
	net_at(c->net, &c->clock, net_now(c->net) + SETTLE_MS);
	raise_barriers(c);
	crowd_check_end(c);
}

/* --- the beginning --------------------------------------------------------------------------- */

static void run(struct crowd *c)
{
	c->ledger = ledger_new(c->roster.n);
	c->members = x_calloc(c->roster.n, sizeof(*c->members));
	c->clock = (struct timer){ .fire = on_clock, .arg = c };
	for (size_t i = 0; i < c->roster.n; i++)
		member_init(&c->members[i], c, i);
	if (c->seconds)
		net_at(c->net, &c->clock, net_now(c->net) + c->seconds * 1000);
	net_lines(c->net, STDIN_FILENO, crowd_order, c);
	if (net_run(c->net) &&
	    c->phase == CROWD_ON) { /* a signal: end as told, a second one at once */
		crowd_begin_end(c);
		if (c->phase != CROWD_DONE)
			net_run(c->net);
	}
	crowd_print_stats(c);
	for (size_t i = 0; i < c->roster.n; i++)
		member_fini(&c->members[i]);
	free(c->members);
	ledger_free(c->ledger);
}

static int prepare(struct crowd *c, const char *link, const char *roster, const char *script,
		   const char *log, const char *data)
{
	int status = CLI_USAGE;
	const char *kind;

	if (!enter_place(c->self, &c->visitor, link, &c->place, &status))
		return status;
	kind = c->place.token ? sign_kind(c->place.token) : NULL;
	if (!c->place.session)
		return options_wrong(c->self, "%s names no session.", link);
	if (!data && kind && strcmp(kind, "ticket") == 0)
		return options_wrong(c->self, "the link is one person's ticket; a crowd wants an "
					      "invitation, an open session, or --data.");
	if (!read_roster(c, roster) || (script && !read_script(c, script)))
		return CLI_USAGE;
	if (data && !sign_keys(&c->keys, data))
		return CLI_REFUSED;
	c->has_keys = data != NULL;
	if (log && !(c->log = fopen(log, "w")))
		return says_failed(CLI_USAGE, "%s: %s", log, strerror(errno));
	c->net = enter_net(&c->place, &c->visitor);
	return c->net ? CLI_DONE : CLI_UNREACHED;
}

static void fini(struct crowd *c)
{
	net_free(c->net);
	if (c->log && fclose(c->log) != 0)
		c->status =
			says_failed(CLI_REFUSED, "the log cannot be written: %s", strerror(errno));
	keys_fini(&c->keys);
	script_free(&c->script);
	roster_free(&c->roster);
	place_fini(&c->place);
}

int cli_crowd(const struct subcommand *self, int argc, char **argv)
{
	struct crowd c = { .self = self, .rate = 20, .seed = 1 };
	const char *roster = NULL, *script = NULL, *log = NULL, *data = NULL;
	const struct option_row rows[] = {
		{ "roster", OPTION_TEXT, &roster, "FILE", "who comes (CSV)", 0, 0, NULL, 0 },
		{ "script", OPTION_TEXT, &script, "FILE", "what they do", 0, 0, NULL, 0 },
		{ "rate", OPTION_INT, &c.rate, "N",
		  "so many arrive in a second, where the roster does not say when (20)", 1, 1000,
		  NULL, 0 },
		{ "for", OPTION_INT, &c.seconds, "SECONDS", "end after so long", 1, 86400, NULL,
		  0 },
		{ "log", OPTION_TEXT, &log, "FILE", "what was acknowledged and received, as JSON",
		  0, 0, NULL, 0 },
		{ "seed", OPTION_INT, &c.seed, "N", "of what is left to chance (1)", 0, INT64_MAX,
		  NULL, 0 },
		{ "data", OPTION_TEXT, &data, "DIR",
		  "make the tickets here, with the keys in this folder; roles of the roster count",
		  0, 0, NULL, 0 },
		ROWS_PLACE(c.visitor),
	};
	int status;

	if (!options_read(self, rows, OPTIONS_N(rows), &argc, &argv, &status))
		return status;
	if (argc != 1 || !roster)
		return options_wrong(self, "a link and --roster are needed.");
	c.status = prepare(&c, argv[0], roster, script, log, data);
	if (c.status == CLI_DONE)
		run(&c);
	fini(&c);
	return c.status;
}
