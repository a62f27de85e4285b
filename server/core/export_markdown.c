/* The record for people to read. Each heading, list and quotation is ours; words go through
 * markdown.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/core/export.h"
#include "server/core/markdown.h"

/* Both names where there are two: "Human Resources / 人力资源". */
static void write_names(const char *en, const char *zh, struct text *out)
{
	markdown_words(out, en);
	if (!zh)
		return;
	text_puts(out, " / ");
	markdown_words(out, zh);
}

static const char *language_title(enum language language)
{
	switch (language) {
	case LANGUAGE_EN:
		return "English";
	case LANGUAGE_ZH:
		return "中文";
	case LANGUAGE_COUNT:
		break;
	}
	return "";
}

static void write_languages(const struct session *session, struct text *out)
{
	for (enum language l = LANGUAGE_EN; l < LANGUAGE_COUNT; l++)
		if (session->speaks[l])
			text_printf(out, ", %s", language_title(l));
}

static void write_head(const struct state *s, struct text *out)
{
	const struct session *session = &s->session;

	text_puts(out, "# ");
	markdown_words(out, session->title);
	text_puts(out, "\n\n");
	if (session->hashtag) {
		text_puts(out, "\\#");
		markdown_words(out, session->hashtag);
		text_puts(out, ", ");
	}
	text_puts(out, format_names[session->format]);
	write_languages(session, out);
	text_puts(out, "\\\nPlanned ");
	markdown_time(out, session->start);
	text_puts(out, " to ");
	markdown_time(out, session->end);
	text_puts(out, " UTC");
	if (session->closed_at) {
		text_puts(out, "\\\nClosed ");
		markdown_time(out, session->closed_at);
		text_puts(out, " UTC");
	}
	text_printf(out, "\\\nAs of event %" PRIu64 "; all times are UTC.\n", s->seq);
}

static void write_areas(const struct session *session, struct text *out)
{
	if (!session->n_areas)
		return;
	text_puts(out, "\nAreas:\n\n");
	for (size_t i = 0; i < session->n_areas; i++) {
		text_puts(out, "- ");
		write_names(session->areas[i].en, session->areas[i].zh, out);
		text_puts(out, "\n");
	}
}

static void write_topic(const struct topic *t, struct text *out)
{
	text_puts(out, "- **");
	markdown_words(out, t->title);
	text_printf(out, "** (%d min, %s", t->minutes, topic_state_names[t->state]);
	if (t->started) {
		text_puts(out, ", from ");
		markdown_clock(out, t->started);
	}
	text_puts(out, ")");
	if (t->owner) {
		text_puts(out, ", led by ");
		markdown_words(out, t->owner);
	}
	text_puts(out, "\n");
	if (t->prompt) {
		text_puts(out, "\n");
		markdown_block(out, "  > ", t->prompt);
		text_puts(out, "\n");
	}
}

static void write_agenda(const struct state *s, struct text *out)
{
	if (!s->agenda.n)
		return;
	text_puts(out, "\n## Agenda\n\n");
	for (size_t i = 0; i < s->agenda.n; i++)
		write_topic(s->agenda.list[i], out);
}

/* ", ISB"; nothing where the plan named none and "-" stands for it. */
static void write_school(const struct person *p, struct text *out)
{
	if (strcmp(p->school, "-") == 0)
		return;
	text_puts(out, ", ");
	markdown_words(out, p->school);
}

/* "**Mei Chen**, ISB, 09:12:03" */
static void write_author(const struct state *s, uint64_t by, int64_t at, struct text *out)
{
	const struct person *p = state_person(s, by);

	if (p) {
		text_puts(out, "**");
		markdown_words(out, p->name);
		text_puts(out, "**");
		write_school(p, out);
		text_puts(out, ", ");
	}
	markdown_clock(out, at);
}

static void write_notice(const struct state *s, const struct person *who, const struct notice *n,
			 struct text *out)
{
	const char *before = " to ";

	text_printf(out, "\n<a id=\"notice-%" PRIu64 "\"></a> ", n->id);
	write_author(s, n->by, n->at, out);
	for (size_t i = 0; i < n->n_rooms; i++) {
		const struct room *r = state_room(s, n->rooms[i]);

		if (!r || !export_tells_room(s, who, r->id))
			continue;
		text_puts(out, before);
		markdown_words(out, r->title);
		before = ", ";
	}
	text_puts(out, "\n\n");
	markdown_block(out, "> ", n->text);
	if (n->zh) {
		text_puts(out, ">\n");
		markdown_block(out, "> ", n->zh);
	}
}

static void write_notices(const struct state *s, const struct person *who, struct text *out)
{
	bool any = false;

	for (size_t i = 0; i < s->notices.n; i++) {
		if (!export_reads_notice(s, who, s->notices.list[i]))
			continue;
		if (!any)
			text_puts(out, "\n## Announcements\n");
		any = true;
		write_notice(s, who, s->notices.list[i], out);
	}
}

/* The words that a line answers, unless they were taken back since. */
static void write_quote(const struct state *s, const struct line *l, struct text *out)
{
	const struct line *to = l->reply ? state_line(s, l->reply) : NULL;
	const struct person *by = to ? state_person(s, to->by) : NULL;

	if (!to)
		return;
	if (!to->text) {
		text_puts(out, "> > (taken back)\n>\n");
		return;
	}
	text_printf(out, "> > [%" PRIu64 "](#line-%" PRIu64 ") ", to->id, to->id);
	markdown_words(out, by ? by->name : NULL);
	text_puts(out, ": ");
	markdown_words(out, l->quote);
	text_puts(out, "\n>\n");
}

static void write_reactions(const struct line *l, struct text *out)
{
	const char *before = "> *";

	if (!l->n_reactions)
		return;
	text_puts(out, ">\n");
	for (enum reaction kind = REACTION_SAME; kind < REACTION_COUNT; kind++) {
		size_t n = 0;

		for (size_t i = 0; i < l->n_reactions; i++)
			n += l->reactions[i].kind == kind;
		if (!n)
			continue;
		text_puts(out, before);
		markdown_words(out, reaction_names[kind]);
		text_printf(out, " %zu", n);
		before = ", ";
	}
	text_puts(out, "*\n");
}

static void write_line(const struct state *s, const struct line *l, struct text *out)
{
	text_printf(out, "\n<a id=\"line-%" PRIu64 "\"></a> ", l->id);
	write_author(s, l->by, l->at, out);
	text_puts(out, l->edited ? " (edited)\n\n" : "\n\n");
	write_quote(s, l, out);
	markdown_block(out, "> ", l->text);
	write_reactions(l, out);
}

static void write_stretch(const struct state *s, uint64_t topic, struct text *out)
{
	const struct topic *t = state_topic(s, topic);

	text_puts(out, "\n### ");
	if (t)
		markdown_words(out, t->title);
	else
		text_puts(out, "Without a topic");
	text_puts(out, "\n");
}

static void write_room(const struct state *s, const struct room *r, struct text *out)
{
	const struct area *area = export_area(s, r->area);
	const struct line *before = NULL;

	text_puts(out, "\n## ");
	write_names(r->title, area ? area->zh : NULL, out);
	text_puts(out, "\n");
	for (size_t i = 0; i < r->n_lines; i++) {
		const struct line *l = state_line(s, r->lines[i]);

		if (!l || !l->text)
			continue;
		if (before ? before->topic != l->topic : l->topic != 0)
			write_stretch(s, l->topic, out);
		write_line(s, l, out);
		before = l;
	}
	if (!before)
		text_puts(out, "\nNothing was said here.\n");
}

static void write_person(const struct state *s, const struct person *p, struct text *out)
{
	const struct area *area = export_area(s, p->area);

	text_puts(out, "- **");
	markdown_words(out, p->name);
	text_puts(out, "**");
	write_school(p, out);
	if (p->job) {
		text_puts(out, ", ");
		markdown_words(out, p->job);
	}
	if (area) {
		text_puts(out, " (");
		write_names(area->en, area->zh, out);
		text_puts(out, ")");
	}
	if (p->role != ROLE_ATTENDEE)
		text_printf(out, ", %s", role_names[p->role]);
	text_puts(out, "\n");
}

static void write_people(const struct state *s, const struct person *who, struct text *out)
{
	bool *in = export_people(s, who);

	text_puts(out, "\n## People\n\n");
	for (size_t i = 0; i < s->people.n; i++)
		if (in[i])
			write_person(s, s->people.list[i], out);
	free(in);
}

void export_markdown(const struct state *s, const struct person *who, struct text *out)
{
	if (!s->session.id)
		return;
	write_head(s, out);
	write_areas(&s->session, out);
	write_agenda(s, out);
	write_notices(s, who, out);
	for (size_t i = 0; i < s->rooms.n; i++)
		if (export_reads(s, who, s->rooms.list[i]->id))
			write_room(s, s->rooms.list[i], out);
	write_people(s, who, out);
}
