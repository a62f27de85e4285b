#include "server/store/sqlite_job.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

struct job *job_new(enum job_kind kind, const char *log, uint64_t first)
{
	struct job *j = x_calloc(1, sizeof(*j));

	assert(strlen(log) <= STORE_LOG_MAX);
	j->kind = kind;
	j->first = first;
	strcpy(j->log, log);
	return j;
}

void job_drop_records(struct job *j)
{
	for (size_t i = 0; i < j->n_records; i++)
		msg_unref(&j->records[i].body);
	free(j->records);
	j->records = NULL;
	j->n_records = 0;
}

void job_free(struct job *j)
{
	job_drop_records(j);
	for (size_t i = 0; i < j->n_bodies; i++)
		msg_unref(&j->bodies[i]);
	free(j->bodies);
	free(j);
}

void job_add_record(struct job *j, uint64_t seq, const void *body, size_t len)
{
	j->records = x_grow(j->records, j->n_records, sizeof(*j->records));
	j->records[j->n_records++] =
		(struct store_record){ .seq = seq, .body = msg_new(len ? body : "", len) };
}

void job_list_init(struct job_list *l)
{
	l->first = NULL;
	l->end = &l->first;
}

void job_list_put(struct job_list *l, struct job *j)
{
	j->next = NULL;
	*l->end = j;
	l->end = &j->next;
}

struct job *job_list_take(struct job_list *l)
{
	struct job *j = l->first;

	if (j) {
		l->first = j->next;
		if (!l->first)
			l->end = &l->first;
	}
	return j;
}

void job_list_move(struct job_list *l, struct job_list *from)
{
	if (!from->first)
		return;
	*l->end = from->first;
	l->end = from->end;
	job_list_init(from);
}

void job_queue_init(struct job_queue *q, uv_async_t *wake)
{
	int failed = uv_mutex_init(&q->lock) || uv_cond_init(&q->filled);

	assert(!failed);
	(void)failed;
	job_list_init(&q->list);
	q->wake = wake;
}

void job_queue_fini(struct job_queue *q)
{
	assert(!q->list.first);
	uv_cond_destroy(&q->filled);
	uv_mutex_destroy(&q->lock);
}

void job_queue_put(struct job_queue *q, struct job_list *jobs)
{
	if (!jobs->first)
		return;
	uv_mutex_lock(&q->lock);
	job_list_move(&q->list, jobs);
	uv_cond_signal(&q->filled);
	uv_mutex_unlock(&q->lock);
	if (q->wake)
		uv_async_send(q->wake);
}

void job_queue_add(struct job_queue *q, struct job *j)
{
	struct job_list one;

	job_list_init(&one);
	job_list_put(&one, j);
	job_queue_put(q, &one);
}

void job_queue_take(struct job_queue *q, struct job_list *out, bool wait)
{
	uv_mutex_lock(&q->lock);
	while (wait && !q->list.first)
		uv_cond_wait(&q->filled, &q->lock);
	job_list_move(out, &q->list);
	uv_mutex_unlock(&q->lock);
}
