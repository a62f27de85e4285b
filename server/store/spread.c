#include "server/store/spread.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/store/chain.h"

struct spread {
	struct store store; /* first: it is a store */
	struct store **parts;
	char **names;
	size_t n, n_closed;
	store_closed_fn closed;
	void *closed_arg;
};

/* The highest hash of name, NUL, log. Equal ones do not happen (SHA-256). */
size_t spread_place(const char *log, const char *const *names, size_t n)
{
	struct hash best = { { 0 } };
	size_t place = 0;

	for (size_t i = 0; i < n; i++) {
		struct hash h = hash_of_two(names[i], strlen(names[i]) + 1, log, strlen(log));

		if (memcmp(h.bytes, best.bytes, HASH_BYTES) > 0) {
			best = h;
			place = i;
		}
	}
	return place;
}

static struct store *part_of(const struct store *s, const char *log)
{
	const struct spread *spread = (const struct spread *)s;

	return spread->parts[spread_place(log, (const char *const *)spread->names, spread->n)];
}

static void spread_append(struct store *s, const char *log, const char *epoch, uint64_t first_seq,
			  struct msg *const *bodies, size_t n, store_done_fn done, void *arg)
{
	store_append(part_of(s, log), log, epoch, first_seq, bodies, n, done, arg);
}

static void spread_read(struct store *s, const char *log, uint64_t from, uint64_t to,
			store_done_fn done, void *arg)
{
	store_read(part_of(s, log), log, from, to, done, arg);
}

static void spread_follow(struct store *s, const char *log, uint64_t after)
{
	store_follow(part_of(s, log), log, after);
}

static void spread_unfollow(struct store *s, const char *log)
{
	store_unfollow(part_of(s, log), log);
}

static void spread_signal(struct store *s, const char *log, struct msg *m)
{
	store_signal(part_of(s, log), log, m);
}

static void spread_erase(struct store *s, const char *log, uint64_t seq, struct msg *stub,
			 store_done_fn done, void *arg)
{
	store_erase(part_of(s, log), log, seq, stub, done, arg);
}

static void spread_drop(struct store *s, const char *log, store_done_fn done, void *arg)
{
	store_drop(part_of(s, log), log, done, arg);
}

static void combine(struct spread *s)
{
	const struct store *well = NULL;

	s->store.trouble = NULL;
	for (size_t i = s->n; i-- > 0;) {
		if (s->parts[i]->trouble)
			s->store.trouble = s->parts[i]->trouble;
		else if (!well || s->parts[i]->clock_ms) /* one that nobody asked has no clock */
			well = s->parts[i];
	}
	if (well)
		s->store.clock_ms = well->clock_ms;
}

static void spread_tick(struct store *store, int64_t now)
{
	struct spread *s = (struct spread *)store;

	for (size_t i = 0; i < s->n; i++)
		store_tick(s->parts[i], now);
	combine(s);
}

static void on_part_closed(void *arg)
{
	struct spread *s = arg;

	if (++s->n_closed < s->n)
		return;
	s->closed(s->closed_arg);
	for (size_t i = 0; i < s->n; i++)
		free(s->names[i]);
	free(s->names);
	free(s->parts);
	free(s);
}

static void spread_close(struct store *store, store_closed_fn closed, void *arg)
{
	struct spread *s = (struct spread *)store;

	s->closed = closed;
	s->closed_arg = arg;
	for (size_t i = 0; i < s->n; i++)
		store_close(s->parts[i], on_part_closed, s);
}

static const struct store_ops spread_ops = {
	.append = spread_append,
	.read = spread_read,
	.follow = spread_follow,
	.unfollow = spread_unfollow,
	.signal = spread_signal,
	.erase = spread_erase,
	.drop = spread_drop,
	.tick = spread_tick,
	.close = spread_close,
};

struct store *spread_open(struct store *const *parts, const char *const *names, size_t n)
{
	struct spread *s = x_calloc(1, sizeof(*s));

	s->store = (struct store){ .ops = &spread_ops, .durable = parts[0]->durable };
	s->parts = x_calloc(n, sizeof(struct store *));
	s->names = x_calloc(n, sizeof(*s->names));
	for (; s->n < n; s->n++) {
		s->parts[s->n] = parts[s->n];
		s->names[s->n] = x_strdup(names[s->n]);
	}
	combine(s);
	return &s->store;
}
