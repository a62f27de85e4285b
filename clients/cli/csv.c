#include "clients/cli/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/base/text.h"

struct reader {
	const char *at, *end;
	size_t line;
	struct csv *csv;
	char *why;
	size_t size;
};

void csv_free(struct csv *csv)
{
	for (size_t i = 0; i < csv->n; i++) {
		for (size_t j = 0; j < csv->rows[i].n; j++)
			free(csv->rows[i].fields[j]);
		free(csv->rows[i].fields);
	}
	free(csv->rows);
	*csv = (struct csv){ 0 };
}

static bool wrong(struct reader *r, const struct csv_row *row, const char *what)
{
	snprintf(r->why, r->size, "line %zu, column %zu: %s", r->line, row->n + 1, what);
	return false;
}

/* The part of the field up to its closing quote, which at passes. */
static bool read_quoted(struct reader *r, const struct csv_row *row, struct text *field)
{
	size_t begin = r->line;

	for (r->at++; r->at < r->end; r->at++) {
		if (*r->at == '"' && (r->at + 1 == r->end || r->at[1] != '"')) {
			r->at++;
			return true;
		}
		if (*r->at == '"')
			r->at++;
		r->line += *r->at == '\n';
		text_add(field, r->at, 1);
	}
	r->line = begin;
	return wrong(r, row, "the quote that begins here does not end");
}

static bool is_line_end(const struct reader *r)
{
	return r->at == r->end || *r->at == '\n' ||
	       (*r->at == '\r' && r->at + 1 < r->end && r->at[1] == '\n');
}

static bool read_field(struct reader *r, const struct csv_row *row, struct text *field)
{
	if (r->at < r->end && *r->at == '"') {
		if (!read_quoted(r, row, field))
			return false;
		if (!is_line_end(r) && *r->at != ',')
			return wrong(r, row, "there is something between a quote and the comma");
		return true;
	}
	for (; !is_line_end(r) && *r->at != ','; r->at++) {
		if (*r->at == '"')
			return wrong(r, row, "a quote in the middle; the whole field wants quotes");
		if (*r->at == '\0')
			return wrong(r, row, "a byte that is 0");
		text_add(field, r->at, 1);
	}
	return true;
}

static void add_field(struct csv_row *row, struct text *field)
{
	row->fields = x_grow(row->fields, row->n, sizeof(*row->fields));
	row->fields[row->n++] = field->s ? field->s : x_strdup("");
	*field = (struct text){ 0 };
}

static bool read_row(struct reader *r, struct csv_row *row)
{
	struct text field = { 0 };

	do {
		if (row->n)
			r->at++; /* the comma */
		if (!read_field(r, row, &field)) {
			text_free(&field);
			return false;
		}
		add_field(row, &field);
	} while (!is_line_end(r));
	return true;
}

static void skip_line_end(struct reader *r)
{
	if (r->at < r->end && *r->at == '\r')
		r->at++;
	if (r->at < r->end)
		r->at++;
	r->line++;
}

bool csv_read(const char *text, size_t len, struct csv *out, char *why, size_t size)
{
	struct reader r = { text, text + len, 1, out, why, size };

	*out = (struct csv){ 0 };
	if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		r.at += 3;
	while (r.at < r.end) {
		struct csv_row *row;

		if (is_line_end(&r)) {
			skip_line_end(&r);
			continue;
		}
		out->rows = x_grow(out->rows, out->n, sizeof(*out->rows));
		row = &out->rows[out->n++];
		*row = (struct csv_row){ .line = r.line };
		if (!read_row(&r, row)) {
			csv_free(out);
			return false;
		}
		skip_line_end(&r);
	}
	return true;
}
