/* talk: take part from a terminal, or from a pipe. watch: only look. */
#include "clients/cli/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/gen/protocol.h"
#include "server/base/mem.h"

#define PATIENCE_MS  5000
#define ENDURANCE_MS (INT64_C(3600) * 1000)

void talk_print(struct text *t)
{
	if (t->len)
		fwrite(t->s, 1, t->len, stdout);
	fflush(stdout);
	text_free(t);
}

static void end_when_done(struct talk *t)
{
	if (!t->is_ending || !t->is_ready || session_open_questions(t->attend.session))
		return;
	t->attend.status = t->failed ? CLI_REFUSED : CLI_DONE;
	net_stop(t->attend.net);
}

static void on_line(void *arg, char *line)
{
	struct talk *t = arg;

	if (!line) {
		t->is_ending |= !t->stays;
	} else if (t->is_ready) {
		talk_input(t, line);
	} else {
		t->early = x_grow(t->early, t->n_early, sizeof(*t->early));
		t->early[t->n_early++] = x_strdup(line);
	}
	end_when_done(t);
}

static void on_no_line(void *arg, char *line)
{
	(void)arg, (void)line;
}

static void on_frame(void *arg, const char *text, size_t len)
{
	struct talk *t = arg;

	if (!t->as_json)
		return;
	fwrite(text, 1, len, stdout);
	putchar('\n');
	fflush(stdout);
}

static void on_view(void *arg, const json_t *frame)
{
	struct talk *t = arg;
	struct text out = { 0 };

	scene_view(&t->scene, frame, &out);
	if (t->as_json)
		text_clear(&out);
	talk_print(&out);
}

static void on_event(void *arg, const json_t *frame)
{
	struct talk *t = arg;
	struct text out = { 0 };

	scene_event(&t->scene, frame, &out);
	if (t->as_json)
		text_clear(&out);
	talk_print(&out);
}

/* View and digest are here: lines may be taken. */
static void begin(struct talk *t)
{
	t->is_ready = true;
	for (size_t i = 0; i < t->n_early; i++) {
		talk_input(t, t->early[i]);
		free(t->early[i]);
	}
	t->n_early = 0;
	end_when_done(t);
}

static void on_signal(void *arg, const json_t *frame)
{
	struct talk *t = arg;

	if (strcmp(json_string_value(json_object_get(frame, "signal")), "digest") != 0)
		return;
	scene_digest(&t->scene, frame);
	if (!t->is_ready)
		begin(t);
}

static void on_taken(void *arg, uint64_t n, uint64_t seq, const json_t *frame)
{
	(void)n, (void)seq, (void)frame;
	end_when_done(arg);
}

static void on_answer(void *arg, uint64_t n, const json_t *answer)
{
	(void)n;
	json_dumpf(answer, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	end_when_done(arg);
}

static void on_refused(void *arg, uint64_t n, const json_t *error)
{
	struct text why = { 0 };

	(void)n;
	enter_sentence(0, error, &why);
	talk_wrong(arg, why.s, NULL);
	text_free(&why);
	end_when_done(arg);
}

static void on_lost(void *arg, const char *why, int64_t wait_ms)
{
	(void)arg;
	fprintf(stderr, "-- no connection (%s); again in %.1f s\n", why, (double)wait_ms / 1000);
}

static void on_over(void *arg, enum session_end how, const char *why)
{
	struct talk *t = arg;

	attend_over(&t->attend, how, why);
}

static void on_limit(void *arg)
{
	struct talk *t = arg;

	t->is_ending = true;
	t->is_ready = true; /* or it never will be */
	end_when_done(t);
}

static const struct session_ops ops = {
	.frame = on_frame,
	.view = on_view,
	.event = on_event,
	.signal = on_signal,
	.taken = on_taken,
	.answer = on_answer,
	.refused = on_refused,
	.lost = on_lost,
	.over = on_over,
};

static int run(struct talk *t, const struct subcommand *self, const struct visitor *v,
	       const char *link, int64_t seconds, void (*line)(void *arg, char *line))
{
	struct session_options options = {
		.patience_ms = PATIENCE_MS, .endurance_ms = ENDURANCE_MS, .ops = &ops, .arg = t
	};

	t->stays = seconds != 0;
	t->limit = (struct timer){ .fire = on_limit, .arg = t };
	if (attend_open(&t->attend, self, v, link, &options)) {
		if (line != on_no_line)
			net_lines(t->attend.net, STDIN_FILENO, line, t);
		if (seconds)
			net_at(t->attend.net, &t->limit, net_now(t->attend.net) + seconds * 1000);
		net_run(t->attend.net);
		net_clear(t->attend.net, &t->limit);
	}
	attend_fini(&t->attend);
	scene_fini(&t->scene);
	for (size_t i = 0; i < t->n_early; i++)
		free(t->early[i]);
	free(t->early);
	return t->attend.status;
}

int cli_talk(const struct subcommand *self, int argc, char **argv)
{
	struct visitor v = { 0 };
	struct talk t = { 0 };
	int64_t seconds = 0;
	const struct option_row rows[] = {
		{ "for", OPTION_INT, &seconds, "SECONDS", "leave after so long", 1, 86400, NULL,
		  0 },
		ROWS_VISITOR(v),
	};
	int status;

	if (!options_read(self, rows, OPTIONS_N(rows), &argc, &argv, &status))
		return status;
	if (argc != 1)
		return options_wrong(self, "one link is needed.");
	return run(&t, self, &v, argv[0], seconds, on_line);
}

int cli_watch(const struct subcommand *self, int argc, char **argv)
{
	struct visitor v = { 0 };
	struct talk t = { 0 };
	int64_t seconds = 0;
	const struct option_row rows[] = {
		{ "json", OPTION_FLAG, &t.as_json, NULL, "each message as it came, one a line", 0,
		  0, NULL, 0 },
		{ "for", OPTION_INT, &seconds, "SECONDS", "stop after so long", 1, 86400, NULL, 0 },
		ROWS_VISITOR(v),
	};
	int status;

	if (!options_read(self, rows, OPTIONS_N(rows), &argc, &argv, &status))
		return status;
	if (argc != 1)
		return options_wrong(self, "one link is needed.");
	return run(&t, self, &v, argv[0], seconds, on_no_line);
}
