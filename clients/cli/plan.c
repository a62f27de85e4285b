/* The sub-command plan: a session from options, with the installation key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/enter.h"
#include "clients/cli/words.h"
#include "protocol/gen/protocol.h"
#include "server/base/mem.h"

struct plan {
	const char *title, *hashtag, *key;
	int format, rooms_by;
	int64_t start, end;
	bool open, as_json;
	struct option_texts areas, languages;
};

static const struct field *open_field(const char *name)
{
	const struct shape *shape = command_specs[CMD_SESSION_OPEN].fields;

	for (size_t i = 0; i < shape->n; i++)
		if (strcmp(shape->fields[i].name, name) == 0)
			return &shape->fields[i];
	return NULL;
}

/* A list of values given one by one. NULL: why says what is wrong. */
static json_t *list_of(const char *name, const struct option_texts *texts, struct text *why)
{
	json_t *list = json_array();

	for (size_t i = 0; i < texts->n; i++) {
		json_t *one = words_value(open_field(name), texts->list[i], why);

		if (!one) {
			json_decref(list);
			return NULL;
		}
		json_array_extend(list, one);
		json_decref(one);
	}
	return list;
}

static char *plan_body(const struct plan *p, struct text *why)
{
	static const char *both[] = { "en,zh" };
	struct option_texts languages = p->languages;
	json_t *areas = list_of("areas", &p->areas, why), *spoken, *plan;
	char *body;

	if (!languages.n)
		languages = (struct option_texts){ .list = both, .n = 1 };
	spoken = areas ? list_of("languages", &languages, why) : NULL;
	if (!spoken) {
		json_decref(areas);
		return NULL;
	}
	plan = json_pack("{s:s, s:s*, s:s, s:o, s:o, s:I, s:I, s:b, s:s}", "title", p->title,
			 "hashtag", p->hashtag, "format", format_names[p->format], "languages",
			 spoken, "areas", areas, "start", (json_int_t)p->start, "end",
			 (json_int_t)p->end, "open", p->open, "rooms_by",
			 rooms_by_names[p->rooms_by]);
	body = plan ? json_dumps(plan, JSON_COMPACT) : NULL;
	if (!body)
		text_puts(why, "what was given is not UTF-8");
	json_decref(plan);
	return body;
}

static void print_links(const json_t *answer)
{
	const char *role;
	json_t *link;

	printf("%-12s %s\n", "session", enter_word(answer, "session"));
	printf("%-12s %s\n", "code", enter_word(answer, "code"));
	json_object_foreach (json_object_get(answer, "links"), role, link)
		printf("%-12s %s\n", role, json_string_value(link));
}

static int send_plan(const struct plan *p, const struct visitor *v, const struct place *place,
		     const char *body)
{
	char *key = enter_key(p->key);
	struct net *net = key ? enter_net(place, v) : NULL;
	json_t *answer = NULL;
	int status = key ? CLI_UNREACHED : CLI_REFUSED;

	if (net)
		answer = enter_ask(net, place,
				   &(struct request){ .method = "POST",
						      .path = "/api/sessions",
						      .bearer = key,
						      .body = body },
				   &status);
	if (answer && p->as_json)
		enter_print(answer);
	else if (answer)
		print_links(answer);
	json_decref(answer);
	net_free(net);
	free(key);
	return status;
}

static int check_plan(const struct subcommand *self, const struct plan *p, int argc)
{
	if (argc)
		return options_wrong(self, "plan takes options only.");
	if (!p->title || !p->start || !p->end)
		return options_wrong(self, "--title, --start and --end are needed.");
	if (p->end <= p->start)
		return options_wrong(self, "--end is not after --start.");
	return CLI_DONE;
}

int cli_plan(const struct subcommand *self, int argc, char **argv)
{
	struct visitor v = { 0 };
	struct plan p = { .format = FORMAT_COMBINED, .rooms_by = ROOMS_BY_STAFF };
	const struct option_row rows[] = {
		{ "title", OPTION_TEXT, &p.title, "TITLE", "what it is called", 0, 0, NULL, 0 },
		{ "hashtag", OPTION_TEXT, &p.hashtag, "WORD", "without #", 0, 0, NULL, 0 },
		{ "area", OPTION_TEXTS, &p.areas, "KEY=EN/ZH",
		  "a professional area: hr=Human Resources/人力资源; may be repeated", 0, 0, NULL,
		  0 },
		{ "format", OPTION_WORD, &p.format, "FORMAT", "guided, free or combined (default)",
		  0, 0, format_names, FORMAT_COUNT },
		{ "languages", OPTION_TEXTS, &p.languages, "en,zh", "languages spoken", 0, 0, NULL,
		  0 },
		{ "start", OPTION_TIME, &p.start, "TIME", "2026-11-22T09:00Z, now, +2h", 0, 0, NULL,
		  0 },
		{ "end", OPTION_TIME, &p.end, "TIME", "likewise", 0, 0, NULL, 0 },
		{ "open", OPTION_FLAG, &p.open, NULL, "anybody may join by name", 0, 0, NULL, 0 },
		{ "rooms-by", OPTION_WORD, &p.rooms_by, "WHO",
		  "who may open rooms: staff, attendees", 0, 0, rooms_by_names, ROOMS_BY_COUNT },
		{ "key", OPTION_TEXT, &p.key, "FILE", "the installation key (./var/install.key)", 0,
		  0, NULL, 0 },
		{ "json", OPTION_FLAG, &p.as_json, NULL, "the answer as JSON", 0, 0, NULL, 0 },
		ROWS_PLACE(v),
	};
	struct text why = { 0 };
	struct place place;
	char *body = NULL;
	int status;

	if (!options_read(self, rows, OPTIONS_N(rows), &argc, &argv, &status) ||
	    (status = check_plan(self, &p, argc)) || !enter_place(self, &v, NULL, &place, &status))
		goto out;
	body = plan_body(&p, &why);
	status = body ? send_plan(&p, &v, &place, body) : options_wrong(self, "%s.", why.s);
	place_fini(&place);
out:
	text_free(&why);
	free(body);
	free(p.areas.list);
	free(p.languages.list);
	return status;
}
