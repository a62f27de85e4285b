/* Is what was expected what came? */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vectors/story.h"

struct place {
	const struct state *s;
	char path[256];
	char *why;
	size_t size;
};

static bool differs(const struct place *p, const json_t *expected, const json_t *actual)
{
	char *wanted = expected ? json_dumps(expected, JSON_ENCODE_ANY) : NULL;
	char *came = actual ? json_dumps(actual, JSON_ENCODE_ANY) : NULL;

	snprintf(p->why, p->size, "%s\n      expected %s\n      but was  %s",
		 *p->path ? p->path : "it", wanted ? wanted : "nothing", came ? came : "nothing");
	free(wanted);
	free(came);
	return false;
}

static bool is_number(const struct place *p, const char *word, json_int_t value)
{
	uint64_t id;

	if (word[0] == '+')
		return value == STEP_BEGIN + strtoll(word + 1, NULL, 10);
	return story_find(p->s, word, &id) && (json_int_t)id == value;
}

static bool match(struct place *p, const json_t *expected, const json_t *actual);

/* One step down the path, and back. */
static bool match_at(struct place *p, const char *step, const json_t *expected,
		     const json_t *actual)
{
	size_t len = strlen(p->path);
	bool ok;

	snprintf(p->path + len, sizeof(p->path) - len, "%s%s", len ? "." : "", step);
	ok = match(p, expected, actual);
	if (ok)
		p->path[len] = '\0';
	return ok;
}

static bool match_object(struct place *p, const json_t *expected, const json_t *actual)
{
	for (void *at = json_object_iter((json_t *)expected); at;
	     at = json_object_iter_next((json_t *)expected, at)) {
		const char *key = json_object_iter_key(at);

		if (!match_at(p, key, json_object_iter_value(at), json_object_get(actual, key)))
			return false;
	}
	return true;
}

static bool match_array(struct place *p, const json_t *expected, const json_t *actual)
{
	if (json_array_size(expected) != json_array_size(actual))
		return differs(p, expected, actual);
	for (size_t i = 0; i < json_array_size(expected); i++) {
		char step[24];

		snprintf(step, sizeof(step), "%zu", i);
		if (!match_at(p, step, json_array_get(expected, i), json_array_get(actual, i)))
			return false;
	}
	return true;
}

static bool match(struct place *p, const json_t *expected, const json_t *actual)
{
	if (json_is_null(expected))
		return !actual || differs(p, NULL, actual);
	if (json_is_object(expected) && json_is_object(actual))
		return match_object(p, expected, actual);
	if (json_is_array(expected) && json_is_array(actual))
		return match_array(p, expected, actual);
	if (json_is_string(expected) && json_is_integer(actual) &&
	    is_number(p, json_string_value(expected), json_integer_value(actual)))
		return true;
	return json_equal(expected, actual) || differs(p, expected, actual);
}

bool story_match(const struct state *s, const json_t *expected, const json_t *actual, char *why,
		 size_t why_size)
{
	struct place p = { .s = s, .why = why, .size = why_size };

	return match(&p, expected, actual);
}
