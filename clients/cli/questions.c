#include "clients/cli/questions.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "protocol/gen/protocol.h"
#include "server/base/mem.h"

#define ANSWER_MS  5000 /* a question without a word for so long is asked again */
#define UNANSWERED 3    /* so often asked in vain: the connection is not worth having */

void questions_add(struct questions *all, uint64_t n, json_t *message)
{
	struct question *q = x_calloc(1, sizeof(*q));

	q->n = n;
	q->is_query = json_object_get(message, "query") != NULL;
	json_object_set_new(message, "n", json_integer((json_int_t)n));
	q->text = json_dumps(message, JSON_COMPACT);
	json_decref(message);
	DL_APPEND(all->list, q);
	all->n++;
}

struct question *questions_find(const struct questions *all, uint64_t n)
{
	struct question *q;

	DL_FOREACH (all->list, q)
		if (q->n == n)
			return q;
	return NULL;
}

void questions_drop(struct questions *all, struct question *q)
{
	DL_DELETE(all->list, q);
	all->n--;
	free(q->text);
	free(q);
}

void questions_free(struct questions *all)
{
	while (all->list)
		questions_drop(all, all->list);
}

void questions_offer(struct questions *all, struct link *link, int64_t now)
{
	struct question *q;
	size_t under_way = 0;

	DL_FOREACH (all->list, q) {
		if (under_way++ >= LIMIT_PENDING)
			break;
		if (q->due > now && q->sent)
			continue;
		if (q->due > now)
			break;
		q->sent = true;
		q->tries++;
		q->due = now + ANSWER_MS;
		link_send(link, q->text, strlen(q->text));
	}
}

int64_t questions_due(const struct questions *all)
{
	struct question *q;
	int64_t due = 0;

	DL_FOREACH (all->list, q)
		if (q->due && (!due || q->due < due))
			due = q->due;
	return due;
}

bool questions_given_up(const struct questions *all, int64_t now)
{
	struct question *q;

	DL_FOREACH (all->list, q)
		if (q->sent && q->tries >= UNANSWERED && q->due <= now)
			return true;
	return false;
}

void questions_forget_sent(struct questions *all)
{
	struct question *q;

	DL_FOREACH (all->list, q) {
		q->sent = false;
		q->tries = 0;
		q->due = 0;
	}
}

void questions_write_pending(const struct questions *all, struct text *t)
{
	struct question *q;
	size_t n = 0;

	text_array(t, "pending");
	DL_FOREACH (all->list, q)
		if (!q->is_query && n++ < LIMIT_PENDING)
			text_id(t, NULL, q->n);
	text_array_end(t);
}
