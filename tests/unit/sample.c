#include "tests/unit/sample.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

json_t *sample_text(size_t graphemes)
{
	char *s = x_malloc(graphemes + 1);
	json_t *out;

	memset(s, 'x', graphemes);
	s[graphemes] = '\0';
	out = json_string(s);
	free(s);
	return out;
}

static json_t *sample_item(const struct field *f, enum field_kind kind, enum sample how)
{
	bool most = how == SAMPLE_MOST;

	switch (kind) {
	case FIELD_ID:
		return json_integer(most ? 9007199254740991 : 0);
	case FIELD_INT:
		return json_integer(most ? f->max : f->min);
	case FIELD_TIME:
		return json_integer(most ? 253402300799999 : 0);
	case FIELD_BOOL:
		return json_boolean(most);
	case FIELD_TEXT:
	case FIELD_LINE:
	case FIELD_NAME:
		return sample_text(most ? (size_t)f->max : 1);
	case FIELD_WORD:
		return json_string(most ? "aA0_-678901234567890123456789012" : "x");
	case FIELD_ENUM:
		return json_string(f->words[most ? f->n_words - 1 : 1]);
	case FIELD_STRUCT:
		return sample_fields(f->shape, how);
	case FIELD_LIST:
		break;
	}
	return NULL;
}

json_t *sample_value(const struct field *f, enum sample how)
{
	json_t *list;

	if (f->kind != FIELD_LIST)
		return sample_item(f, f->kind, how);
	list = json_array();
	json_array_append_new(list, sample_item(f, f->of, how));
	if (how == SAMPLE_MOST)
		json_array_append_new(list, sample_item(f, f->of, how));
	return list;
}

json_t *sample_fields(const struct shape *shape, enum sample how)
{
	json_t *out = json_object();

	for (size_t i = 0; i < shape->n; i++)
		if (!shape->fields[i].optional || how == SAMPLE_MOST)
			json_object_set_new(out, shape->fields[i].name,
					    sample_value(&shape->fields[i], how));
	return out;
}
