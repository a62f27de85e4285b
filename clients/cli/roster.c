#include "clients/cli/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

enum column { NAME, SCHOOL, JOB, AREA, LANGUAGE, ROLE, ARRIVE, COLUMNS };

static const char *const columns[COLUMNS] = {
	[NAME] = "name",         [SCHOOL] = "school", [JOB] = "job",         [AREA] = "area",
	[LANGUAGE] = "language", [ROLE] = "role",     [ARRIVE] = "arrive_s",
};

struct reading {
	size_t of[COLUMNS]; /* field of the column, from 1; 0: it is not there */
	char *why;
	size_t size;
};

static bool wrong(const struct reading *r, const struct csv_row *row, size_t field,
		  const char *what, const char *value)
{
	snprintf(r->why, r->size, "line %zu, column %zu: %s%s%s%s", row->line, field, what,
		 value ? ", not \"" : "", value ? value : "", value ? "\"" : "");
	return false;
}

static bool read_head(struct reading *r, const struct csv_row *row)
{
	for (size_t i = 0; i < row->n; i++) {
		size_t c = 0;

		while (c < COLUMNS && strcmp(row->fields[i], columns[c]) != 0)
			c++;
		if (c == COLUMNS)
			return wrong(
				r, row, i + 1,
				"a column is called name, school, job, area, language, role or "
				"arrive_s",
				row->fields[i]);
		if (r->of[c])
			return wrong(r, row, i + 1, "this column is there twice", NULL);
		r->of[c] = i + 1;
	}
	if (!r->of[NAME] || !r->of[SCHOOL])
		return wrong(r, row, 1, "the columns name and school have to be there", NULL);
	return true;
}

static const char *text_of(const struct reading *r, const struct csv_row *row, enum column c)
{
	const char *text = r->of[c] ? row->fields[r->of[c] - 1] : "";

	return *text ? text : NULL;
}

/* The place of a word; 0 when it is absent, -1 when it is none of them. */
static int word_of(const struct reading *r, const struct csv_row *row, enum column c,
		   const char *const *words, int n)
{
	const char *text = text_of(r, row, c);

	for (int i = 1; text && i < n; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	return text ? -1 : 0;
}

static bool read_arrival(const struct reading *r, const struct csv_row *row, struct attendee *a)
{
	const char *text = text_of(r, row, ARRIVE);
	char *end;
	double seconds = text ? strtod(text, &end) : -1;

	a->arrive_ms = -1;
	if (!text)
		return true;
	if (end == text || *end || !(seconds >= 0 && seconds <= 86400))
		return wrong(r, row, r->of[ARRIVE], "arrive_s is a number of seconds", text);
	a->arrive_ms = (int64_t)(seconds * 1000);
	return true;
}

static bool read_attendee(const struct reading *r, const struct csv_row *row, size_t n_columns,
			  struct attendee *a)
{
	int language = word_of(r, row, LANGUAGE, language_names, LANGUAGE_COUNT);
	int role = word_of(r, row, ROLE, role_names, ROLE_COUNT);

	if (row->n != n_columns)
		return wrong(r, row, row->n < n_columns ? row->n + 1 : n_columns + 1,
			     row->n < n_columns ? "fields are missing"
						: "there are too many fields",
			     NULL);
	*a = (struct attendee){
		.name = text_of(r, row, NAME),
		.school = text_of(r, row, SCHOOL),
		.job = text_of(r, row, JOB),
		.area = text_of(r, row, AREA),
		.language = language > 0 ? (enum language)language : LANGUAGE_EN,
		.role = role > 0 ? (enum role)role : 0,
	};
	if (!a->name)
		return wrong(r, row, r->of[NAME], "the name is missing", NULL);
	if (!a->school)
		return wrong(r, row, r->of[SCHOOL], "the school is missing", NULL);
	if (language < 0)
		return wrong(r, row, r->of[LANGUAGE], "language is en or zh",
			     text_of(r, row, LANGUAGE));
	if (role < 0)
		return wrong(r, row, r->of[ROLE], "role is a role", text_of(r, row, ROLE));
	return read_arrival(r, row, a);
}

bool roster_read(const char *text, size_t len, struct roster *out, char *why, size_t size)
{
	struct reading r = { .why = why, .size = size };

	*out = (struct roster){ 0 };
	if (!csv_read(text, len, &out->csv, why, size))
		return false;
	if (out->csv.n < 2) {
		snprintf(why, size, "line 1: there is nobody in it");
		goto bad;
	}
	if (!read_head(&r, &out->csv.rows[0]))
		goto bad;
	out->list = x_calloc(out->csv.n, sizeof(*out->list));
	for (size_t i = 1; i < out->csv.n; i++)
		if (!read_attendee(&r, &out->csv.rows[i], out->csv.rows[0].n, &out->list[out->n++]))
			goto bad;
	return true;
bad:
	roster_free(out);
	return false;
}

void roster_free(struct roster *r)
{
	free(r->list);
	csv_free(&r->csv);
	*r = (struct roster){ 0 };
}
