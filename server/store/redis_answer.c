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

void ask_replied(redisAsyncContext *ac, void *reply, void *arg)
{
	struct ask *a = arg;
	struct redis *r = a->redis;
	struct ask *first = list_take(&r->asks.sent);

	(void)ac;
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
