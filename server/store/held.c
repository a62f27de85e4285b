#include "server/store/held.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

static void drop_first(struct held *h)
{
	struct held_record *r = &h->list[h->gone++];

	h->before = r->chain;
	h->bytes -= r->body->len;
	h->first++;
	h->n--;
	msg_unref(&r->body);
}

void held_begin(struct held *h, uint64_t first, const struct hash *before)
{
	while (h->n)
		drop_first(h);
	h->gone = 0;
	h->first = first;
	h->known = before != NULL;
	if (before)
		h->before = *before;
}

void held_free(struct held *h)
{
	held_begin(h, 0, NULL);
	free(h->list);
	h->list = NULL;
}

/* Those that went leave their room once in HELD_MAX records. */
static void make_room(struct held *h)
{
	if (h->gone >= HELD_MAX) {
		memmove(h->list, h->list + h->gone, h->n * sizeof(*h->list));
		h->gone = 0;
	}
	h->list = x_grow(h->list, h->gone + h->n, sizeof(*h->list));
}

void held_add(struct held *h, const struct store_record *record, const struct hash *chain)
{
	if (!chain || !h->known || record->seq != h->first + h->n) {
		held_begin(h, record->seq + 1, chain);
		return;
	}
	make_room(h);
	h->list[h->gone + h->n++] =
		(struct held_record){ .body = msg_ref(record->body), .chain = *chain };
	h->bytes += record->body->len;
	while (h->n > HELD_MAX || (h->n && h->bytes > HELD_BYTES))
		drop_first(h);
}

const struct hash *held_chain(const struct held *h, uint64_t seq)
{
	if (!h->known || seq + 1 < h->first || seq >= h->first + h->n)
		return NULL;
	return seq + 1 == h->first ? &h->before : &h->list[h->gone + (seq - h->first)].chain;
}

static struct held_record *at(const struct held *h, uint64_t seq)
{
	if (!h->known || seq < h->first || seq >= h->first + h->n)
		return NULL;
	return &h->list[h->gone + (seq - h->first)];
}

const struct held_record *held_from(const struct held *h, uint64_t seq, size_t *n)
{
	const struct held_record *r = at(h, seq);

	*n = r ? h->n - (seq - h->first) : 0;
	return r;
}

void held_erase(struct held *h, uint64_t seq, struct msg *stub)
{
	struct held_record *r = at(h, seq);

	if (!r)
		return;
	h->bytes += stub->len;
	h->bytes -= r->body->len;
	msg_unref(&r->body);
	r->body = msg_ref(stub);
}
