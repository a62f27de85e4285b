/* Vectors: small stories, each with what is asked and what must come of it; README.md says how
 * they are written. There is one file for each area. Every command and event has to be granted in
 * one, every query answered.
 *
 *	vectors              reads tests/vectors/AREA.json
 *	vectors --dump FILE  also writes what everybody saw, for the law of the client */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/codec.h"
#include "tests/vectors/story.h"

#define WHY 4096

static const char *const areas[] = { "session", "people", "rooms",  "agenda",
				     "chat",    "hands",  "notices" };
#define N_AREAS (sizeof(areas) / sizeof(areas[0]))

static struct {
	unsigned vectors, failed;
	unsigned commands[CMD_COUNT], events[EVT_COUNT], queries[QRY_COUNT];
	FILE *dump;
} count;

/* One vector while it runs. */
struct run {
	const json_t *v;
	const char *doc;
	struct state s;
	char why[WHY];
};

static const json_t *get(const struct run *r, const char *key)
{
	return json_object_get(r->v, key);
}

static bool wrong(struct run *r, const char *format, const char *detail)
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
	wrong(r, "given %s: %s", text);
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
			return wrong(r, "given: there is no story %s%s", json_string_value(entry));
		if (story ? !tell_all(r, stories, story) : !tell(r, entry))
			return false;
	}
	return true;
}

/* --- then ----------------------------------------------------------------------------------------
 */

static bool is_envelope(const char *key)
{
	static const char *const keys[] = { "event", "seq", "at", "by", "name", "school", "n" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

/* All fields that the event has of its own are expected. */
static bool check_fields(struct run *r, const json_t *event)
{
	const json_t *then = get(r, "then");

	if (!story_match(&r->s, then, event, r->why, sizeof(r->why)))
		return wrong(r, "then%s: %s", "");
	for (void *at = json_object_iter((json_t *)event); at;
	     at = json_object_iter_next((json_t *)event, at)) {
		const char *key = json_object_iter_key(at);

		if (!is_envelope(key) && !json_object_get(then, key))
			return wrong(r, "then: the event also has %s%s", key);
	}
	return true;
}

static bool check_event(struct run *r, const struct step *step)
{
	json_t *event = json_loads(step->body->text, JSON_REJECT_DUPLICATES, NULL);
	bool ok = check_fields(r, event);

	json_decref(event);
	return ok;
}

/* Who is named in `sees` sees so, everybody else nothing. */
static bool check_sees(struct run *r, const struct event *e)
{
	const json_t *sees = get(r, "sees");

	for (size_t i = 0; i < r->s.people.n; i++) {
		const struct person *p = r->s.people.list[i];
		const char *seen = seen_names[step_seen(&r->s, p, e)];
		const char *expected = json_string_value(json_object_get(sees, p->name));

		if (strcmp(seen, expected ? expected : "none") == 0)
			continue;
		snprintf(r->why, sizeof(r->why), "sees: %s sees %s", p->name, seen);
		return false;
	}
	return true;
}

/* Whoever is told nothing has the same view as before. */
static bool check_untold(struct run *r, const struct views *before, const struct event *e)
{
	for (size_t i = 0; i < before->n; i++) {
		const struct person *p = state_person(&r->s, before->list[i].id);
		char *after;
		bool same;

		if (!p->seated || step_seen(&r->s, p, e) != SEEN_NONE)
			continue;
		after = step_view(&r->s, p);
		same = strcmp(after, before->list[i].text) == 0;
		free(after);
		if (!same)
			return wrong(r, "%s is told nothing and has another view%s", p->name);
	}
	return true;
}

static json_t *parsed(const char *text)
{
	return json_loads(text, JSON_REJECT_DUPLICATES, NULL);
}

static json_t *view_of(const struct run *r, const struct person *p)
{
	char *text = step_view(&r->s, p);
	json_t *view = parsed(text);

	free(text);
	return view;
}

/* Every view has the shape that is described. */
static bool check_shapes(struct run *r)
{
	for (size_t i = 0; i < r->s.people.n; i++) {
		json_t *view = view_of(r, r->s.people.list[i]);
		bool ok = codec_check(&view_shape, view, r->why, sizeof(r->why));

		json_decref(view);
		if (!ok)
			return wrong(r, "the view of %s: %s", r->s.people.list[i]->name);
	}
	return true;
}

static json_t *digest_of(const struct run *r, const struct person *p)
{
	struct text t = { 0 };
	json_t *digest;

	view_digest(&r->s, p, NULL, NULL, &t);
	digest = parsed(t.s);
	text_free(&t);
	return digest;
}

/* What is expected of somebody's view, or digest. */
static bool check_each(struct run *r, const char *key,
		       json_t *(*of)(const struct run *, const struct person *))
{
	const json_t *each = get(r, key);

	for (void *at = json_object_iter((json_t *)each); at;
	     at = json_object_iter_next((json_t *)each, at)) {
		const char *name = json_object_iter_key(at);
		uint64_t id;
		json_t *actual;
		bool ok;

		if (!story_find(&r->s, name, &id) || !state_person(&r->s, id))
			return wrong(r, "nobody is called %s%s", name);
		actual = of(r, state_person(&r->s, id));
		ok = story_match(&r->s, json_object_iter_value(at), actual, r->why, sizeof(r->why));
		json_decref(actual);
		if (!ok)
			return wrong(
				r, strcmp(key, "view") == 0 ? "view of %s: %s" : "digest of %s: %s",
				name);
	}
	return true;
}

static bool check_due(struct run *r)
{
	const char *command;
	int64_t at = state_due(&r->s, &command);
	json_t *due = at ? json_pack("{s:I, s:s}", "at", (json_int_t)at, "asks", command) : NULL;
	bool ok = !get(r, "due") ||
		  story_match(&r->s, get(r, "due"), due, r->why, sizeof(r->why)) ||
		  wrong(r, "due%s: %s", "");

	json_decref(due);
	return ok;
}

static bool check_already(struct run *r, uint64_t seq)
{
	json_t *actual = json_integer((json_int_t)seq);
	bool ok = story_match(&r->s, get(r, "already"), actual, r->why, sizeof(r->why));

	json_decref(actual);
	return ok;
}

static bool check_refused(struct run *r, const struct step *step, const char *before)
{
	const char *error = json_string_value(get(r, "error"));
	const json_t *retry = get(r, "retry_ms");
	char *after = step_state(&r->s);
	bool same = strcmp(before, after) == 0;

	free(after);
	if (!same)
		return wrong(r, "a refusal changed the state%s%s", "");
	if (get(r, "already") && !step->err)
		return check_already(r, step->verdict.already);
	if (step->verdict.already)
		return wrong(r, "was accepted before%s%s", "");
	if (!error || strcmp(error, err_names[step->err]) != 0)
		return wrong(r, "is refused: %s%s", err_names[step->err]);
	if (retry && json_integer_value(retry) != step->verdict.retry_ms)
		return wrong(r, "retry_ms is another one%s%s", "");
	return true;
}

static bool check_granted(struct run *r, const struct command *c, const struct step *step,
			  const struct views *before)
{
	if (!get(r, "then"))
		return wrong(r, "is granted: %s%s", event_specs[step->event.type].name);
	count.events[step->event.type]++;
	count.commands[c->type]++;
	if (count.dump)
		views_dump(before, r->doc, &r->s, &step->event, count.dump);
	return check_event(r, step) && (!get(r, "sees") || check_sees(r, &step->event)) &&
	       check_untold(r, before, &step->event) && check_shapes(r);
}

static bool ask_command(struct run *r, struct when *when)
{
	struct views views = views_take(&r->s);
	char *before = step_state(&r->s);
	struct command c;
	struct blame blame;
	struct step step = { 0 };
	bool ok;

	if (codec_command(when->message, &c, &blame)) {
		ok = wrong(r, "when: is not a command, see %s%s", blame.field);
	} else {
		ok = step_ask(&r->s, when->by, &c, when->at, &step)
			     ? check_granted(r, &c, &step, &views)
			     : check_refused(r, &step, before);
		command_free(&c);
	}
	step_free(&step);
	views_free(&views);
	free(before);
	return ok;
}

static bool check_answer(struct run *r, const struct query *q, const char *text)
{
	json_t *answer = parsed(text);
	bool ok = codec_check(query_specs[q->type].answer, answer, r->why, sizeof(r->why));

	count.queries[q->type]++;
	if (ok && !get(r, "answer"))
		ok = wrong(r, "is answered%s%s", "");
	else if (ok)
		ok = story_match(&r->s, get(r, "answer"), answer, r->why, sizeof(r->why));
	json_decref(answer);
	return ok || wrong(r, "answer%s: %s", "");
}

static bool ask_query(struct run *r, struct when *when)
{
	char *text = json_dumps(when->message, JSON_COMPACT);
	const char *error = json_string_value(get(r, "error"));
	struct upward up;
	struct blame blame;
	struct text answer = { 0 };
	enum err err = codec_read(text, strlen(text), &up, &blame);
	bool ok;

	free(text);
	json_decref(when->message);
	if (err)
		return wrong(r, "when: is not a query, see %s%s", blame.field);
	err = gate_answer(&r->s, when->by, &up.query, &answer);
	if (err)
		ok = (error && strcmp(error, err_names[err]) == 0) ||
		     wrong(r, "is refused: %s%s", err_names[err]);
	else
		ok = check_answer(r, &up.query, answer.s);
	text_free(&answer);
	upward_free(&up);
	return ok;
}

static bool run_when(struct run *r)
{
	struct when when;

	if (!get(r, "when"))
		return true;
	if (!story_when(&r->s, get(r, "when"), &when, r->why, sizeof(r->why)))
		return wrong(r, "when%s: %s", "");
	return json_object_get(when.message, "query") ? ask_query(r, &when) : ask_command(r, &when);
}

/* --- files ---------------------------------------------------------------------------------------
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
			return wrong(r, "has a key %s, which means nothing%s",
				     json_object_iter_key(at));
	}
	return r->doc || wrong(r, "has no doc%s%s", "");
}

static void run(const json_t *stories, const char *area, const json_t *v)
{
	struct run r = { .v = v, .doc = json_string_value(json_object_get(v, "doc")) };
	bool ok = knows_keys(&r) && tell_all(&r, stories, get(&r, "given")) && run_when(&r) &&
		  check_each(&r, "view", view_of) && check_each(&r, "digest", digest_of) &&
		  check_due(&r);

	count.vectors++;
	if (!ok) {
		count.failed++;
		printf("%s: %s\n    %s\n", area, r.doc ? r.doc : "?", r.why);
	}
	state_free(&r.s);
}

/* NULL: it cannot be read, and that was said and counted. */
static json_t *load(const char *name)
{
	char path[64];
	json_error_t error;
	json_t *file;

	snprintf(path, sizeof(path), "tests/vectors/%s.json", name);
	file = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (file)
		return file;
	printf("%s:%d: %s\n", path, error.line, error.text);
	count.failed++;
	return NULL;
}

static void run_file(const json_t *stories, const char *area)
{
	json_t *file = load(area);
	const json_t *vectors = json_object_get(file, "vectors");

	for (size_t i = 0; i < json_array_size(vectors); i++)
		run(stories, area, json_array_get(vectors, i));
	json_decref(file);
}

/* Counts what some vector has; what none has is a failure. */
static unsigned covered(const char *what, const char *name, unsigned times)
{
	if (times)
		return 1;
	printf("no vector has the %s %s\n", what, name);
	count.failed++;
	return 0;
}

static void summary(void)
{
	unsigned commands = 0, events = 0, queries = 0, n_events = 0;

	for (unsigned i = 1; i < CMD_COUNT; i++)
		commands += covered("command", command_specs[i].name, count.commands[i]);
	for (unsigned i = 1; i < EVT_COUNT; i++) {
		if (event_specs[i].log)
			continue; /* of another log */
		n_events++;
		events += covered("event", event_specs[i].name, count.events[i]);
	}
	for (unsigned i = 1; i < QRY_COUNT; i++)
		queries += covered("query", query_specs[i].name, count.queries[i]);
	printf("suite=vectors files=%zu vectors=%u commands=%u/%u events=%u/%u queries=%u/%u "
	       "failed=%u\n",
	       N_AREAS, count.vectors, commands, CMD_COUNT - 1, events, n_events, queries,
	       QRY_COUNT - 1, count.failed);
}

int main(int argc, char **argv)
{
	json_t *stories;

	if (argc == 3 && strcmp(argv[1], "--dump") == 0) {
		count.dump = fopen(argv[2], "w");
		if (!count.dump) {
			perror(argv[2]);
			return 2;
		}
	}
	stories = load("stories");
	for (size_t i = 0; i < N_AREAS; i++)
		run_file(stories, areas[i]);
	json_decref(stories);
	if (count.dump && fclose(count.dump) != 0)
		return 2;
	summary();
	return count.failed != 0;
}
