#include "clients/cli/ledger.h"
#include "server/base/hash.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

/* A line that is known to be in the log. */
struct known {
	uint64_t seq, room, by, n, words; /* words: a hash of its text; 0: not known */
	size_t person;                    /* who said it, if acked */
	bool acked, seen, found, missing;
	UT_hash_handle hh;
};

/* A part of a screen that has to be whole: lines of the room in (from, to]. */
struct stretch {
	uint64_t room, from, to;
	size_t lines;
};

struct screen {
	struct stretch now; /* since the last view */
	bool is_open;
};

struct ledger {
	struct screen *screens;
	size_t n_people;
	struct stretch *done;
	size_t n_done;
	struct known *lines; /* by seq */
	struct command_key {
		uint64_t by, n;
		uint64_t seq;
		UT_hash_handle hh;
	} * commands;
	size_t said, acked, doubled, differ;
};

struct ledger *ledger_new(size_t n_people)
{
	struct ledger *l = x_calloc(1, sizeof(*l));

	l->screens = x_calloc(n_people, sizeof(*l->screens));
	l->n_people = n_people;
	return l;
}

void ledger_free(struct ledger *l)
{
	struct known *k, *next;
	struct command_key *c, *after;

	if (!l)
		return;
	k = l->lines;
	HASH_CLEAR(hh, l->lines);
	for (; k; k = next) {
		next = k->hh.next;
		free(k);
	}
	c = l->commands;
	HASH_CLEAR(hh, l->commands);
	for (; c; c = after) {
		after = c->hh.next;
		free(c);
	}
	free(l->screens);
	free(l->done);
	free(l);
}

static struct known *find(const struct ledger *l, uint64_t seq)
{
	struct known *k;

	HASH_FIND(hh, l->lines, &seq, sizeof(seq), k);
	return k;
}

static struct known *know(struct ledger *l, uint64_t seq, uint64_t room)
{
	struct known *k = find(l, seq);

	if (k)
		return k;
	k = x_calloc(1, sizeof(*k));
	k->seq = seq;
	k->room = room;
	HASH_ADD(hh, l->lines, seq, sizeof(k->seq), k);
	return k;
}

/* One command is one line. */
static void pair(struct ledger *l, uint64_t by, uint64_t n, uint64_t seq)
{
	struct command_key key = { .by = by, .n = n }, *c;

	HASH_FIND(hh, l->commands, &key.by, 2 * sizeof(uint64_t), c);
	if (c) {
		l->doubled += c->seq != seq;
		return;
	}
	c = x_calloc(1, sizeof(*c));
	c->by = by;
	c->n = n;
	c->seq = seq;
	HASH_ADD(hh, l->commands, by, 2 * sizeof(uint64_t), c);
}

static uint64_t hash_words(const char *text)
{
	uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return h ? h : 1;
}

void ledger_said(struct ledger *l)
{
	l->said++;
}

void ledger_taken(struct ledger *l, size_t person, uint64_t n, uint64_t seq, uint64_t room)
{
	struct known *k = know(l, seq, room);

	(void)n;
	l->acked++;
	l->doubled += k->acked; /* two commands cannot be one line */
	l->differ += k->room != room;
	k->acked = true;
	k->person = person;
}

static void close_stretch(struct ledger *l, const struct stretch *s)
{
	l->done = x_grow(l->done, l->n_done, sizeof(*l->done));
	l->done[l->n_done++] = *s;
}

void ledger_view(struct ledger *l, size_t person, uint64_t seq, uint64_t room,
		 const uint64_t *lines, size_t n_lines, bool all)
{
	struct screen *s = &l->screens[person];
	uint64_t from = all || !n_lines ? 0 : lines[0] - 1;

	if (s->is_open)
		close_stretch(l, &s->now);
	for (size_t i = 0; i < n_lines; i++) {
		know(l, lines[i], room)->seen = true;
		l->doubled += i && lines[i] <= lines[i - 1];
	}
	if (all || n_lines)
		close_stretch(l, &(struct stretch){ room, from, seq, n_lines });
	*s = (struct screen){ .now = { .room = room, .from = seq, .to = seq }, .is_open = true };
}

void ledger_line(struct ledger *l, size_t person, uint64_t seq, uint64_t room, uint64_t by,
		 uint64_t n, const char *text)
{
	struct screen *s = &l->screens[person];
	struct known *k = know(l, seq, room);
	uint64_t words = hash_words(text);

	l->differ += k->room != room || (k->words && k->words != words);
	k->words = words;
	k->seen = true;
	if (n)
		pair(l, by, n, seq);
	if (s->is_open && s->now.room == room)
		s->now.lines++;
	ledger_event(l, person, seq);
}

void ledger_event(struct ledger *l, size_t person, uint64_t seq)
{
	l->screens[person].now.to = seq;
}

void ledger_disorder(struct ledger *l, size_t person, uint64_t seq)
{
	(void)person, (void)seq;
	l->doubled++;
}

void ledger_found(struct ledger *l, uint64_t seq, bool is_there)
{
	struct known *k = find(l, seq);

	if (!k)
		return;
	k->found = is_there;
	k->missing = !is_there;
}

uint64_t ledger_unseen(const struct ledger *l, uint64_t seq, size_t *person, uint64_t *room)
{
	const struct known *best = NULL;

	for (const struct known *k = l->lines; k; k = k->hh.next)
		if (k->acked && !k->seen && !k->found && !k->missing && k->seq > seq &&
		    (!best || k->seq < best->seq))
			best = k;
	if (!best)
		return 0;
	*person = best->person;
	*room = best->room;
	return best->seq;
}

/* --- sums ------------------------------------------------------------------------------------ */

static int by_room_and_seq(const void *a, const void *b)
{
	const struct known *x = *(const struct known *const *)a,
			   *y = *(const struct known *const *)b;

	if (x->room != y->room)
		return x->room < y->room ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* How many known lines stand before (room, seq + 1) in the order. */
static size_t rank(struct known *const *all, size_t n, uint64_t room, uint64_t seq)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct known *k = all[middle];

		if (k->room < room || (k->room == room && k->seq <= seq))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t missing_in(const struct stretch *s, struct known *const *all, size_t n)
{
	size_t should = rank(all, n, s->room, s->to) - rank(all, n, s->room, s->from);

	return should > s->lines ? should - s->lines : s->lines - should;
}

struct ledger_sum ledger_sum(const struct ledger *l)
{
	struct ledger_sum sum = {
		.said = l->said, .acked = l->acked, .doubled = l->doubled, .holes = l->differ
	};
	size_t n = HASH_COUNT(l->lines), i = 0;
	struct known **all = x_calloc(n + 1, sizeof(struct known *));

	for (struct known *k = l->lines; k; k = k->hh.next) {
		all[i++] = k;
		sum.lost += k->acked && k->missing;
		sum.unseen += k->acked && !k->seen && !k->found && !k->missing;
	}
	qsort(all, n, sizeof(struct known *), by_room_and_seq);
	for (i = 0; i < l->n_done; i++)
		sum.holes += missing_in(&l->done[i], all, n);
	for (i = 0; i < l->n_people; i++)
		if (l->screens[i].is_open)
			sum.holes += missing_in(&l->screens[i].now, all, n);
	free(all);
	return sum;
}
