/* What Redis answers, and who is told. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/crash.h"
#include "server/base/log.h"
#include "server/store/redis_inside.h"

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

void ask_tell(const struct ask *a, const struct ask_answer *answer)
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
		ask_tell(a, answer);
		hand_in(a, answer);
		crash_at("redis.append_told");
		break;
	case ASK_READ:
		ask_tell(a, answer);
		break;
	case ASK_ERASE:
		ask_tell(a, answer);
		if (answer->err == OK)
			follow_erased(&r->followers, a->log, a->epoch, a->first, a->bodies[0]);
		break;
	case ASK_DROP:
		ask_tell(a, answer);
		follow_dropped(&r->followers, a->log);
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

/* A position as our scripts write it. */
static bool read_head(const redisReply *reply, uint64_t *head)
{
	const char *text = reply_text(reply);
	size_t n = strspn(text, "0123456789");

	*head = strtoull(text, NULL, 10);
	return n > 0 && text[n] == '\0' && *head <= SEQ_MAX;
}

/* Of a head that is none the log itself shall tell. */
static void end_heads(struct ask *a, const redisReply *reply)
{
	for (size_t i = 0; i < a->n_names && 3 * i + 2 < reply->elements; i++) {
		redisReply **said = reply->element + 3 * i;
		struct hash chain;
		uint64_t head;
		bool known = hash_read(reply_text(said[2]), said[2]->len, &chain);
		bool sound = read_head(said[1], &head);

		follow_head(&a->redis->followers, a->names[i], sound ? reply_text(said[0]) : "!",
			    sound ? head : 0, known ? &chain : NULL);
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

static bool is_word(const redisReply *reply, const char *word)
{
	return strcmp(reply_text(reply->element[0]), word) == 0;
}

static bool appends(const struct ask *a)
{
	return !a->looking && (a->kind == ASK_APPEND || a->kind == ASK_RESTORE);
}

/* Afterwards the files are rewritten. */
static bool erases(const struct ask *a)
{
	return !a->looking && (a->kind == ASK_ERASE || a->kind == ASK_DROP);
}

static bool changes(const struct ask *a)
{
	return appends(a) || erases(a);
}

/* So many records there must be from a->first on, if there are any that we lack. */
static uint64_t n_due(const struct ask *a, uint64_t head)
{
	uint64_t first = a->first > 0 ? a->first : 1, most = ask_count(a);

	if (head < first)
		return 0;
	return head - first < most ? head - first + 1 : most;
}

/* [..., chain before, records]. Of a conflict under another epoch there are none. */
static void read_page(const struct ask *a, const redisReply *reply, struct ask_answer *answer)
{
	const char *before = reply_text(reply->element[3]);

	answer->why =
		page_read(&answer->page, before, reply->element[4], a->first > 0 ? a->first : 1);
	if (!answer->why && answer->page.n != n_due(a, answer->head) &&
	    !(answer->err == ERR_CONFLICT && !before[0]))
		answer->why = "A record is missing.";
	if (answer->why)
		answer->err = ERR_DAMAGED;
}

/* What its word makes of it; false: no answer to this question. */
static bool read_word(const struct ask *a, const redisReply *reply, struct ask_answer *answer)
{
	bool is_named = answer->epoch[0] != '\0';
	bool is_dropped = strcmp(answer->epoch, STORE_DROPPED_EPOCH) == 0;

	if (is_word(reply, "none") && (is_dropped || !appends(a))) {
		answer->err = a->kind == ASK_FETCH ? OK : ERR_NOT_FOUND;
		answer->page.has_before = a->first == 1;
		return true;
	}
	if (is_word(reply, "conflict") && appends(a)) {
		answer->err = ERR_CONFLICT;
		return reply->elements >= 5;
	}
	answer->err = OK;
	return is_word(reply, "ok") && is_named && (changes(a) || reply->elements >= 5);
}

/* Word, epoch, head, before, records; false: none of our answers. */
static bool read_answer(const struct ask *a, const redisReply *reply, struct ask_answer *answer)
{
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 3)
		return false;
	answer->epoch = reply_text(reply->element[1]);
	if (strlen(answer->epoch) > STORE_EPOCH_MAX)
		return false;
	if (is_word(reply, "damaged")) {
		answer->err = ERR_DAMAGED;
		answer->why = reply_text(reply->element[2]);
		return true;
	}
	if (!read_head(reply->element[2], &answer->head) || !read_word(a, reply, answer))
		return false;
	if (reply->elements >= 5)
		read_page(a, reply, answer);
	return true;
}

static bool must_wait(const struct ask *a, const redisReply *reply)
{
	return appends(a) && reply->type == REDIS_REPLY_ARRAY && reply->elements >= 5 &&
	       is_word(reply, "wait");
}

static void answered(struct ask *a, const redisReply *reply)
{
	struct ask_answer answer = { 0 };

	if (a->kind == ASK_HEADS) {
		end_heads(a, reply);
	} else if (must_wait(a, reply)) {
		crash_at("redis.waiting");
		rest(a, strtoull(reply_text(reply->element[4]), NULL, 10));
	} else if (!read_answer(a, reply, &answer)) {
		log_error("redis.reply", "log=%s kind=%d", a->log, (int)a->kind);
		ask_fail(a, changes(a) ? ERR_UNKNOWN : ERR_UNAVAILABLE);
	} else if (a->looking && answer.err != ERR_DAMAGED) {
		end_look(a, &answer);
		page_free(&answer.page);
	} else if (erases(a) && answer.err == OK) {
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
	if (strstr(error, "WRONGTYPE")) /* scripts put words of their own before it */
		ask_end(a, &(struct ask_answer){ .err = ERR_DAMAGED,
						 .why = "Its key holds something else." });
	else
		ask_fail(a, changes(a) && !did_nothing(error) ? ERR_UNKNOWN : ERR_UNAVAILABLE);
}

/* Goes up at once and down slowly: a way that is sometimes long counts as long. */
static void measure(struct asks *asks, uint64_t took)
{
	asks->reply_ms -= asks->reply_ms / 8;
	if (took > asks->reply_ms)
		asks->reply_ms = took;
}

/* The answer of one that was told before: what else it says is for those who follow. */
static void end_told(struct ask *a, const redisReply *reply)
{
	struct ask_answer answer = { .err = ERR_UNKNOWN };
	struct redis *r = a->redis;
	char log[STORE_LOG_MAX + 1];

	strcpy(log, a->log);
	if (reply && !a->looking && read_answer(a, reply, &answer) && answer.err == ERR_CONFLICT)
		hand_in(a, &answer);
	page_free(&answer.page);
	ask_free(a);
	r->asks.n--;
	asks_overtaken(r, log);
	if (r->closing)
		redis_wake(r, 0);
}

void ask_replied(const redisReply *reply, void *arg)
{
	struct ask *a = arg;
	struct redis *r = a->redis;
	struct ask *first = list_take(&r->asks.sent);

	crash_at("redis.reply");
	assert(first == a);
	(void)first;
	measure(&r->asks, uv_now(r->loop) - a->sent_at);
	if (a->told)
		end_told(a, reply);
	else if (!reply && changes(a))
		ask_fail(a, ERR_UNKNOWN);
	else if (!reply)
		list_put(&r->asks.waiting, a);
	else if (reply_is_error(reply))
		refused(a, reply_text(reply));
	else
		answered(a, reply);
	asks_pump(r);
}
