/* What is typed: a line is said, or begins with a slash and is a command. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/talk.h"
#include "clients/cli/words.h"

#define MESSAGE_WORDS 40

void talk_wrong(struct talk *t, const char *what, const char *detail)
{
	t->failed = true;
	fprintf(stderr, "!! %s%s\n", what, detail ? detail : "");
}

static void ask(struct talk *t, json_t *message)
{
	if (message)
		session_ask(t->attend.session, message);
	else
		talk_wrong(t, "this is not UTF-8", NULL);
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
		talk_wrong(t, "there is no such room, or several: ", rest);
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
	talk_print(&out);
}

static void do_who(struct talk *t, char *rest)
{
	struct text out = { 0 };

	(void)rest;
	scene_people(&t->scene, &out);
	talk_print(&out);
}

/* "43 words": the number goes to *line, the words are returned; NULL: it is not so. */
static char *numbered(struct talk *t, char *rest, uint64_t *line)
{
	char *end;

	*line = strtoull(rest, &end, 10);
	if (end == rest || (*end && *end != ' ')) {
		talk_wrong(t, "the number of a line is missing: ", rest);
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
		talk_wrong(t, why.s ? why.s : "what is to be asked?", NULL);
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
	talk_wrong(t, "not a JSON object: ", error.text);
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
	talk_wrong(t, "there is no such command; /help lists them: /", line);
}

void talk_input(struct talk *t, char *line)
{
	if (line[0] == '/' && line[1] != '/')
		obey(t, line + 1);
	else if (*line)
		say(t, line[0] == '/' ? line + 1 : line, 0); /* //x says /x */
}
