/* What a crowd is told while it talks, line by line:
 *
 *	say 3 We do it weekly.        person 3 (of the roster, from 1) says it
 *	ask 3 rooms.enter room=5      any command or query, by person 3, or by all
 *	drop 3                        cuts the connection of person 3, or of all, without a goodbye
 *	leave 3                       person 3 goes, and does not come back
 *	pause, resume                 the script, for everybody
 *	where 3                       person, room, id and seq
 *	stats                         what stands in the books
 *	quit                          end: settle, check, say the last line
 *
 * Each is answered by a line: ok, error and why, or what was asked for. What say and ask come to is
 *told when it is known: taken PERSON SEQ, refused PERSON ERROR, answer PERSON JSON. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/crowd.h"
#include "clients/cli/words.h"

#define WORDS_MAX 40

static void reply(const char *word, const char *detail)
{
	printf("%s%s%s\n", word, detail ? " " : "", detail ? detail : "");
	fflush(stdout);
}

/* "3 rest": the person goes to *m (NULL: all), the rest is returned; NULL after an error was said.
 */
static char *person_of(struct crowd *c, char *rest, struct member **m)
{
	char *end;
	unsigned long number = strtoul(rest, &end, 10);

	*m = NULL;
	if (strncmp(rest, "all", 3) == 0 && (!rest[3] || rest[3] == ' '))
		return rest + 3 + strspn(rest + 3, " ");
	if (end == rest || (*end && *end != ' ') || number < 1 || number > c->roster.n) {
		reply("error", "a person is a number of the roster, from 1, or all");
		return NULL;
	}
	*m = &c->members[number - 1];
	if (!(*m)->session) {
		reply("error", "this person is not here");
		return NULL;
	}
	return end + strspn(end, " ");
}

/* One person, or all who are here. */
static void each(struct crowd *c, struct member *one, void (*act)(struct member *m, void *arg),
		 void *arg)
{
	for (size_t i = 0; i < c->roster.n; i++) {
		struct member *m = &c->members[i];

		if (m->session && (!one || m == one))
			act(m, arg);
	}
}

static void say_one(struct member *m, void *text)
{
	member_say(m, text, 0, FOR_ORDER);
}

static void ask_one(struct member *m, void *message)
{
	member_ask(m, json_deep_copy(message), FOR_ORDER, 0);
}

static void drop_one(struct member *m, void *arg)
{
	(void)arg;
	m->crowd->drops++;
	session_cut(m->session);
}

static void order_say(struct crowd *c, char *rest)
{
	struct member *m;
	char *text = person_of(c, rest, &m);

	if (!text)
		return;
	if (!*text) {
		reply("error", "say what?");
		return;
	}
	reply("ok", NULL);
	each(c, m, say_one, text);
}

static void order_ask(struct crowd *c, char *rest)
{
	struct member *m;
	char *text = person_of(c, rest, &m), *words[WORDS_MAX];
	size_t n = text ? words_split(text, words, WORDS_MAX) : 0;
	struct text why = { 0 };
	json_t *message = n ? words_message(words, n, &why) : NULL;

	if (message) {
		reply("ok", NULL);
		each(c, m, ask_one, message);
	} else if (text) {
		reply("error", why.s ? why.s : "ask what?");
	}
	json_decref(message);
	text_free(&why);
}

static void order_drop(struct crowd *c, char *rest)
{
	struct member *m;

	if (!person_of(c, rest, &m))
		return;
	reply("ok", NULL);
	each(c, m, drop_one, NULL);
}

static void order_leave(struct crowd *c, char *rest)
{
	struct member *m;
	json_t *message;

	if (!person_of(c, rest, &m))
		return;
	reply("ok", NULL);
	message = json_pack("{s:s}", "command", "people.leave");
	each(c, m, ask_one, message);
	json_decref(message);
}

static void order_where(struct crowd *c, char *rest)
{
	struct member *m;

	if (!person_of(c, rest, &m))
		return;
	for (size_t i = 0; i < c->roster.n; i++) {
		const struct member *one = &c->members[i];

		if ((m && m != one) || !one->session)
			continue;
		printf("where %zu room=%" PRIu64 " id=%" PRIu64 " seq=%" PRIu64 " live=%d\n", i + 1,
		       one->room, session_you(one->session), session_seq(one->session),
		       session_is_live(one->session));
	}
	fflush(stdout);
}

static void order_pause(struct crowd *c, char *rest)
{
	(void)rest;
	c->paused = true;
	reply("ok", NULL);
}

static void order_resume(struct crowd *c, char *rest)
{
	(void)rest;
	c->paused = false;
	reply("ok", NULL);
}

static void order_stats(struct crowd *c, char *rest)
{
	(void)rest;
	crowd_print_stats(c);
}

static void order_quit(struct crowd *c, char *rest)
{
	(void)rest;
	reply("ok", NULL);
	crowd_begin_end(c);
}

static const struct {
	const char *name;
	void (*run)(struct crowd *c, char *rest);
} orders[] = {
	{ "say", order_say },       { "ask", order_ask },     { "drop", order_drop },
	{ "leave", order_leave },   { "where", order_where }, { "pause", order_pause },
	{ "resume", order_resume }, { "stats", order_stats }, { "quit", order_quit },
};

void crowd_order(void *crowd, char *line)
{
	size_t n;

	if (!line) /* nothing more will come; the crowd goes on */
		return;
	n = strcspn(line, " ");
	if (!n)
		return;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		if (strlen(orders[i].name) != n || memcmp(orders[i].name, line, n) != 0)
			continue;
		orders[i].run(crowd, line + n + strspn(line + n, " "));
		return;
	}
	reply("error", "there are: say ask drop leave where pause resume stats quit");
}
