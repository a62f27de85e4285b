/* Sub-commands that show what is planned: sessions, show. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "clients/cli/enter.h"

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
	printf("%-32s  ", enter_word(s, "session"));
	print_time(json_object_get(s, "start"));
	printf("  %-11s  %s\n", enter_word(s, "phase"), enter_word(s, "title"));
}

static void print_rows(const json_t *answer)
{
	const json_t *s;
	size_t i;

	json_array_foreach (json_object_get(answer, "sessions"), i, s)
		print_row(s);
}

/* Gets what is at this path and prints it; key may be NULL. Returns the program's status. */
static int show(const struct visitor *v, const struct place *place, const char *path,
		const char *key, void (*print)(const json_t *answer))
{
	struct net *net = enter_net(place, v);
	json_t *answer = NULL;
	int status = CLI_UNREACHED;

	if (net)
		answer = enter_ask(
			net, place,
			&(struct request){ .method = "GET", .path = path, .bearer = key }, &status);
	if (answer)
		print(answer);
	json_decref(answer);
	net_free(net);
	return status;
}

int cli_sessions(const struct subcommand *self, int argc, char **argv)
{
	struct visitor v = { 0 };
	const char *file = NULL;
	char *key = NULL;
	bool as_json = false;
	const struct option_row rows[] = {
		ROWS_PLACE(v),
		{ "key", OPTION_TEXT, &file, "FILE",
		  "the installation key: also those for which one needs an invitation", 0, 0, NULL,
		  0 },
		{ "json", OPTION_FLAG, &as_json, NULL, "as JSON", 0, 0, NULL, 0 },
	};
	struct place place;
	int status;

	if (!options_read(self, rows, OPTIONS_N(rows), &argc, &argv, &status))
		return status;
	if (argc > 1)
		return options_wrong(self, "one address is enough.");
	if (argc)
		v.server = argv[0];
	if (!enter_place(self, &v, NULL, &place, &status))
		return status;
	status = CLI_REFUSED;
	if (!file || (key = enter_key(file)))
		status = show(&v, &place, "/api/sessions", key, as_json ? enter_print : print_rows);
	free(key);
	place_fini(&place);
	return status;
}

static void print_list(const json_t *list, const char *title, const char *first, const char *second)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		printf("%-10s %s", i ? "" : title, enter_word(one, first));
		if (*enter_word(one, second))
			printf(" / %s", enter_word(one, second));
		if (json_object_get(one, "minutes"))
			printf(", %" JSON_INTEGER_FORMAT " min, %s",
			       json_integer_value(json_object_get(one, "minutes")),
			       enter_word(one, "state"));
		putchar('\n');
	}
}

static void print_session(const json_t *s)
{
	printf("%s\n", enter_word(s, "title"));
	if (*enter_word(s, "hashtag"))
		printf("%-10s #%s\n", "", enter_word(s, "hashtag"));
	printf("%-10s %s\n%-10s %s\n%-10s %s\n", "id", enter_word(s, "session"), "format",
	       enter_word(s, "format"), "phase", enter_word(s, "phase"));
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
	struct text path = { 0 };
	int status;

	if (!options_read(self, rows, OPTIONS_N(rows), &argc, &argv, &status))
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
	status = show(&v, &place, path.s, NULL, as_json ? enter_print : print_session);
	text_free(&path);
	place_fini(&place);
	return status;
}
