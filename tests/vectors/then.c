/* What must come of a vector: the event and who sees it, the refusal or the answer; and whatever
 * the vector says, that who is told nothing has the view they had, and every view its shape. */
#include <stdlib.h>
#include <string.h>

#include "tests/vectors/run.h"

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
	const json_t *then = run_get(r, "then");

	if (!story_match(&r->s, then, event, r->why, sizeof(r->why)))
		return run_wrong(r, "then%s: %s", "");
	for (void *at = json_object_iter((json_t *)event); at;
	     at = json_object_iter_next((json_t *)event, at)) {
		const char *key = json_object_iter_key(at);

		if (!is_envelope(key) && !json_object_get(then, key))
			return run_wrong(r, "then: the event also has %s%s", key);
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
	const json_t *sees = run_get(r, "sees");

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
			return run_wrong(r, "%s is told nothing and has another view%s", p->name);
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
			return run_wrong(r, "the view of %s: %s", r->s.people.list[i]->name);
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
	const json_t *each = run_get(r, key);

	for (void *at = json_object_iter((json_t *)each); at;
	     at = json_object_iter_next((json_t *)each, at)) {
		const char *name = json_object_iter_key(at);
		uint64_t id;
		json_t *actual;
		bool ok;

		if (!story_find(&r->s, name, &id) || !state_person(&r->s, id))
			return run_wrong(r, "nobody is called %s%s", name);
		actual = of(r, state_person(&r->s, id));
		ok = story_match(&r->s, json_object_iter_value(at), actual, r->why, sizeof(r->why));
		json_decref(actual);
		if (!ok)
			return run_wrong(
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
	bool ok = !run_get(r, "due") ||
		  story_match(&r->s, run_get(r, "due"), due, r->why, sizeof(r->why)) ||
		  run_wrong(r, "due%s: %s", "");

	json_decref(due);
	return ok;
}

static bool check_already(struct run *r, uint64_t seq)
{
	json_t *actual = json_integer((json_int_t)seq);
	bool ok = story_match(&r->s, run_get(r, "already"), actual, r->why, sizeof(r->why));

	json_decref(actual);
	return ok;
}

bool then_refused(struct run *r, const struct step *step, const char *before)
{
	const char *error = json_string_value(run_get(r, "error"));
	const json_t *retry = run_get(r, "retry_ms");
	char *after = step_state(&r->s);
	bool same = strcmp(before, after) == 0;

	free(after);
	if (!same)
		return run_wrong(r, "a refusal changed the state%s%s", "");
	if (run_get(r, "already") && !step->err)
		return check_already(r, step->verdict.already);
	if (step->verdict.already)
		return run_wrong(r, "was accepted before%s%s", "");
	if (!error || strcmp(error, err_names[step->err]) != 0)
		return run_wrong(r, "is refused: %s%s", err_names[step->err]);
	if (retry && json_integer_value(retry) != step->verdict.retry_ms)
		return run_wrong(r, "retry_ms is another one%s%s", "");
	return true;
}

bool then_granted(struct run *r, const struct command *c, const struct step *step,
		  const struct views *before)
{
	if (!run_get(r, "then"))
		return run_wrong(r, "is granted: %s%s", event_specs[step->event.type].name);
	r->report->events[step->event.type]++;
	r->report->commands[c->type]++;
	if (r->report->dump)
		views_dump(before, r->doc, &r->s, &step->event, r->report->dump);
	return check_event(r, step) && (!run_get(r, "sees") || check_sees(r, &step->event)) &&
	       check_untold(r, before, &step->event) && check_shapes(r);
}

bool then_answered(struct run *r, const struct query *q, const char *text)
{
	json_t *answer = parsed(text);
	bool ok = codec_check(query_specs[q->type].answer, answer, r->why, sizeof(r->why));

	r->report->queries[q->type]++;
	if (ok && !run_get(r, "answer"))
		ok = run_wrong(r, "is answered%s%s", "");
	else if (ok)
		ok = story_match(&r->s, run_get(r, "answer"), answer, r->why, sizeof(r->why));
	json_decref(answer);
	return ok || run_wrong(r, "answer%s: %s", "");
}

bool then_stands(struct run *r)
{
	return check_each(r, "view", view_of) && check_each(r, "digest", digest_of) && check_due(r);
}
