/* What sessions there are, and what one of them is, for those who are not in it yet: as JSON, and
 * for their calendar. */
#include <string.h>

#include "server/base/clock.h"
#include "server/net/api.h"
#include "server/net/calendar.h"
#include "server/net/http.h"
#include "server/net/inside.h"

static void write_areas(struct text *t, const struct area *areas, size_t n)
{
	text_array(t, "areas");
	for (size_t i = 0; i < n; i++) {
		text_object(t, NULL);
		text_string(t, "key", areas[i].key);
		text_string(t, "en", areas[i].en);
		text_string(t, "zh", areas[i].zh);
		text_object_end(t);
	}
	text_array_end(t);
}

/* The fields of an entry of the list. */
static void write_entry(struct text *t, const struct directory_put *e)
{
	text_string(t, "session", e->session);
	text_string(t, "title", e->title);
	text_string(t, "hashtag", e->hashtag);
	text_string(t, "format", format_names[e->format]);
	text_array(t, "languages");
	for (size_t i = 0; i < e->n_languages; i++)
		text_string(t, NULL, language_names[e->languages[i]]);
	text_array_end(t);
	write_areas(t, e->areas, e->n_areas);
	text_int(t, "start", e->start);
	text_int(t, "end", e->end);
	text_bool(t, "open", e->open);
	text_string(t, "phase", phase_names[e->phase]);
}

/* Strangers are shown what they may join by name; of the others they would learn title and id. With
 * the installation key it is all of them. */
void api_list(struct request *r)
{
	const struct directory *d = hub_directory(r->net->hub);
	bool all = *r->bearer;
	struct text t = { 0 };

	if (all && !api_has_key(r))
		return;
	text_object(&t, NULL);
	text_int(&t, "now", clock_ms());
	text_array(&t, "sessions");
	for (const struct entry *e = NULL; (e = directory_next(d, e));) {
		if (!all && !e->event.directory_put.open)
			continue;
		text_object(&t, NULL);
		write_entry(&t, &e->event.directory_put);
		text_object_end(&t);
	}
	text_array_end(&t);
	text_object_end(&t);
	answer_json(r, 200, &t);
}

static void write_topics(struct text *t, const struct state *s)
{
	text_array(t, "topics");
	for (size_t i = 0; i < s->agenda.n; i++) {
		const struct topic *topic = s->agenda.list[i];

		text_object(t, NULL);
		text_string(t, "title", topic->title);
		text_int(t, "minutes", topic->minutes);
		text_string(t, "state", topic_state_names[topic->state]);
		text_object_end(t);
	}
	text_array_end(t);
}

static void write_counts(struct text *t, const struct state *s)
{
	text_array(t, "counts");
	for (size_t i = 0; i < s->session.n_areas; i++) {
		const char *key = s->session.areas[i].key;
		int64_t n = 0;

		for (size_t p = 0; p < s->people.n; p++)
			n += s->people.list[p]->seated && s->people.list[p]->area &&
			     strcmp(s->people.list[p]->area, key) == 0;
		text_object(t, NULL);
		text_string(t, "area", key);
		text_int(t, "people", n);
		text_object_end(t);
	}
	text_array_end(t);
}

static void on_session(void *arg, enum err err, const struct state *s)
{
	struct request *r = arg;
	enum language languages[LANGUAGE_COUNT];
	struct directory_put e;
	struct text t = { 0 };

	if (err) {
		api_refuse(r, err, NULL);
		return;
	}
	e = entry_of(s, languages);
	text_object(&t, NULL);
	write_entry(&t, &e);
	text_int(&t, "now", clock_ms());
	text_int(&t, "people", (int64_t)s->people.seated);
	text_bool(&t, "needs_invitation", !s->session.open);
	write_topics(&t, s);
	write_counts(&t, s);
	text_object_end(&t);
	answer_json(r, 200, &t);
}

void api_session(struct request *r, const char *session)
{
	api_read(r, session, on_session);
}

static void on_calendar(void *arg, enum err err, const struct state *s)
{
	struct request *r = arg;
	const struct entry *listed =
		err ? NULL : directory_find(hub_directory(r->net->hub), s->session.id);
	enum language languages[LANGUAGE_COUNT];
	struct directory_put e;
	char base[300];
	struct text t = { 0 };

	if (err) {
		api_refuse(r, err, NULL);
		return;
	}
	e = entry_of(s, languages);
	api_base(r, base, sizeof(base));
	calendar_write(&t, &e, base, listed ? listed->event.at : s->at);
	answer_text(r,
		    (struct reply){ .status = 200,
				    .type = "text/calendar;charset=utf-8",
				    .more = "content-disposition: attachment; "
					    "filename=\"session.ics\"\r\n" },
		    &t);
}

void api_calendar(struct request *r, const char *session)
{
	api_read(r, session, on_calendar);
}
