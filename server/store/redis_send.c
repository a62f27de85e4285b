/* How each question is put into words for Redis. */
#include <inttypes.h>
#include <openssl/rand.h>
#include <stdlib.h>

#include "server/base/crash.h"
#include "server/base/mem.h"
#include "server/store/redis_inside.h"

#define TURN_MS     50 /* a loser goes first for so long at least */
#define TURN_MAX_MS 500

static void put_key(struct redis_words *w, const struct ask *a, const char *kind)
{
	words_put(w, "%s%s:%s", a->redis->prefix, kind, a->log);
}

static void put_channel(struct redis_words *w, const struct ask *a)
{
	words_put(w, "%s%u:log:%s", a->redis->prefix, a->redis->db, a->log);
}

/* A name for an epoch, should one be made. */
static void put_chance(struct redis_words *w, const struct redis *r)
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	unsigned char chance[10];
	char name[sizeof(chance) + 1] = "";

	if (RAND_bytes(chance, sizeof(chance)) != 1)
		x_end(X_CHANCE);
	for (size_t i = 0; i < sizeof(chance); i++)
		name[i] = letters[chance[i] & 31];
	words_put(w, "%s", r->run);
	words_put(w, "%s", name);
}

static void begin(struct redis_words *w, const struct ask *a, enum redis_script script,
		  const char *third)
{
	script_begin(w, script, a->whole, third ? 3 : 2);
	put_key(w, a, "about");
	put_key(w, a, "log");
	if (third)
		put_key(w, a, third);
	put_chance(w, a->redis);
}

/* Of a look only what is before, or the one that is there; of an append what a conflict brings. */
uint64_t ask_count(const struct ask *a)
{
	if (a->looking)
		return a->kind == ASK_ERASE;
	if (a->to < a->first)
		return 0;
	return a->to - a->first < STORE_SLICE ? a->to - a->first + 1 : STORE_SLICE;
}

static void write_read(struct redis_words *w, const struct ask *a)
{
	begin(w, a, SCRIPT_READ, NULL);
	words_put(w, "%" PRIu64, a->first > 0 ? a->first : 1);
	words_put(w, "%" PRIu64, ask_count(a));
}

static void chain_bodies(struct ask *a)
{
	struct hash chain = a->before;

	a->chains = x_calloc(a->n_bodies, sizeof(*a->chains));
	for (size_t i = 0; i < a->n_bodies; i++) {
		struct hash body = hash_of(a->bodies[i]->text, a->bodies[i]->len);

		a->chains[i] = chain = chain_next(&chain, &body);
	}
}

/* Whoever loses a position decides again when it has heard so, and is heard another way later. */
static uint64_t turn_ms(const struct redis *r)
{
	uint64_t both_ways = 2 * r->asks.reply_ms;

	return both_ways < TURN_MS ? TURN_MS : both_ways > TURN_MAX_MS ? TURN_MAX_MS : both_ways;
}

static void write_append(struct redis_words *w, struct ask *a)
{
	char hex[HASH_HEX + 1] = "";

	if (!a->chains)
		chain_bodies(a);
	begin(w, a, a->kind == ASK_RESTORE ? SCRIPT_RESTORE : SCRIPT_APPEND, "next");
	words_put(w, "%s", a->redis->who);
	put_channel(w, a);
	words_put(w, "%s", a->epoch);
	words_put(w, "%" PRIu64, a->first);
	if (a->has_before)
		hash_write(&a->before, hex);
	words_put(w, "%s", hex);
	words_put(w, "%zu", a->n_bodies);
	words_put(w, "%" PRIu64, turn_ms(a->redis));
	for (size_t i = 0; i < a->n_bodies; i++) {
		words_add(w, a->bodies[i]->text, a->bodies[i]->len);
		hash_write(&a->chains[i], hex);
		words_put(w, "%s", hex);
	}
}

static void write_erase(struct redis_words *w, const struct ask *a)
{
	char hex[HASH_HEX + 1];

	hash_write(&a->before, hex);
	begin(w, a, SCRIPT_ERASE, "spare");
	words_put(w, "%" PRIu64, a->first);
	words_add(w, a->bodies[0]->text, a->bodies[0]->len);
	words_put(w, "%s", hex);
	put_channel(w, a);
}

static void write_drop(struct redis_words *w, const struct ask *a)
{
	begin(w, a, SCRIPT_DROP, NULL);
	put_channel(w, a);
}

static void write_heads(struct redis_words *w, const struct ask *a)
{
	script_begin(w, SCRIPT_HEADS, a->whole, 2 * a->n_names);
	for (size_t i = 0; i < a->n_names; i++) {
		words_put(w, "%sabout:%s", a->redis->prefix, a->names[i]);
		words_put(w, "%slog:%s", a->redis->prefix, a->names[i]);
	}
	put_chance(w, a->redis);
}

/* Must something be known first? An append needs the chain before it, an erase the hash of the body
 * that is there. */
static bool must_look(struct ask *a)
{
	const struct hash *before;

	if (a->looked)
		return false;
	if (a->kind == ASK_ERASE)
		return a->first > 0;
	if (a->kind != ASK_APPEND || a->has_before)
		return false;
	before = a->first > 1 ? follow_chain(&a->redis->followers, a->log, a->first - 1) : NULL;
	if (before)
		a->before = *before;
	a->has_before = before || a->first <= 1;
	return !a->has_before;
}

bool ask_send(struct ask *a)
{
	struct redis_words w = { 0 };

	crash_at("redis.asking");
	a->looking = must_look(a);
	if (a->looking || a->kind == ASK_READ || a->kind == ASK_FETCH)
		write_read(&w, a);
	else if (a->kind == ASK_HEADS)
		write_heads(&w, a);
	else if (a->kind == ASK_ERASE)
		write_erase(&w, a);
	else if (a->kind == ASK_DROP)
		write_drop(&w, a);
	else
		write_append(&w, a);
	crash_at("redis.written");
	return words_send(&w, &a->redis->commands, ask_replied, a);
}
