/* Vectors: small stories, each with what is asked and what must come of it; README.md says how
 * they are written. There is one file for each area. Every command and event has to be granted in
 * one, every query answered.
 *
 *	vectors              reads tests/vectors/AREA.json
 *	vectors --dump FILE  also writes what everybody saw, for the law of the client */
#include <stdio.h>
#include <string.h>

#include "tests/vectors/run.h"

static const char *const areas[] = { "session", "people", "rooms",  "agenda",
				     "chat",    "hands",  "notices" };
#define N_AREAS (sizeof(areas) / sizeof(areas[0]))

/* NULL: it cannot be read, and that was said and counted. */
static json_t *load(const char *name, struct report *r)
{
	char path[64];
	json_error_t error;
	json_t *file;

	snprintf(path, sizeof(path), "tests/vectors/%s.json", name);
	file = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (file)
		return file;
	printf("%s:%d: %s\n", path, error.line, error.text);
	r->failed++;
	return NULL;
}

static void run_file(const json_t *stories, const char *area, struct report *r)
{
	json_t *file = load(area, r);
	const json_t *vectors = json_object_get(file, "vectors");

	for (size_t i = 0; i < json_array_size(vectors); i++)
		run_vector(stories, area, json_array_get(vectors, i), r);
	json_decref(file);
}

/* Counts what some vector has; what none has is a failure. */
static unsigned covered(struct report *r, const char *what, const char *name, unsigned times)
{
	if (times)
		return 1;
	printf("no vector has the %s %s\n", what, name);
	r->failed++;
	return 0;
}

static void summary(struct report *r)
{
	unsigned commands = 0, events = 0, queries = 0, n_events = 0;

	for (unsigned i = 1; i < CMD_COUNT; i++)
		commands += covered(r, "command", command_specs[i].name, r->commands[i]);
	for (unsigned i = 1; i < EVT_COUNT; i++) {
		if (event_specs[i].log)
			continue; /* of another log */
		n_events++;
		events += covered(r, "event", event_specs[i].name, r->events[i]);
	}
	for (unsigned i = 1; i < QRY_COUNT; i++)
		queries += covered(r, "query", query_specs[i].name, r->queries[i]);
	printf("suite=vectors files=%zu vectors=%u commands=%u/%u events=%u/%u queries=%u/%u "
	       "failed=%u\n",
	       N_AREAS, r->vectors, commands, CMD_COUNT - 1, events, n_events, queries,
	       QRY_COUNT - 1, r->failed);
}

int main(int argc, char **argv)
{
	struct report r = { 0 };
	json_t *stories;

	if (argc == 3 && strcmp(argv[1], "--dump") == 0) {
		r.dump = fopen(argv[2], "w");
		if (!r.dump) {
			perror(argv[2]);
			return 2;
		}
	}
	stories = load("stories", &r);
	for (size_t i = 0; i < N_AREAS; i++)
		run_file(stories, areas[i], &r);
	json_decref(stories);
	if (r.dump && fclose(r.dump) != 0)
		return 2;
	summary(&r);
	return r.failed != 0;
}
