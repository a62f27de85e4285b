#include "clients/cli/script.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/dice.h"
#include "server/base/mem.h"

static const char *const names[ACT_COUNT] = {
	[ACT_SAY] = "say",   [ACT_REPLY] = "reply", [ACT_REACT] = "react",
	[ACT_HAND] = "hand", [ACT_ENTER] = "enter", [ACT_AFTER_TOPIC] = "after topic",
};

static const char *const placeholders[] = { "name", "school", "job",    "area",
					    "room", "topic",  "author", "n" };
#define N_PLACEHOLDERS (sizeof(placeholders) / sizeof(placeholders[0]))

struct reader {
	struct script *script;
	struct act *act; /* whose texts come now; NULL: none yet */
	size_t line;
	char *why;
	size_t size;
};

static bool __attribute__((format(printf, 2, 3))) wrong(struct reader *r, const char *format, ...)
{
	va_list args;
	int n = snprintf(r->why, r->size, "line %zu: ", r->line);

	va_start(args, format);
	if (n > 0 && (size_t)n < r->size)
		vsnprintf(r->why + n, r->size - (size_t)n, format, args);
	va_end(args);
	return false;
}

/* The placeholder that begins at the brace; N_PLACEHOLDERS: there is none of that name. */
static size_t placeholder_at(const char *brace, size_t *len)
{
	for (size_t i = 0; i < N_PLACEHOLDERS; i++) {
		size_t n = strlen(placeholders[i]);

		if (strncmp(brace + 1, placeholders[i], n) != 0 || brace[1 + n] != '}')
			continue;
		*len = n + 2;
		return i;
	}
	return N_PLACEHOLDERS;
}

static bool check_braces(struct reader *r, const char *text)
{
	size_t len;

	for (const char *c = text; (c = strchr(c, '{')); c += len) {
		len = 2;
		if (c[1] != '{' && placeholder_at(c, &len) == N_PLACEHOLDERS)
			return wrong(r, "there is no placeholder %.20s", c);
	}
	return true;
}

static bool takes_texts(const struct reader *r)
{
	const struct script *s = r->script;

	return r->act == &s->acts[ACT_SAY] || r->act == &s->acts[ACT_REPLY] ||
	       r->act == &s->acts[ACT_AFTER_TOPIC];
}

static bool read_text(struct reader *r, char *text)
{
	text += strspn(text, " \t");
	if (!takes_texts(r))
		return wrong(r, "a text, but no say, reply or after topic is above it");
	if (!check_braces(r, text))
		return false;
	r->act->texts = x_grow(r->act->texts, r->act->n, sizeof(*r->act->texts));
	r->act->texts[r->act->n++] = x_strdup(text);
	return true;
}

static bool read_kinds(struct reader *r, struct act *act, char *rest)
{
	char *word;

	while ((word = strsep(&rest, " \t"))) {
		int kind = 1;

		if (!*word)
			continue;
		while (kind < REACTION_COUNT && strcmp(reaction_names[kind], word) != 0)
			kind++;
		if (kind == REACTION_COUNT || act->n_kinds == REACTION_COUNT)
			return wrong(r, "there is no reaction \"%s\"", word);
		act->kinds[act->n_kinds++] = (enum reaction)kind;
	}
	if (!act->n_kinds)
		return wrong(r, "react wants a weight and reactions: react 10 same agree");
	return true;
}

/* Behind a directive: a number, and what follows it. */
static bool read_number(struct reader *r, const char *name, char **rest, long most, long *out)
{
	char *end;

	*out = strtol(*rest, &end, 10);
	if (end == *rest || (*end && *end != ' ' && *end != '\t') || *out < 0 || *out > most)
		return wrong(r, "%s wants a number from 0 to %ld", name, most);
	*rest = end + strspn(end, " \t");
	return true;
}

static bool read_act(struct reader *r, enum act_kind kind, char *rest)
{
	struct act *act = &r->script->acts[kind];
	long number;

	if (act->weight || act->n)
		return wrong(r, "%s is there twice", names[kind]);
	if (!read_number(r, names[kind], &rest, 100000, &number))
		return false;
	r->act = act;
	act->weight = (unsigned)number;
	if (kind == ACT_AFTER_TOPIC) {
		r->script->after_topic_ms = number * 1000;
		act->weight = 0;
	}
	if (kind == ACT_REACT)
		return read_kinds(r, act, rest);
	return *rest ? wrong(r, "\"%s\" is too much", rest) : true;
}

static bool read_directive(struct reader *r, char *line)
{
	long number;
	char *rest;

	for (enum act_kind kind = 0; kind < ACT_COUNT; kind++) {
		size_t n = strlen(names[kind]);

		if (strncmp(line, names[kind], n) != 0 || (line[n] && line[n] != ' '))
			continue;
		return read_act(r, kind, line + n + strspn(line + n, " \t"));
	}
	if (strncmp(line, "pace ", 5) != 0)
		return wrong(
			r, "\"%.30s\" is none of pace, say, reply, react, hand, enter, after topic",
			line);
	rest = line + 5;
	if (!read_number(r, "pace", &rest, 86400, &number))
		return false;
	r->script->pace_ms = number * 1000;
	return true;
}

static bool check_whole(struct reader *r)
{
	static const enum act_kind with[] = { ACT_SAY, ACT_REPLY, ACT_AFTER_TOPIC };
	const struct script *s = r->script;

	for (size_t i = 0; i < 3; i++) {
		const struct act *act = &s->acts[with[i]];

		if ((act->weight || (with[i] == ACT_AFTER_TOPIC && s->after_topic_ms)) && !act->n)
			return wrong(r, "%s has no texts", names[with[i]]);
	}
	return true;
}

static bool read_line(struct reader *r, char *line)
{
	size_t n = strlen(line);

	while (n && strchr(" \t\r", line[n - 1]))
		line[--n] = '\0';
	if (!n || *line == '#')
		return true;
	return *line == ' ' || *line == '\t' ? read_text(r, line) : read_directive(r, line);
}

bool script_read(const char *text, size_t len, struct script *out, char *why, size_t size)
{
	char *copy = x_strndup(text, len), *rest = copy, *line;
	struct reader r = { .script = out, .why = why, .size = size };
	bool good = true;

	*out = (struct script){ .pace_ms = 20000 };
	while (good && (line = strsep(&rest, "\n"))) {
		r.line++;
		good = read_line(&r, line);
	}
	good = good && check_whole(&r);
	free(copy);
	if (!good)
		script_free(out);
	return good;
}

void script_free(struct script *s)
{
	for (enum act_kind kind = 0; kind < ACT_COUNT; kind++) {
		for (size_t i = 0; i < s->acts[kind].n; i++)
			free(s->acts[kind].texts[i]);
		free(s->acts[kind].texts);
	}
	*s = (struct script){ 0 };
}

enum act_kind script_choose(const struct script *s, uint64_t *dice)
{
	uint64_t all = 0, roll;

	for (enum act_kind kind = 0; kind < ACT_COUNT; kind++)
		all += s->acts[kind].weight;
	roll = dice_below(dice, all);
	for (enum act_kind kind = 0; all && kind < ACT_COUNT; kind++) {
		if (roll < s->acts[kind].weight)
			return kind;
		roll -= s->acts[kind].weight;
	}
	return ACT_COUNT;
}

const char *script_text(const struct act *act, uint64_t *dice)
{
	return act->n ? act->texts[dice_below(dice, act->n)] : NULL;
}

static void put_value(size_t placeholder, const struct script_values *v, struct text *out)
{
	const char *const values[] = { v->name, v->school, v->job,   v->area,
				       v->room, v->topic,  v->author };

	if (placeholder == N_PLACEHOLDERS - 1)
		text_printf(out, "%" PRIu64, v->n);
	else
		text_puts(out, values[placeholder] ? values[placeholder] : "...");
}

void script_fill(const char *text, const struct script_values *values, struct text *out)
{
	for (const char *c = text; *c;) {
		size_t plain = strcspn(c, "{"), len = 2, which;

		text_add(out, c, plain);
		c += plain;
		if (!*c)
			break;
		which = placeholder_at(c, &len);
		if (which == N_PLACEHOLDERS)
			text_puts(out, "{");
		else
			put_value(which, values, out);
		c += len;
	}
}
