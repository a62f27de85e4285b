/* talk: take part from a terminal, or from a pipe. watch: only look. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/cli/attend.h"
#include "clients/cli/scene.h"
#include "clients/cli/words.h"
#include "server/base/mem.h"

#define PATIENCE_MS   5000
#define ENDURANCE_MS  (INT64_C(3600) * 1000)
#define MESSAGE_WORDS 40

struct talk {
	struct attend attend;
	struct scene scene;
	bool as_json, is_ready, is_ending, failed;
	bool stays;   /* until a time, whatever comes through the pipe */
	char **early; /* lines that came before one was there */
	size_t n_early;
	struct timer limit;
};

static void print(struct text *t)
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

/* --- what is typed --------------------------------------------------------------------------- */

static void wrong(struct talk *t, const char *what, const char *detail)
{
	t->failed = true;
	fprintf(stderr, "!! %s%s\n", what, detail ? detail : "");
}

static void ask(struct talk *t, json_t *message)
{
	if (message)
		session_ask(t->attend.session, message);
	else
		wrong(t, "this is not UTF-8", NULL);
}

static void say(struct talk *t, const char *text, uint64_t reply)
{
	json_t *message = json_pack("{s:s, s:I, s:s}", "command", "chat.say", "room",
				    (json_int_t)t->scene.room, "text", text);

	if (message && reply)
		json_object_set_new(message, "reply", json_integer((json_int_t)reply));
	ask(t, message);
}

static void do_enter(struct talk *t, char *rest)
{
	uint64_t room;

	if (scene_find_room(&t->scene, rest, &room))
		ask(t, json_pack("{s:s, s:I}", "command", "rooms.enter", "room", (json_int_t)room));
	else
		wrong(t, "there is no such room, or several: ", rest);
}

static void do_leave(struct talk *t, char *rest)
{
	(void)rest;
	ask(t, json_pack("{s:s}", "command", "rooms.leave"));
}

static void do_hand(struct talk *t, char *rest)
{
	(void)rest;
	t->scene.hand = !t->scene.hand;
	ask(t, json_pack("{s:s}", "command", t->scene.hand ? "hands.raise" : "hands.lower"));
}

static void do_rooms(struct talk *t, char *rest)
{
	struct text out = { 0 };

	(void)rest;
	scene_rooms(&t->scene, &out);
	print(&out);
}

static void do_who(struct talk *t, char *rest)
{
	struct text out = { 0 };

	(void)rest;
	scene_people(&t->scene, &out);
	print(&out);
}

/* "43 words": the number goes to *line, the words are returned; NULL: it is not so. */
static char *numbered(struct talk *t, char *rest, uint64_t *line)
{
	char *end;

	*line = strtoull(rest, &end, 10);
	if (end == rest || (*end && *end != ' ')) {
		wrong(t, "the number of a line is missing: ", rest);
		return NULL;
	}
	return end + strspn(end, " ");
}

static void do_reply(struct talk *t, char *rest)
{
	uint64_t line;
	char *text = numbered(t, rest, &line);

	if (text)
		say(t, text, line);
}

static void do_edit(struct talk *t, char *rest)
{
	uint64_t line;
	char *text = numbered(t, rest, &line);

	if (text)
		ask(t, json_pack("{s:s, s:I, s:s}", "command", "chat.edit", "line",
				 (json_int_t)line, "text", text));
}

static void do_remove(struct talk *t, char *rest)
{
	uint64_t line;

	if (numbered(t, rest, &line))
		ask(t, json_pack("{s:s, s:I}", "command", "chat.remove", "line", (json_int_t)line));
}

static void do_react(struct talk *t, char *rest)
{
	uint64_t line;
	char *kind = numbered(t, rest, &line);

	if (kind)
		ask(t, json_pack("{s:s, s:I, s:s, s:b}", "command", "chat.react", "line",
				 (json_int_t)line, "kind", *kind ? kind : "agree", "on", 1));
}

static void do_ask(struct talk *t, char *rest)
{
	char *words[MESSAGE_WORDS];
	size_t n = words_split(rest, words, MESSAGE_WORDS);
	struct text why = { 0 };
	json_t *message = n ? words_message(words, n, &why) : NULL;

	if (message)
		ask(t, message);
	else
		wrong(t, why.s ? why.s : "what is to be asked?", NULL);
	text_free(&why);
}

static void do_raw(struct talk *t, char *rest)
{
	json_error_t error;
	json_t *message = json_loads(rest, JSON_REJECT_DUPLICATES, &error);

	if (json_is_object(message)) {
		ask(t, message);
		return;
	}
	json_decref(message);
	wrong(t, "not a JSON object: ", error.text);
}

static void do_quit(struct talk *t, char *rest)
{
	(void)rest;
	t->is_ending = true;
}

static void do_help(struct talk *t, char *rest)
{
	(void)t, (void)rest;
	puts("   /enter ROOM /leave /rooms /who /hand /reply LINE TEXT /edit LINE TEXT /remove "
	     "LINE\n"
	     "   /react LINE SIGN /ask COMMAND field=value ... /raw {JSON} /quit; all else is "
	     "said");
}

static const struct {
	const char *name;
	void (*run)(struct talk *t, char *rest);
} slashes[] = {
	{ "enter", do_enter }, { "leave", do_leave }, { "hand", do_hand }, { "rooms", do_rooms },
	{ "who", do_who },     { "reply", do_reply }, { "edit", do_edit }, { "remove", do_remove },
	{ "react", do_react }, { "ask", do_ask },     { "raw", do_raw },   { "quit", do_quit },
	{ "help", do_help },
};

static void obey(struct talk *t, char *line)
{
	size_t n = strcspn(line, " ");

	for (size_t i = 0; i < sizeof(slashes) / sizeof(slashes[0]); i++) {
		if (strlen(slashes[i].name) != n || memcmp(slashes[i].name, line, n) != 0)
			continue;
		slashes[i].run(t, line + n + strspn(line + n, " "));
		return;
	}
	wrong(t, "there is no such command; /help lists them: /", line);
}

static void take_line(struct talk *t, char *line)
{
	if (line[0] == '/' && line[1] != '/')
		obey(t, line + 1);
	else if (*line)
		say(t, line[0] == '/' ? line + 1 : line, 0); /* //x says /x */
}

static void on_line(void *arg, char *line)
{
	struct talk *t = arg;

	if (!line) {
		t->is_ending |= !t->stays;
	} else if (t->is_ready) {
		take_line(t, line);
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

/* --- what happens ---------------------------------------------------------------------------- */

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
	print(&out);
}

static void on_event(void *arg, const json_t *frame)
{
	struct talk *t = arg;
	struct text out = { 0 };

	scene_event(&t->scene, frame, &out);
	if (t->as_json)
		text_clear(&out);
	print(&out);
}

/* View and digest are here: lines may be taken. */
static void begin(struct talk *t)
{
	t->is_ready = true;
	for (size_t i = 0; i < t->n_early; i++) {
		take_line(t, t->early[i]);
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
	wrong(arg, why.s, NULL);
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
