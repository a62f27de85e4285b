#include "server/store/sqlite.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/store/sqlite_inside.h"

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
	if (sqlite_is_damaged(s, j->log) && j->kind != JOB_FETCH && j->kind != JOB_DROP) {
		j->err = ERR_DAMAGED;
		who = &s->results; /* answered in a later turn */
	}
	job_queue_add(who, j);
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
	job_queue_add(&s->reader.in, stop);
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
static enum err start(struct sqlite *s, uv_loop_t *loop, const char *path, unsigned note_ms,
		      char *why, size_t why_size)
{
	int rc = uv_async_init(loop, &s->wake, sqlite_on_wake) == 0 ? SQLITE_OK : SQLITE_ERROR;

	assert(rc == SQLITE_OK);
	s->wake.data = s;
	s->closed = never_asked;
	job_queue_init(&s->results, &s->wake);
	job_list_init(&s->untold);
	rc = writer_start(&s->writer, &s->file, note_ms, &s->results);
	if (rc != SQLITE_OK) {
		snprintf(why, why_size, "%s cannot be used (%s).", path,
			 sqlite3_errmsg(s->file.writer));
		sqlite3_close(s->file.reader);
		sqlite3_close(s->file.writer);
		uv_close((uv_handle_t *)&s->wake, sqlite_free_now);
		return sqlite_err(rc) == OK ? ERR_UNAVAILABLE : sqlite_err(rc);
	}
	rc = reader_start(&s->reader, s->file.reader, &s->results);
	if (rc != SQLITE_OK) {
		struct job *stop = job_new(JOB_STOP, "", 0);

		snprintf(why, why_size, "%s cannot be read (%s).", path,
			 sqlite3_errmsg(s->file.reader));
		sqlite3_close(s->file.reader);
		s->closing = true;
		job_queue_add(&s->writer.in, stop);
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
	err = start(s, loop, path, options->note_ms, why, why_size);
	if (err == OK) {
		*out = &s->store;
		log_info("store.open", "kind=%s path=%s sync=%s", "sqlite", path,
			 options->sync_normal ? "normal" : "full");
	}
	return err;
}
