#include "tests/lib/step.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/codec.h"
#include "server/base/mem.h"

const char *const seen_names[SEEN_COUNT] = {
	[SEEN_NONE] = "none",
	[SEEN_EVENT] = "event",
	[SEEN_VIEW] = "view",
	[SEEN_GONE] = "gone",
};

bool step_decide(const struct state *s, uint64_t by, const struct command *c, uint64_t seq,
		 int64_t now, struct step *out)
{
	char words[EVENT_WORDS];
	struct event decided = { .words = words };

	*out = (struct step){ 0 };
	out->err = gate_decide(s, by, c, seq, now, &decided, &out->verdict);
	if (out->err || out->verdict.already)
		return false;
	out->body = codec_write_event(&decided, true);
	out->err = codec_event(out->body->text, out->body->len, &out->event);
	return out->err == OK;
}

bool step_ask(struct state *s, uint64_t by, const struct command *c, int64_t now, struct step *out)
{
	if (!step_decide(s, by, c, s->seq + 1, now, out))
		return false;
	state_reduce(s, &out->event);
	return true;
}

bool step_happen(struct state *s, const char *json, struct step *out)
{
	*out = (struct step){ 0 };
	out->err = codec_event(json, strlen(json), &out->event);
	if (out->err)
		return false;
	out->body = msg_new(json, strlen(json));
	state_reduce(s, &out->event);
	return true;
}

void step_free(struct step *step)
{
	if (step->body && !step->err)
		event_free(&step->event);
	msg_unref(&step->body);
	*step = (struct step){ 0 };
}

static bool is_turned(const struct state *s, uint64_t id)
{
	for (size_t i = 0; i < s->n_turned; i++)
		if (s->turned[i] == id)
			return true;
	return false;
}

enum seen step_seen(const struct state *s, const struct person *p, const struct event *e)
{
	if (is_turned(s, p->id))
		return p->seated ? SEEN_VIEW : p->removed ? SEEN_GONE : SEEN_NONE;
	return view_sees(s, p, e) ? SEEN_EVENT : SEEN_NONE;
}

char *step_view(const struct state *s, const struct person *p)
{
	struct text t = { 0 };

	view_write(s, p, &t);
	return t.s;
}

char *step_state(const struct state *s)
{
	struct text t = { 0 };

	state_write(s, &t);
	return t.s;
}

struct views views_take(const struct state *s)
{
	struct views v = { 0 };

	v.list = x_calloc(s->people.seated, sizeof(*v.list));
	for (size_t i = 0; i < s->people.n; i++) {
		const struct person *p = s->people.list[i];

		if (!p->seated)
			continue;
		v.list[v.n].id = p->id;
		v.list[v.n++].text = step_view(s, p);
	}
	return v;
}

void views_free(struct views *v)
{
	for (size_t i = 0; i < v->n; i++)
		free(v->list[i].text);
	free(v->list);
	*v = (struct views){ 0 };
}

size_t views_dump(const struct views *before, const char *name, const struct state *after,
		  const struct event *e, FILE *to)
{
	struct msg *sent = codec_write_event(e, false);
	struct text line = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < before->n; i++) {
		const struct person *p = state_person(after, before->list[i].id);

		if (!p || !p->seated)
			continue;
		text_clear(&line);
		text_object(&line, NULL);
		text_string(&line, "vector", name);
		text_id(&line, "person", p->id);
		text_string(&line, "seen", seen_names[step_seen(after, p, e)]);
		text_id(&line, "you", p->id);
		text_printf(&line, ",\"event\":%s,\"before\":%s,\"after\":", sent->text,
			    before->list[i].text);
		view_write(after, p, &line);
		text_object_end(&line);
		fprintf(to, "%s\n", line.s);
		n++;
	}
	text_free(&line);
	msg_unref(&sent);
	return n;
}
