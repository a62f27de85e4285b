/* What the two threads have found out and done is told on the loop's: to those who asked, and to
 * the followers of the log. What was found damaged is remembered; in the end they are let go. */
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/store/sqlite_inside.h"

#define TURN_NS 4000000 /* of results told in one turn of the loop */

/* --- damaged logs --- */

bool sqlite_is_damaged(const struct sqlite *s, const char *name)
{
	struct damaged_log *d;

	HASH_FIND_STR(s->damaged, name, d);
	return d != NULL;
}

static void note_damaged(struct sqlite *s, const char *name)
{
	if (sqlite_is_damaged(s, name))
		return;
	struct damaged_log *d = x_calloc(1, sizeof(*d));
	strcpy(d->name, name);
	HASH_ADD_STR(s->damaged, name, d);
}

static void forget_damaged_one(struct sqlite *s, const char *name)
{
	struct damaged_log *d;

	HASH_FIND_STR(s->damaged, name, d);
	if (!d)
		return;
	HASH_DEL(s->damaged, d);
	free(d);
}

static void forget_damaged(struct sqlite *s)
{
	struct damaged_log *d, *next;

	HASH_ITER (hh, s->damaged, d, next) {
		HASH_DEL(s->damaged, d);
		free(d);
	}
}

/* --- results --- */

static void call_done(const struct job *j)
{
	j->done(j->arg, &(struct store_answer){ .err = j->err,
						.epoch = j->its_epoch,
						.records = j->records,
						.n_records = j->n_records });
}

static void on_appended(struct sqlite *s, struct job *j)
{
	call_done(j);
	if (j->err != OK)
		return;
	for (size_t i = 0; i < j->n_bodies; i++)
		follow_heard(&s->followers, j->log, j->its_epoch,
			     &(struct store_record){ .seq = j->first + i, .body = j->bodies[i] },
			     NULL);
}

/* Also of one whose text is still in the write-ahead log. */
static void on_erased(struct sqlite *s, struct job *j)
{
	call_done(j);
	if (j->its_epoch[0] && (j->err == OK || j->err == ERR_UNAVAILABLE))
		follow_erased(&s->followers, j->log, j->its_epoch, j->first, j->bodies[0]);
}

static void on_dropped(struct sqlite *s, struct job *j)
{
	if (j->its_epoch[0])
		forget_damaged_one(s, j->log);
	call_done(j);
	follow_dropped(&s->followers, j->log);
}

static void on_fetched(struct sqlite *s, struct job *j)
{
	follow_fetched(&s->followers, j->log, j->to,
		       &(struct follow_page){ .err = j->err,
					      .epoch = j->its_epoch,
					      .head = j->head,
					      .records = j->records,
					      .n_records = j->n_records,
					      .why = j->why });
}

void sqlite_free_now(uv_handle_t *wake)
{
	struct sqlite *s = wake->data;

	job_queue_fini(&s->results);
	forget_damaged(s);
	sqlite_file_unlock(&s->file);
	s->closed(s->closed_arg);
	free(s);
}

/* The reader ends before the writer, which then is the last to close the file and tidies it up. */
static void on_stopped(struct sqlite *s, struct job *j)
{
	if (j->arg == &s->reader) {
		struct job *stop = job_new(JOB_STOP, "", 0);

		reader_join(&s->reader);
		stop->arg = &s->writer;
		job_queue_add(&s->writer.in, stop);
	} else {
		writer_join(&s->writer);
		uv_close((uv_handle_t *)&s->wake, sqlite_free_now);
	}
}

static void on_result(struct sqlite *s, struct job *j)
{
	if (j->err == ERR_DAMAGED)
		note_damaged(s, j->log);
	switch (j->kind) {
	case JOB_APPEND:
		on_appended(s, j);
		break;
	case JOB_FETCH:
		on_fetched(s, j);
		break;
	case JOB_ERASE:
		on_erased(s, j);
		break;
	case JOB_DROP:
		on_dropped(s, j);
		break;
	case JOB_READ:
		call_done(j);
		break;
	case JOB_STOP:
		on_stopped(s, j);
		break;
	}
}

/* Many sessions may be loaded at once: a turn takes as much of it as others can wait for. */
void sqlite_on_wake(uv_async_t *wake)
{
	struct sqlite *s = wake->data;
	uint64_t until = uv_hrtime() + TURN_NS;
	struct job *j;

	job_queue_take(&s->results, &s->untold, false);
	while ((j = job_list_take(&s->untold))) {
		on_result(s, j);
		job_free(j);
		if (s->untold.first && uv_hrtime() > until) {
			uv_async_send(wake);
			break;
		}
	}
}
