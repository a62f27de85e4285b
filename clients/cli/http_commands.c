/* Sub-commands that ask over HTTP: sessions, show, plan, join, export. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clients/cli/enter.h"
#include "clients/cli/words.h"
#include "protocol/gen/protocol.h"
#include "server/base/mem.h"

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))

static const char *word(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text ? text : "";
}

static void print_time(const json_t *at)
{
	time_t t = (time_t)(json_integer_value(at) / 1000);
	char text[40];
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%d %H:%M %Z", localtime_r(&t, &tm));
	printf("%s", text);
}

static void print_row(const json_t *s)
{
	printf("%-32s  ", word(s, "session"));
	print_time(json_object_get(s, "start"));
	printf("  %-11s  %s\n", word(s, "phase"), word(s, "title"));
}

static void print_json(const json_t *json)
{
	json_dumpf(json, stdout, JSON_COMPACT);
	putchar('\n');
}

int cli_sessions(const struct subcommand *self, int argc, char **argv)
{
	struct visitor v = { 0 };
	bool as_json = false;
	const struct option_row rows[] = {
		ROWS_PLACE(v),
		{ "json", OPTION_FLAG, &as_json, NULL, "as JSON", 0, 0, NULL, 0 },
	};
	struct place place;
	struct net *net;
	json_t *answer = NULL, *s;
	int status;
	size_t i;

	if (!options_read(self, rows, LENGTH(rows), &argc, &argv, &status))
		return status;
	if (argc > 1)
		return options_wrong(self, "one address is enough.");
	if (argc)
		v.server = argv[0];
	if (!enter_place(self, &v, NULL, &place, &status))
		return status;
	status = CLI_UNREACHED;
	if ((net = enter_net(&place, &v)))
		answer = enter_ask(net, &place,
				   &(struct request){ .method = "GET", .path = "/api/sessions" },
				   &status);
	if (answer && as_json)
		print_json(answer);
	else
		json_array_foreach (json_object_get(answer, "sessions"), i, s)
			print_row(s);
	json_decref(answer);
	net_free(net);
	place_fini(&place);
	return status;
}

static void print_list(const json_t *list, const char *title, const char *first, const char *second)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		printf("%-10s %s", i ? "" : title, word(one, first));
		if (*word(one, second))
			printf(" / %s", word(one, second));
		if (json_object_get(one, "minutes"))
			printf(", %" JSON_INTEGER_FORMAT " min, %s",
			       json_integer_value(json_object_get(one, "minutes")),
			       word(one, "state"));
		putchar('\n');
	}
}

static void print_session(const json_t *s)
{
	printf("%s\n", word(s, "title"));
	if (*word(s, "hashtag"))
		printf("%-10s #%s\n", "", word(s, "hashtag"));
	printf("%-10s %s\n%-10s %s\n%-10s %s\n", "id", word(s, "session"), "format",
	       word(s, "format"), "phase", word(s, "phase"));
	printf("%-10s ", "start");
	print_time(json_object_get(s, "start"));
	printf("\n%-10s ", "end");
	print_time(json_object_get(s, "end"));
	printf("\n%-10s %s\n", "open",
	       json_is_true(json_object_get(s, "open")) ? "yes, anybody may join by name"
							: "no, an invitation is needed");
	printf("%-10s %" JSON_INTEGER_FORMAT "\n", "people",
	       json_integer_value(json_object_get(s, "people")));
	print_list(json_object_get(s, "areas"), "areas", "en", "zh");
	print_list(json_object_get(s, "topics"), "agenda", "title", "");
}

int cli_show(const struct subcommand *self, int argc, char **argv)
{
	struct visitor v = { 0 };
	bool as_json = false;
	const struct option_row rows[] = {
		ROWS_PLACE(v),
		{ "json", OPTION_FLAG, &as_json, NULL, "as JSON", 0, 0, NULL, 0 },
	};
	struct place place;
	struct net *net;
	struct text path = { 0 };
	json_t *answer = NULL;
	int status;

	if (!options_read(self, rows, LENGTH(rows), &argc, &argv, &status))
		return status;
	if (argc != 1)
		return options_wrong(self, "name one session, by its id or its link.");
	if (!enter_place(self, &v, argv[0], &place, &status))
		return status;
	if (!place.session) {
		place_fini(&place);
		return options_wrong(self, "%s names no session.", argv[0]);
	}
	enter_path(&place, "", &path);
	status = CLI_UNREACHED;
	if ((net = enter_net(&place, &v)))
		answer = enter_ask(net, &place,
				   &(struct request){ .method = "GET", .path = path.s }, &status);
	if (answer && as_json)
		print_json(answer);
	else if (answer)
		print_session(answer);
	json_decref(answer);
	text_free(&path);
	net_free(net);
	place_fini(&place);
	return status;
}

/* --- plan ------------------------------------------------------------------------------------ */

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

/* The first line of the file. NULL: said why. */
static char *read_key(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[512] = "";

	if (!f || !fgets(line, sizeof(line), f) || strcspn(line, " \t\r\n") == 0) {
		says_failed(CLI_REFUSED, "no installation key in %s: %s (--key names its file)",
			    path, f ? "it is empty" : strerror(errno));
		if (f)
			fclose(f);
		return NULL;
	}
	fclose(f);
	line[strcspn(line, " \t\r\n")] = '\0';
	return x_strdup(line);
}

static void print_links(const json_t *answer)
{
	const char *role;
	json_t *link;

	printf("%-12s %s\n", "session", word(answer, "session"));
	json_object_foreach (json_object_get(answer, "links"), role, link)
		printf("%-12s %s\n", role, json_string_value(link));
}

static int send_plan(const struct plan *p, const struct visitor *v, const struct place *place,
		     const char *body)
{
	const char *given = getenv("JOBALIKE_KEYS_INSTALLATION");
	char *key = p->key || !given ? read_key(p->key ? p->key : "./var/install.key")
				     : x_strdup(given);
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
		print_json(answer);
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

	if (!options_read(self, rows, LENGTH(rows), &argc, &argv, &status) ||
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

/* --- join ------------------------------------------------------------------------------------ */

int cli_join(const struct subcommand *self, int argc, char **argv)
{
	struct visitor v = { 0 };
	const struct option_row rows[] = { ROWS_VISITOR(v) };
	struct place place;
	struct net *net;
	char *ticket = NULL;
	int status;

	if (!options_read(self, rows, LENGTH(rows), &argc, &argv, &status))
		return status;
	if (argc != 1)
		return options_wrong(self, "name one session, by its link or its id.");
	if (!enter_place(self, &v, argv[0], &place, &status))
		return status;
	status = CLI_UNREACHED;
	if ((net = enter_net(&place, &v)))
		ticket = enter_ticket(self, net, &place, &v, &status);
	if (ticket) {
		printf("%s\n", ticket);
		status = CLI_DONE;
	}
	free(ticket);
	net_free(net);
	place_fini(&place);
	return status;
}

/* --- export ---------------------------------------------------------------------------------- */

struct fetched {
	struct net *net;
	unsigned code;
	struct text body;
};

static void on_fetched(void *arg, unsigned code, const char *body, size_t len)
{
	struct fetched *f = arg;

	f->code = code;
	text_add(&f->body, body, len);
	net_stop(f->net);
}

static int fetch(struct net *net, const struct place *place, const char *kind, const char *ticket)
{
	struct fetched f = { .net = net };
	struct text path = { 0 }, why = { 0 };
	json_t *error;
	int status = CLI_DONE;

	enter_path(place, "/export.", &path);
	text_puts(&path, kind);
	net_ask(net, place, &(struct request){ .method = "GET", .path = path.s, .bearer = ticket },
		on_fetched, &f);
	net_run(net);
	if (!f.code) {
		status = says_failed(CLI_UNREACHED, "cannot reach the server: %s",
				     f.body.s ? f.body.s : "interrupted");
	} else if (f.code != 200) {
		error = json_loads(f.body.s, 0, NULL);
		enter_sentence(f.code, error, &why);
		json_decref(error);
		status = says_failed(CLI_REFUSED, "%s.", why.s);
	} else {
		fwrite(f.body.s, 1, f.body.len, stdout);
	}
	text_free(&path);
	text_free(&why);
	text_free(&f.body);
	return status;
}

int cli_export(const struct subcommand *self, int argc, char **argv)
{
	static const char *const kinds[] = { "", "json", "md" };
	struct visitor v = { 0 };
	int kind = 1;
	const struct option_row rows[] = {
		{ "as", OPTION_WORD, &kind, "KIND", "json (default) or md", 0, 0, kinds, 3 },
		ROWS_VISITOR(v),
	};
	struct place place;
	struct net *net;
	char *ticket = NULL;
	int status;

	if (!options_read(self, rows, LENGTH(rows), &argc, &argv, &status))
		return status;
	if (argc != 1)
		return options_wrong(self, "name one session, by its link.");
	if (!enter_place(self, &v, argv[0], &place, &status))
		return status;
	status = CLI_UNREACHED;
	if ((net = enter_net(&place, &v)))
		ticket = enter_ticket(self, net, &place, &v, &status);
	if (ticket)
		status = fetch(net, &place, kinds[kind], ticket);
	free(ticket);
	net_free(net);
	place_fini(&place);
	return status;
}
