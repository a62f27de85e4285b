#include "server/core/taken.h"

#include <stdlib.h>

#include "server/base/mem.h"

#define ROOM_FIRST 64

/* People count their n up or draw it at random; both spread (the finalizer of MurmurHash3). */
static uint64_t mix(uint64_t by, uint64_t n)
{
	uint64_t h = by * UINT64_C(0x9E3779B97F4A7C15) ^ n;

	h = (h ^ h >> 33) * UINT64_C(0xFF51AFD7ED558CCD);
	h = (h ^ h >> 33) * UINT64_C(0xC4CEB9FE1A85EC53);
	return h ^ h >> 33;
}

/* The slot where this one is, or would be. */
static uint32_t *slot_of(const struct takens *t, uint64_t by, uint64_t n)
{
	size_t mask = t->room - 1, at = mix(by, n) & mask;

	while (t->index[at]) {
		const struct taken *found = &t->list[t->index[at] - 1];

		if (found->n == n && found->by == by)
			break;
		at = (at + 1) & mask;
	}
	return &t->index[at];
}

uint64_t takens_find(const struct takens *t, uint64_t by, uint64_t n)
{
	uint32_t place = t->room ? *slot_of(t, by, n) : 0;

	return place ? t->list[place - 1].seq : 0;
}

static uint32_t *free_slot(const struct takens *t, uint64_t by, uint64_t n)
{
	size_t mask = t->room - 1, at = mix(by, n) & mask;

	while (t->index[at])
		at = (at + 1) & mask;
	return &t->index[at];
}

static void widen(struct takens *t)
{
	free(t->index);
	t->room = t->room ? 2 * t->room : ROOM_FIRST;
	t->index = x_calloc(t->room, sizeof(*t->index));
	for (size_t i = 0; i < t->n; i++)
		*free_slot(t, t->list[i].by, t->list[i].n) = (uint32_t)i + 1;
}

void takens_add(struct takens *t, uint64_t by, uint64_t n, uint64_t seq)
{
	uint32_t *slot;

	if (t->n + 1 > t->room / 4 * 3)
		widen(t);
	slot = slot_of(t, by, n);
	if (*slot)
		return;
	t->list = x_grow(t->list, t->n, sizeof(*t->list));
	t->list[t->n++] = (struct taken){ .seq = seq, .by = by, .n = n };
	*slot = (uint32_t)t->n;
}

void takens_free(struct takens *t)
{
	free(t->list);
	free(t->index);
	*t = (struct takens){ 0 };
}
