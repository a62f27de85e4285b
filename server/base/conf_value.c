#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "server/base/conf_read.h"
#include "server/base/mem.h"

static const char *set_number(const struct conf_option *o, const char *text, int64_t *out)
{
	static char why[80];
	char *end = NULL;

	errno = 0;
	*out = strtoll(text, &end, 10);
	if (isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0 && *out >= o->min &&
	    *out <= o->max)
		return NULL;
	snprintf(why, sizeof(why), "not a number from %lld to %lld", (long long)o->min,
		 (long long)o->max);
	return why;
}

static const char *set_bool(const char *text, bool *out)
{
	static const char *const names[] = { "no", "yes", "off", "on", "false", "true", "0", "1" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcasecmp(text, names[i]) == 0) {
			*out = i % 2 == 1;
			return NULL;
		}
	}
	return "neither yes nor no";
}

static const char *set_word(const struct conf_option *o, const char *text, int *out)
{
	static char why[120];
	size_t n = strlen(text);
	int place = 0;

	for (const char *w = o->words; *w; place++) {
		size_t length = strcspn(w, " ");

		if (n == length && strncmp(text, w, n) == 0) {
			*out = place;
			return NULL;
		}
		w += length;
		w += strspn(w, " ");
	}
	snprintf(why, sizeof(why), "none of: %s", o->words);
	return why;
}

static const char *set_list(const struct conf_option *o, const char *text, struct conf_list *out)
{
	const char *why = NULL;

	for (text += strspn(text, " ,\t"); *text && !why; text += strspn(text, " ,\t")) {
		size_t n = strcspn(text, " ,\t");
		char *item = x_strndup(text, n);

		out->items = x_grow(out->items, out->n, sizeof(*out->items));
		out->items[out->n++] = item;
		why = o->wrong ? o->wrong(item) : NULL;
		text += n;
	}
	return why;
}

static const char *set_text(const struct conf_option *o, const char *text, char **out)
{
	*out = x_strdup(text);
	if (text[0] == '\0')
		return o->standard[0] ? "empty" : NULL;
	return o->wrong ? o->wrong(text) : NULL;
}

const char *conf_set(struct conf *c, const struct conf_option *o, const char *text)
{
	void *at = (char *)c + o->offset;

	switch (o->type) {
	case CONF_TEXT:
	case CONF_SECRET:
		return set_text(o, text, at);
	case CONF_NUMBER:
		return set_number(o, text, at);
	case CONF_BOOL:
		return set_bool(text, at);
	case CONF_WORD:
		return set_word(o, text, at);
	case CONF_LIST:
		return set_list(o, text, at);
	}
	return "of no type";
}
