/* An entry is kept as the event that put it, with the texts that came with it. */
#include "server/hub/entries.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

/* --- one of them --------------------------------------------------------------------------------
 */

struct directory_put entry_of(const struct state *s, enum language languages[LANGUAGE_COUNT])
{
	const struct session *from = &s->session;
	struct directory_put put = {
		.session = from->id,
		.title = from->title,
		.hashtag = from->hashtag,
		.format = from->format,
		.languages = languages,
		.areas = from->areas,
		.n_areas = from->n_areas,
		.start = from->start,
		.end = from->end,
		.open = from->open,
		.phase = from->phase,
	};

	for (int l = 1; l < LANGUAGE_COUNT; l++)
		if (from->speaks[l])
			languages[put.n_languages++] = (enum language)l;
	return put;
}

/* Their bytes are the same, at the same position and time. */
bool entry_is_same(const struct event *a, const struct event *b)
{
	struct event x = *a, y = *b;

	x.seq = y.seq = 1;
	x.at = y.at = 0;
	struct msg *mx = codec_write_event(&x, true), *my = codec_write_event(&y, true);
	bool same = mx->len == my->len && memcmp(mx->text, my->text, mx->len) == 0;
	msg_unref(&mx);
	msg_unref(&my);
	return same;
}

/* --- by session ---------------------------------------------------------------------------------
 */

void entries_drop(struct entry **list, struct entry *e)
{
	HASH_DEL(*list, e);
	event_free(&e->event);
	free(e);
}

void entries_free(struct entry **list)
{
	struct entry *e, *next;

	HASH_ITER (hh, *list, e, next)
		entries_drop(list, e);
}

struct entry *entries_find(struct entry *list, const char *session)
{
	struct entry *e;

	HASH_FIND_STR(list, session, e);
	return e;
}

/* The key is one of the texts. */
void entries_keep(struct entry **list, struct event *event)
{
	const char *session = event->directory_put.session;
	struct entry *e = entries_find(*list, session);

	if (e) { /* the key's text goes with the old event: point to the new one */
		event_free(&e->event);
		e->hh.key = (const void *)session;
	} else {
		e = x_calloc(1, sizeof(*e));
		HASH_ADD_KEYPTR(hh, *list, session, strlen(session), e);
	}
	e->event = *event;
}

void entries_move(struct entry **to, struct entry **from)
{
	struct entry *e, *next;

	HASH_ITER (hh, *from, e, next) {
		HASH_DEL(*from, e);
		entries_keep(to, &e->event);
		free(e);
	}
}
