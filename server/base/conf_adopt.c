#include <stdlib.h>
#include <string.h>

#include "server/base/conf.h"
#include "server/base/conf_read.h"
#include "server/base/conf_table.h"

static size_t size_of(enum conf_type type)
{
	switch (type) {
	case CONF_TEXT:
	case CONF_SECRET:
		return sizeof(char *);
	case CONF_NUMBER:
		return sizeof(int64_t);
	case CONF_BOOL:
		return sizeof(bool);
	case CONF_WORD:
		return sizeof(int);
	case CONF_LIST:
		return sizeof(struct conf_list);
	}
	return 0;
}

/* What was taken is what the other one had: each is freed with its configuration. */
static void swap(void *a, void *b, size_t n)
{
	unsigned char keep[sizeof(struct conf_list)];

	memcpy(keep, a, n);
	memcpy(a, b, n);
	memcpy(b, keep, n);
}

void conf_adopt(struct conf *c, struct conf *fresh, conf_told_fn told, void *arg)
{
	char name[CONF_NAME_SIZE];

	for (size_t i = 0; i < n_conf_options; i++) {
		const struct conf_option *o = &conf_options[i];

		if (strcmp(c->given[i].text, fresh->given[i].text) == 0)
			continue;
		told(arg, conf_name(o, name), o->live);
		if (!o->live)
			continue;
		swap((char *)c + o->offset, (char *)fresh + o->offset, size_of(o->type));
		swap(&c->given[i], &fresh->given[i], sizeof(c->given[i]));
	}
}
