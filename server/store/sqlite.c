#include "server/store/sqlite.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/store/follow.h"
#include "server/store/sqlite_file.h"
#include "server/store/sqlite_reader.h"
#include "server/store/sqlite_writer.h"

#define TURN_NS 4000000 /* of results told in one turn of the loop */

/* A log that was found damaged when it was read: nothing is appended to it any more. */
struct damaged_log {
	char name[STORE_LOG_MAX + 1];
	UT_hash_handle hh;
};

struct sqlite {
	struct store store; /* first: it is a store */
	struct sqlite_file file;
	struct writer writer;
	struct reader reader;
	struct job_queue results;
	struct job_list untold; /* results, as far as they were not told yet */
	uv_async_t wake;
	struct followers followers;
	struct damaged_log *damaged;
	bool closing;
	store_closed_fn closed;
	void *closed_arg;
};

static void put(struct job_queue *q, struct job *j)
{
	struct job_list one;

	job_list_init(&one);
	job_list_put(&one, j);
	job_queue_put(q, &one);
}

/* --- damaged logs --- */

static bool is_damaged(const struct sqlite *s, const char *name)
{
	struct damaged_log *d;

	HASH_FIND_STR(s->damaged, name, d);
	return d != NULL;
}

static void note_damaged(struct sqlite *s, const char *name)
{
	if (is_damaged(s, name))
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

static void free_now(uv_handle_t *wake)
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
		put(&s->writer.in, stop);
	} else {
		writer_join(&s->writer);
		uv_close((uv_handle_t *)&s->wake, free_now);
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
static void on_wake(uv_async_t *wake)
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

/* --- asking --- */

static struct job *changing_job(enum job_kind kind, const char *log, uint64_t first,
				struct msg *const *bodies, size_t n)
{
	struct job *j = job_new(kind, log, first);

	j->bodies = x_calloc(n, sizeof(struct msg *));
	for (; j->n_bodies < n; j->n_bodies++)
		j->bodies[j->n_bodies] = msg_ref(bodies[j->n_bodies]);
	return j;
}

static void ask(struct sqlite *s, struct job *j, struct job_queue *who)
{
	assert(!s->closing);
	if (is_damaged(s, j->log) && j->kind != JOB_FETCH && j->kind != JOB_DROP) {
		j->err = ERR_DAMAGED;
		who = &s->results; /* answered in a later turn */
	}
	put(who, j);
}

static void sqlite_append(struct store *store, const char *log, const char *epoch,
			  uint64_t first_seq, struct msg *const *bodies, size_t n,
			  store_done_fn done, void *arg)
{
	struct sqlite *s = (struct sqlite *)store;
	struct job *j = changing_job(JOB_APPEND, log, first_seq, bodies, n);

	assert(strlen(epoch) <= STORE_EPOCH_MAX && n > 0 && first_seq > 0);
	strcpy(j->epoch, epoch);
	j->done = done;
	j->arg = arg;
	ask(s, j, &s->writer.in);
}

static void sqlite_read(struct store *store, const char *log, uint64_t from, uint64_t to,
			store_done_fn done, void *arg)
{
	struct sqlite *s = (struct sqlite *)store;
	struct job *j = job_new(JOB_READ, log, from > 0 ? from : 1);

	j->to = to;
	j->done = done;
	j->arg = arg;
	ask(s, j, &s->reader.in);
}

static void sqlite_erase(struct store *store, const char *log, uint64_t seq, struct msg *stub,
			 store_done_fn done, void *arg)
{
	struct sqlite *s = (struct sqlite *)store;
	struct job *j = changing_job(JOB_ERASE, log, seq, &stub, 1);

	j->done = done;
	j->arg = arg;
	ask(s, j, &s->writer.in);
}

static void sqlite_drop(struct store *store, const char *log, store_done_fn done, void *arg)
{
	struct sqlite *s = (struct sqlite *)store;
	struct job *j = job_new(JOB_DROP, log, (uint64_t)INT64_MIN);

	j->done = done;
	j->arg = arg;
	ask(s, j, &s->writer.in);
}

static void fetch(struct store *store, const char *log, uint64_t ticket, uint64_t from)
{
	struct sqlite *s = (struct sqlite *)store;
	struct job *j = job_new(JOB_FETCH, log, from);

	j->to = ticket;
	ask(s, j, &s->reader.in);
}

static void sqlite_follow(struct store *store, const char *log, uint64_t after)
{
	follow_start(&((struct sqlite *)store)->followers, log, after);
}

static void sqlite_unfollow(struct store *store, const char *log)
{
	follow_stop(&((struct sqlite *)store)->followers, log);
}

/* There is no other instance to tell. */
static void sqlite_signal(struct store *store, const char *log, struct msg *m)
{
	(void)store;
	(void)log;
	(void)m;
}

static void sqlite_tick(struct store *store, int64_t now)
{
	struct sqlite *s = (struct sqlite *)store;

	if (!s->closing)
		follow_tick(&s->followers, now);
}

static void sqlite_close(struct store *store, store_closed_fn closed, void *arg)
{
	struct sqlite *s = (struct sqlite *)store;
	struct job *stop = job_new(JOB_STOP, "", 0);

	assert(!s->closing);
	follow_stop_all(&s->followers);
	s->closing = true;
	s->closed = closed;
	s->closed_arg = arg;
	stop->arg = &s->reader;
	put(&s->reader.in, stop);
}

static const struct store_ops sqlite_ops = {
	.append = sqlite_append,
	.read = sqlite_read,
	.follow = sqlite_follow,
	.unfollow = sqlite_unfollow,
	.signal = sqlite_signal,
	.erase = sqlite_erase,
	.drop = sqlite_drop,
	.tick = sqlite_tick,
	.close = sqlite_close,
};

/* --- making --- */

static void never_asked(void *arg)
{
	(void)arg;
}

/* Both threads, or none: what has been started is closed as usual, unasked. */
static enum err start(struct sqlite *s, uv_loop_t *loop, const char *path, char *why,
		      size_t why_size)
{
	int rc = uv_async_init(loop, &s->wake, on_wake) == 0 ? SQLITE_OK : SQLITE_ERROR;

	assert(rc == SQLITE_OK);
	s->wake.data = s;
	s->closed = never_asked;
	job_queue_init(&s->results, &s->wake);
	job_list_init(&s->untold);
	rc = writer_start(&s->writer, s->file.writer, &s->results);
	if (rc != SQLITE_OK) {
		snprintf(why, why_size, "%s cannot be used (%s).", path,
			 sqlite3_errmsg(s->file.writer));
		sqlite3_close(s->file.reader);
		sqlite3_close(s->file.writer);
		uv_close((uv_handle_t *)&s->wake, free_now);
		return sqlite_err(rc) == OK ? ERR_UNAVAILABLE : sqlite_err(rc);
	}
	rc = reader_start(&s->reader, s->file.reader, &s->results);
	if (rc != SQLITE_OK) {
		struct job *stop = job_new(JOB_STOP, "", 0);

		snprintf(why, why_size, "%s cannot be read (%s).", path,
			 sqlite3_errmsg(s->file.reader));
		sqlite3_close(s->file.reader);
		s->closing = true;
		put(&s->writer.in, stop);
		return sqlite_err(rc) == OK ? ERR_UNAVAILABLE : sqlite_err(rc);
	}
	return OK;
}

enum err sqlite_open(uv_loop_t *loop, const char *path, const struct sqlite_options *options,
		     store_notice_fn on_notice, void *arg, struct store **out, char *why,
		     size_t why_size)
{
	static const struct sqlite_options usual = { 0 };
	struct sqlite *s = x_calloc(1, sizeof(*s));

	if (!options)
		options = &usual;
	enum err err = sqlite_file_open(&s->file, path, options, why, why_size);
	if (err != OK) {
		free(s);
		return err;
	}
	s->store = (struct store){
		.ops = &sqlite_ops,
		.alone = true,
		.durable =
			options->sync_normal
				? "What is answered OK is written: it survives the end of the "
				  "process, but the last seconds may be lost with the power."
				: "What is answered OK is on the disk: it survives the end of the "
				  "process and a loss of power.",
		.on_notice = on_notice,
		.arg = arg,
	};
	s->followers = (struct followers){ .store = &s->store, .fetch = fetch };
	err = start(s, loop, path, why, why_size);
	if (err == OK) {
		*out = &s->store;
		log_info("store.open", "kind=%s path=%s sync=%s", "sqlite", path,
			 options->sync_normal ? "normal" : "full");
	}
	return err;
}
