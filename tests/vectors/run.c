/* Runs one vector: what is given happens, what is to be asked is asked of the state that came of
 * it. */
#include <stdlib.h>
#include <string.h>

#include "tests/vectors/run.h"

const json_t *run_get(const struct run *r, const char *key)
{
	return json_object_get(r->v, key);
}

bool run_wrong(struct run *r, const char *format, const char *detail)
{
	char before[WHY];

	snprintf(before, sizeof(before), format, detail, r->why);
	memcpy(r->why, before, sizeof(before));
	return false;
}

/* --- given ---------------------------------------------------------------------------------------
 */

static bool tell(struct run *r, const json_t *entry)
{
	char *text;

	if (story_tell(&r->s, entry, r->why, sizeof(r->why)))
		return true;
	text = json_dumps(entry, JSON_COMPACT);
	run_wrong(r, "given %s: %s", text);
	free(text);
	return false;
}

/* A word in `given` is the name of a story in stories.json. */
static bool tell_all(struct run *r, const json_t *stories, const json_t *entries)
{
	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *entry = json_array_get(entries, i);
		const json_t *story = json_object_get(stories, json_string_value(entry));

		if (json_is_string(entry) && !story)
			return run_wrong(r, "given: there is no story %s%s",
					 json_string_value(entry));
		if (story ? !tell_all(r, stories, story) : !tell(r, entry))
			return false;
	}
	return true;
}

/* --- when ----------------------------------------------------------------------------------------
 */

static bool ask_command(struct run *r, struct when *when)
{
	struct views views = views_take(&r->s);
	char *before = step_state(&r->s);
	struct command c;
	struct blame blame;
	struct step step = { 0 };
	bool ok;

	if (codec_command(when->message, &c, &blame)) {
		ok = run_wrong(r, "when: is not a command, see %s%s", blame.field);
	} else {
		ok = step_ask(&r->s, when->by, &c, when->at, &step)
			     ? then_granted(r, &c, &step, &views)
			     : then_refused(r, &step, before);
		command_free(&c);
	}
	step_free(&step);
	views_free(&views);
	free(before);
	return ok;
}

static bool ask_query(struct run *r, struct when *when)
{
	char *text = json_dumps(when->message, JSON_COMPACT);
	const char *error = json_string_value(run_get(r, "error"));
	struct upward up;
	struct blame blame;
	struct text answer = { 0 };
	enum err err = codec_read(text, strlen(text), &up, &blame);
	bool ok;

	free(text);
	json_decref(when->message);
	if (err)
		return run_wrong(r, "when: is not a query, see %s%s", blame.field);
	err = gate_answer(&r->s, when->by, &up.query, &answer);
	if (err)
		ok = (error && strcmp(error, err_names[err]) == 0) ||
		     run_wrong(r, "is refused: %s%s", err_names[err]);
	else
		ok = then_answered(r, &up.query, answer.s);
	text_free(&answer);
	upward_free(&up);
	return ok;
}

static bool ask_when(struct run *r)
{
	struct when when;

	if (!run_get(r, "when"))
		return true;
	if (!story_when(&r->s, run_get(r, "when"), &when, r->why, sizeof(r->why)))
		return run_wrong(r, "when%s: %s", "");
	return json_object_get(when.message, "query") ? ask_query(r, &when) : ask_command(r, &when);
}

/* --- one vector ----------------------------------------------------------------------------------
 */

static bool knows_keys(struct run *r)
{
	static const char *const keys[] = { "doc",   "given",   "when",     "then",
					    "error", "already", "retry_ms", "sees",
					    "view",  "answer",  "digest",   "due" };

	for (void *at = json_object_iter((json_t *)r->v); at;
	     at = json_object_iter_next((json_t *)r->v, at)) {
		size_t i = 0, n = sizeof(keys) / sizeof(keys[0]);

		while (i < n && strcmp(keys[i], json_object_iter_key(at)) != 0)
			i++;
		if (i == n)
			return run_wrong(r, "has a key %s, which means nothing%s",
					 json_object_iter_key(at));
	}
	return r->doc || run_wrong(r, "has no doc%s%s", "");
}

void run_vector(const json_t *stories, const char *area, const json_t *v, struct report *report)
{
	struct run r = { .report = report,
			 .v = v,
			 .doc = json_string_value(json_object_get(v, "doc")) };
	bool ok = knows_keys(&r) && tell_all(&r, stories, run_get(&r, "given")) && ask_when(&r) &&
		  then_stands(&r);

	report->vectors++;
	if (!ok) {
		report->failed++;
		printf("%s: %s\n    %s\n", area, r.doc ? r.doc : "?", r.why);
	}
	state_free(&r.s);
}
