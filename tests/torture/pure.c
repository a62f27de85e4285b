/* What needs no store: the codec, the reducers, tickets, configuration. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/codec.h"
#include "server/base/conf.h"
#include "server/base/mem.h"
#include "server/core/export.h"
#include "server/net/ticket.h"
#include "tests/lib/step.h"
#include "tests/torture/torture.h"

/* --- codec --- */

static const char *const ups[] = {
	"{\"hello\":1,\"ticket\":\"t\",\"epoch\":\"e\",\"after\":3,\"pending\":[81,82,83]}",
	"{\"command\":\"chat.say\",\"n\":1,\"room\":1,\"text\":\"e\\u0301 \\u738b\\u82b3\"}",
	"{\"command\":\"agenda.order\",\"n\":2,\"topic\":3,\"before\":4}",
	"{\"command\":\"notices.announce\",\"n\":3,\"rooms\":[4,5],\"text\":\"a\",\"zh\":\"b\"}",
	"{\"query\":\"people.roster\",\"n\":4,\"find\":\"ana\",\"area\":\"hr\"}",
	"{\"signal\":\"chat.typing\",\"room\":1}",
};

static const char *read_up(const char *text)
{
	struct upward u;
	struct blame blame;

	if (codec_read(text, strlen(text), &u, &blame) != OK)
		return "what is good was refused";
	upward_free(&u);
	return NULL;
}

static const char *write_again(const char *text)
{
	struct event e;
	struct msg *m;
	const char *wrong = NULL;

	if (codec_event(text, strlen(text), &e) != OK)
		return "an event of the log was not read";
	m = codec_write_event(&e, true);
	if (strcmp(m->text, text) != 0)
		wrong = "an event was not written as it was read";
	msg_unref(&m);
	event_free(&e);
	return wrong;
}

static const char *codec_work(struct promised *p)
{
	static const char event[] =
		"{\"event\":\"chat.said\",\"seq\":43,\"at\":5,\"by\":17,\"name\":\"Mei\","
		"\"school\":\"ISB\",\"n\":81,\"room\":1,\"text\":\"hello\"}";
	const char *wrong = NULL;

	(void)p;
	for (size_t i = 0; !wrong && i < sizeof(ups) / sizeof(ups[0]); i++)
		wrong = read_up(ups[i]);
	return wrong ? wrong : write_again(event);
}

const struct victim codec_victim = { .name = "codec", .work = codec_work };

/* --- reducers --- */

static char *story, *end_of_story;

static char *tell(void)
{
	struct state s = { 0 };
	struct text t = { 0 };
	char *lines = x_strdup(story), *end;

	for (char *line = lines; line && *line; line = end ? end + 1 : NULL) {
		struct step step;

		end = strchr(line, '\n');
		if (end)
			*end = '\0';
		if (step_happen(&s, line, &step))
			step_free(&step);
	}
	free(lines);
	state_write(&s, &t);
	for (size_t i = 0; i < s.people.n && i < 3; i++) {
		view_write(&s, s.people.list[i], &t);
		export_json(&s, s.people.list[i], &t);
		export_markdown(&s, s.people.list[i], &t);
	}
	state_free(&s);
	return t.s;
}

static void reducers_prepare(void)
{
	story = torture_file("tests/fuzz/corpus/reducer/law-5");
	end_of_story = tell();
}

static const char *reducers_work(struct promised *p)
{
	char *end = tell();
	bool same = end && strcmp(end, end_of_story) == 0;

	(void)p;
	free(end);
	return same ? NULL : "the same log gave another state";
}

const struct victim reducers_victim = { .name = "reducers",
					.prepare = reducers_prepare,
					.work = reducers_work };

/* --- tickets --- */

static const char *tickets_work(struct promised *p)
{
	struct keys_where where = { .dir = ".",
				    .tickets = "0123456789abcdef0123456789abcdef",
				    .installation = "fedcba9876543210fedcba9876543210" };
	struct ticket t = { .kind = TICKET_PERSON,
			    .role = ROLE_ATTENDEE,
			    .session = "s",
			    .expires = 2000,
			    .issued = 1000,
			    .sub = "a",
			    .name = "Ana",
			    .school = "ISB",
			    .area = "hr",
			    .language = LANGUAGE_EN },
		      back;
	static struct keys keys;
	const char *wrong = NULL;
	char why[256], *text;

	(void)p;
	if (!keys_load(&keys, &where, why, sizeof(why)))
		return "given keys were not taken";
	text = ticket_write(&keys, &t);
	if (!text || ticket_read(&keys, text, strlen(text), 1000, &back) != TICKET_GOOD)
		return "a good ticket was refused";
	if (!back.area || strcmp(back.area, "hr") != 0)
		wrong = "a ticket lost a word";
	ticket_free(&back);
	free(text);
	return wrong;
}

const struct victim tickets_victim = { .name = "tickets", .work = tickets_work };

/* --- configuration --- */

static const char *conf_work(struct promised *p)
{
	char program[] = "jobalike-server", file[] = "--config=configs/reference.ini",
	     port[] = "--listen.port=81", variable[] = "JOBALIKE_LISTEN_HOST=::1";
	char *args[] = { program, file, port, NULL }, *env[] = { variable, NULL };
	FILE *nowhere = fopen("/dev/null", "w");
	struct conf c;
	const char *wrong = NULL;

	(void)p;
	if (!nowhere)
		return NULL;
	if (conf_load(&c, 3, args, env, nowhere, nowhere) < 0 &&
	    (c.listen.port != 81 || strcmp(c.listen.host, "::1") != 0))
		wrong = "a value was lost on the way";
	conf_fini(&c);
	fclose(nowhere);
	return wrong;
}

const struct victim conf_victim = { .name = "conf", .work = conf_work };
