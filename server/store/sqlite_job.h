/* What the loop's thread, the writer and the reader hand to each other. A job belongs to one thread
 * at a time; only queues are shared. */
#ifndef JOBALIKE_STORE_SQLITE_JOB_H
#define JOBALIKE_STORE_SQLITE_JOB_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "server/store/store.h"

enum job_kind { JOB_APPEND, JOB_ERASE, JOB_DROP, JOB_READ, JOB_FETCH, JOB_STOP };

struct job {
	enum job_kind kind;
	char log[STORE_LOG_MAX + 1];
	char epoch[STORE_EPOCH_MAX + 1]; /* asked under */
	uint64_t first, to;              /* positions; of a FETCH `to` is its ticket */
	bool goes_on;                    /* a DROP: what is from `to` on is still there */
	struct msg **bodies;             /* only the loop's thread counts references */
	size_t n_bodies;
	store_done_fn done;
	void *arg;

	enum err err;
	char its_epoch[STORE_EPOCH_MAX + 1]; /* the log's */
	uint64_t head;
	struct store_record *records; /* made by the thread that answers, then the loop's */
	size_t n_records;
	char why[160];

	struct job *next;
};

struct job *job_new(enum job_kind kind, const char *log, uint64_t first);
void job_free(struct job *j);
void job_add_record(struct job *j, uint64_t seq, const void *body, size_t len);
void job_drop_records(struct job *j);

struct job_list {
	struct job *first, **end;
};

void job_list_init(struct job_list *l);
void job_list_put(struct job_list *l, struct job *j);
/* NULL: empty. */
struct job *job_list_take(struct job_list *l);
/* Empties `from`. */
void job_list_move(struct job_list *l, struct job_list *from);

struct job_queue {
	uv_mutex_t lock;
	uv_cond_t filled;
	struct job_list list;
	uv_async_t *wake; /* NULL: who takes waits for `filled` */
};

void job_queue_init(struct job_queue *q, uv_async_t *wake);
void job_queue_fini(struct job_queue *q);
void job_queue_put(struct job_queue *q, struct job_list *jobs);
void job_queue_add(struct job_queue *q, struct job *j);
/* Everything that is in it. wait: at least one job. */
void job_queue_take(struct job_queue *q, struct job_list *out, bool wait);

#endif
