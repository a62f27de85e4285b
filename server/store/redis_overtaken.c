/* Appends that came too late, as far as the log is known here: their answer will be a conflict.
 * They are told so before it comes, and whoever asked decides again while it is on its way. What
 * was sent goes on to Redis, where its loser goes first then. */
#include <string.h>

#include "server/store/redis_inside.h"

#define TOLD_MAX                                                                                   \
	3 /* of a log, on their way: where others say more, nothing is won by more of them */

/* The records at its position and after it; NULL: nobody else is known to have it. */
static const struct held_record *winners(const struct ask *a, size_t *n)
{
	const struct held_record *records =
		follow_since(&a->redis->followers, a->log, a->epoch, a->first, n);

	if (records && a->chains && hash_equal(&records[0].chain, &a->chains[0]))
		return NULL; /* it is ours, and the answer says so */
	return records;
}

static bool is_append_to(const struct ask *a, const char *log)
{
	return a->kind == ASK_APPEND && strcmp(a->log, log) == 0;
}

static bool is_overtaken(const struct ask *a, const char *log)
{
	size_t n;

	return is_append_to(a, log) && winners(a, &n);
}

static struct ask_answer conflict_of(const struct ask *a)
{
	struct ask_answer answer = { .err = ERR_CONFLICT, .epoch = a->epoch };
	size_t n;
	const struct held_record *records = winners(a, &n);

	for (size_t i = 0; i < n; i++)
		page_add(&answer.page, a->first + i, msg_ref(records[i].body), &records[i].chain);
	return answer;
}

/* They need not be sent again. */
static void end_resting(struct redis *r, const char *log)
{
	struct ask_list all = r->asks.resting, over = { 0 };

	r->asks.resting = (struct ask_list){ 0 };
	for (struct ask *a; (a = list_take(&all));)
		list_put(is_overtaken(a, log) ? &over : &r->asks.resting, a);
	for (struct ask *a; (a = list_take(&over));) {
		struct ask_answer answer = conflict_of(a);

		ask_end(a, &answer);
	}
}

void asks_overtaken(struct redis *r, const char *log)
{
	struct ask *overtaken = NULL;
	size_t n_told = 0;

	end_resting(r, log);
	for (struct ask *a = r->asks.sent.first; a; a = a->next) {
		if (a->told)
			n_told += is_append_to(a, log);
		else if (!overtaken && is_overtaken(a, log))
			overtaken = a;
	}
	if (!overtaken || n_told >= TOLD_MAX)
		return;
	struct ask_answer answer = conflict_of(overtaken);
	overtaken->told = true;
	ask_tell(overtaken, &answer);
	page_free(&answer.page);
}
