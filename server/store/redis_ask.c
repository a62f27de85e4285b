#include "server/store/redis_ask.h"

#include <assert.h>
#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/crash.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/store/redis_inside.h"

#define SEQ_MAX (UINT64_C(1) << 53) /* as far as Lua counts */

/* --- lists --- */

void list_put(struct ask_list *l, struct ask *a)
{
	if (!l->first)
		l->last = &l->first;
	a->next = NULL;
	*l->last = a;
	l->last = &a->next;
	l->n++;
}

struct ask *list_take(struct ask_list *l)
{
	struct ask *a = l->first;

	if (a) {
		l->first = a->next;
		l->n--;
	}
	return a;
}

/* --- making --- */

struct ask *ask_new(struct redis *r, enum ask_kind kind, const char *log, uint64_t first)
{
	struct ask *a = x_calloc(1, sizeof(*a));

	assert(strlen(log) <= STORE_LOG_MAX && !r->closing);
	a->redis = r;
	a->kind = kind;
	a->first = first < SEQ_MAX ? first : SEQ_MAX;
	strcpy(a->log, log);
	return a;
}

void ask_bodies(struct ask *a, struct msg *const *bodies, size_t n)
{
	a->bodies = x_calloc(n, sizeof(struct msg *));
	for (; a->n_bodies < n; a->n_bodies++)
		a->bodies[a->n_bodies] = msg_ref(bodies[a->n_bodies]);
}

static void ask_free(struct ask *a)
{
	for (size_t i = 0; i < a->n_bodies; i++)
		msg_unref(&a->bodies[i]);
	free(a->bodies);
	free(a->chains);
	free(a->names);
	free(a);
}

void ask_put(struct ask *a)
{
	struct redis *r = a->redis;

	a->asked_at = uv_now(r->loop);
	redis_is_needed(r);
	list_put(r->asks.n++ < ASKS_MAX ? &r->asks.waiting : &r->asks.refused, a);
	asks_pump(r);
	redis_wake(r, asks_due(r));
}

/* --- sending --- */

static void on_reply(redisAsyncContext *ac, void *reply, void *arg);

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
		abort();
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

static void write_read(struct redis_words *w, const struct ask *a, uint64_t count)
{
	begin(w, a, SCRIPT_READ, NULL);
	words_put(w, "%" PRIu64, a->first > 0 ? a->first : 1);
	words_put(w, "%" PRIu64, count);
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

static uint64_t n_to_read(const struct ask *a)
{
	if (a->to < a->first)
		return 0;
	return a->to - a->first < STORE_SLICE ? a->to - a->first + 1 : STORE_SLICE;
}

static bool send_one(struct ask *a)
{
	struct redis_words w = { 0 };

	crash_at("redis.asking");

	a->looking = must_look(a);
	if (a->looking)
		write_read(&w, a, a->kind == ASK_ERASE);
	else if (a->kind == ASK_READ || a->kind == ASK_FETCH)
		write_read(&w, a, n_to_read(a));
	else if (a->kind == ASK_HEADS)
		write_heads(&w, a);
	else if (a->kind == ASK_ERASE)
		write_erase(&w, a);
	else
		write_append(&w, a);
	crash_at("redis.written");
	return words_send(&w, &a->redis->commands, on_reply, a);
}

void asks_pump(struct redis *r)
{
	struct asks *asks = &r->asks;

	while (r->ready && asks->waiting.first && asks->sent.n < ASKS_SENT) {
		struct ask *a = asks->waiting.first;

		if (!send_one(a))
			return;
		list_take(&asks->waiting);
		a->sent_at = uv_now(r->loop);
		list_put(&asks->sent, a);
	}
}

/* --- answers --- */

/* What the hub knows now, its follower knows too: what was appended, and what came with a conflict.
 */
static void hand_in(const struct ask *a, const struct ask_answer *answer)
{
	struct followers *fs = &a->redis->followers;
	const struct redis_page *p = &answer->page;

	if (answer->err == OK)
		for (size_t i = 0; i < a->n_bodies; i++)
			follow_heard(fs, a->log, answer->epoch,
				     &(struct store_record){ a->first + i, a->bodies[i] },
				     &a->chains[i]);
	if (answer->err != ERR_CONFLICT)
		return;
	for (size_t i = 0; i < p->n; i++)
		follow_heard(fs, a->log, answer->epoch, &p->records[i], &p->chains[i]);
	if (p->n == 0)
		follow_head(fs, a->log, answer->epoch, answer->head, NULL);
}

static void tell_done(const struct ask *a, const struct ask_answer *answer)
{
	a->done(a->arg, &(struct store_answer){ .err = answer->err,
						.epoch = answer->epoch,
						.records = answer->page.records,
						.n_records = answer->page.n });
}

static void tell_fetched(const struct ask *a, const struct ask_answer *answer)
{
	const struct redis_page *p = &answer->page;

	follow_fetched(&a->redis->followers, a->log, a->ticket,
		       &(struct follow_page){ .err = answer->err,
					      .epoch = answer->epoch,
					      .head = answer->head,
					      .records = p->records,
					      .n_records = p->n,
					      .before = p->has_before ? &p->before : NULL,
					      .chains = p->chains,
					      .why = answer->why });
}

void ask_end(struct ask *a, struct ask_answer *answer)
{
	struct redis *r = a->redis;

	if (!answer->epoch)
		answer->epoch = "";
	switch (a->kind) {
	case ASK_APPEND:
		crash_at("redis.append_known");
		tell_done(a, answer);
		hand_in(a, answer);
		crash_at("redis.append_told");
		break;
	case ASK_READ:
		tell_done(a, answer);
		break;
	case ASK_ERASE:
		tell_done(a, answer);
		if (answer->err == OK)
			follow_erased(&r->followers, a->log, a->first, a->bodies[0]);
		break;
	case ASK_FETCH:
		tell_fetched(a, answer);
		break;
	case ASK_RESTORE:
		follow_restored(&r->followers, a->log, a->ticket, answer->err);
		break;
	case ASK_HEADS:
		break;
	}
	page_free(&answer->page);
	ask_free(a);
	r->asks.n--;
	if (r->closing)
		redis_wake(r, 0);
}

void ask_fail(struct ask *a, enum err err)
{
	ask_end(a, &(struct ask_answer){ .err = err, .epoch = a->purging ? a->epoch : "" });
}

static void rest(struct ask *a, uint64_t ms)
{
	a->rest_until = uv_now(a->redis->loop) + (ms < 5 ? 5 : ms > 100 ? 100 : ms);
	list_put(&a->redis->asks.resting, a);
	redis_wake(a->redis, a->rest_until);
}

static void end_heads(struct ask *a, const redisReply *reply)
{
	for (size_t i = 0; i < a->n_names && 3 * i + 2 < reply->elements; i++) {
		redisReply **head = reply->element + 3 * i;
		struct hash chain;
		bool known = hash_read(head[2]->str, head[2]->len, &chain);

		follow_head(&a->redis->followers, a->names[i], reply_text(head[0]),
			    strtoull(reply_text(head[1]), NULL, 10), known ? &chain : NULL);
	}
	ask_fail(a, OK);
}

/* What was to be known first is known: the question itself waits again. */
static void end_look(struct ask *a, const struct ask_answer *answer)
{
	a->looked = true;
	a->looking = false;
	if (a->kind == ASK_ERASE && answer->page.n > 0) {
		const struct msg *body = answer->page.records[0].body;

		a->before = hash_of(body->text, body->len);
	} else if (a->kind == ASK_APPEND && answer->err == OK) {
		a->has_before = answer->page.has_before;
		a->before = answer->page.before;
	}
	list_put(&a->redis->asks.waiting, a);
}

/* Word, epoch, head, before, records; false: none of our answers. */
static bool read_answer(const struct ask *a, const redisReply *reply, struct ask_answer *answer)
{
	const char *word;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 3)
		return false;
	word = reply_text(reply->element[0]);
	answer->epoch = reply_text(reply->element[1]);
	answer->head = strtoull(reply_text(reply->element[2]), NULL, 10);
	if (strcmp(word, "damaged") == 0) {
		answer->err = ERR_DAMAGED;
		answer->why = reply_text(reply->element[2]);
		answer->head = 0;
		return true;
	}
	if (strcmp(word, "none") == 0) {
		answer->err = a->kind == ASK_FETCH ? OK : ERR_NOT_FOUND;
		answer->page.has_before = a->first == 1;
		return true;
	}
	answer->err = strcmp(word, "conflict") == 0 ? ERR_CONFLICT : OK;
	if (reply->elements < 5)
		return true;
	answer->why = page_read(&answer->page, reply_text(reply->element[3]), reply->element[4],
				a->first > 0 ? a->first : 1);
	if (answer->why)
		answer->err = ERR_DAMAGED;
	return true;
}

static void answered(struct ask *a, const redisReply *reply)
{
	struct ask_answer answer = { .err = ERR_UNKNOWN };
	bool waits = reply->type == REDIS_REPLY_ARRAY && reply->elements >= 5 &&
		     strcmp(reply_text(reply->element[0]), "wait") == 0;

	if (a->kind == ASK_HEADS) {
		end_heads(a, reply);
	} else if (waits) {
		crash_at("redis.waiting");
		rest(a, strtoull(reply_text(reply->element[4]), NULL, 10));
	} else if (!read_answer(a, reply, &answer)) {
		log_error("redis.reply", "log=%s kind=%d", a->log, (int)a->kind);
		ask_fail(a, ERR_UNKNOWN);
	} else if (a->looking && answer.err != ERR_DAMAGED) {
		end_look(a, &answer);
		page_free(&answer.page);
	} else if (a->kind == ASK_ERASE && answer.err == OK) {
		snprintf(a->epoch, sizeof(a->epoch), "%s", answer.epoch);
		purge_add(a);
	} else {
		ask_end(a, &answer);
	}
}

/* Errors with which Redis says that it did nothing. */
static bool did_nothing(const char *error)
{
	static const char *const words[] = { "NOSCRIPT",   "READONLY",   "LOADING",    "MISCONF",
					     "OOM ",       "NOAUTH",     "NOPERM",     "BUSY",
					     "MASTERDOWN", "NOREPLICAS", "CLUSTERDOWN" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(error, words[i]))
			return true;
	return false;
}

static bool changes(const struct ask *a)
{
	return !a->looking &&
	       (a->kind == ASK_APPEND || a->kind == ASK_ERASE || a->kind == ASK_RESTORE);
}

static void refused(struct ask *a, const char *error)
{
	struct redis *r = a->redis;

	if (strncmp(error, "NOSCRIPT", 8) == 0 && !a->whole) {
		a->whole = true;
		list_put(&r->asks.waiting, a);
		return;
	}
	log_error("redis.refused", "log=%s kind=%d why=%s", a->log, (int)a->kind, error);
	if (strstr(error, "READONLY") || strstr(error, "NOAUTH"))
		link_give_up(&r->commands, error);
	if (strncmp(error, "WRONGTYPE", 9) == 0)
		ask_end(a, &(struct ask_answer){ .err = ERR_DAMAGED,
						 .why = "Its key holds something else." });
	else
		ask_fail(a, changes(a) && !did_nothing(error) ? ERR_UNKNOWN : ERR_UNAVAILABLE);
}

static void on_reply(redisAsyncContext *ac, void *reply, void *arg)
{
	struct ask *a = arg;
	struct redis *r = a->redis;
	struct ask *first = list_take(&r->asks.sent);

	(void)ac;
	crash_at("redis.reply");
	assert(first == a);
	(void)first;
	if (!reply && changes(a))
		ask_fail(a, ERR_UNKNOWN);
	else if (!reply)
		list_put(&r->asks.waiting, a);
	else if (reply_is_error(reply))
		refused(a, reply_text(reply));
	else
		answered(a, reply);
	asks_pump(r);
}

/* --- time --- */

static void wake_rested(struct asks *asks, uint64_t now)
{
	struct ask_list list = asks->resting;

	asks->resting = (struct ask_list){ 0 };
	for (struct ask *a; (a = list_take(&list));)
		list_put(a->rest_until <= now ? &asks->waiting : &asks->resting, a);
}

bool asks_turn(struct redis *r)
{
	struct asks *asks = &r->asks;
	uint64_t now = uv_now(r->loop);
	struct ask_list late = { 0 }, all;

	wake_rested(asks, now);
	all = asks->waiting;
	asks->waiting = (struct ask_list){ 0 };
	for (struct ask *a; (a = list_take(&all));)
		list_put(a->asked_at + REDIS_PATIENCE_MS <= now ? &late : &asks->waiting, a);
	for (struct ask *a; (a = list_take(&asks->refused));)
		list_put(&late, a);
	for (struct ask *a; (a = list_take(&late));)
		ask_fail(a, ERR_UNAVAILABLE);
	asks_pump(r);
	return !asks->sent.first || asks->sent.first->sent_at + REDIS_REPLY_MS > now;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t asks_due(const struct redis *r)
{
	const struct asks *asks = &r->asks;
	uint64_t due = asks->refused.first ? 0 : UINT64_MAX;

	if (asks->waiting.first)
		due = sooner(due, asks->waiting.first->asked_at + REDIS_PATIENCE_MS);
	if (asks->sent.first)
		due = sooner(due, asks->sent.first->sent_at + REDIS_REPLY_MS);
	for (const struct ask *a = asks->resting.first; a; a = a->next)
		due = sooner(due, a->rest_until);
	return due;
}
