#include "server/store/follow_inside.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/base/plant.h"

struct follower *follow_find(const struct followers *fs, const char *log)
{
	struct follower *f;

	HASH_FIND_STR(fs->all, log, f);
	return f;
}

static void follower_free(struct follower *f)
{
	held_free(&f->held);
	free(f);
}

static void drop(struct followers *fs, struct follower *f)
{
	HASH_DEL(fs->all, f);
	f->stopped = true;
	if (!f->telling)
		follower_free(f);
}

static void tell(struct followers *fs, const struct store_notice *notice)
{
	fs->store->on_notice(fs->store->arg, notice);
}

/* The last notice of a log. */
void follow_end(struct followers *fs, struct follower *f, enum store_news news, const char *epoch,
		const char *why)
{
	char log[STORE_LOG_MAX + 1];

	memcpy(log, f->log, sizeof(log));
	drop(fs, f);
	tell(fs, &(struct store_notice){ .news = news, .log = log, .epoch = epoch, .why = why });
}

static void fetch_from(struct followers *fs, struct follower *f, uint64_t from)
{
	if (f->ticket)
		return;
	f->ticket = ++fs->tickets;
	f->again = false;
	f->asked = fs->now;
	f->from = from;
	f->believed = f->heard;
	fs->fetch(fs->store, f->log, f->ticket, from);
}

void follow_fetch(struct followers *fs, struct follower *f)
{
	fetch_from(fs, f, f->differs ? f->held.first : f->last + 1);
}

static void deliver(struct followers *fs, struct follower *f, const struct store_record *record,
		    const struct hash *chain)
{
	if (fs->restore)
		held_add(&f->held, record, chain);
	f->last = record->seq;
	f->looked = fs->now;
	tell(fs,
	     &(struct store_notice){
		     .news = STORE_EVENT, .log = f->log, .epoch = f->epoch, .record = *record });
}

static bool is_next(const struct follower *f, const struct store_record *record)
{
	if (PLANTED(PLANT_GAP_NOT_FILLED))
		return record->seq > f->last;
	return record->seq == f->last + 1;
}

/* Delivers what is next in a page. False: there is nothing to go on with. */
static bool deliver_page(struct followers *fs, struct follower *f, const struct follow_page *page)
{
	f->telling = true;
	for (size_t i = 0; i < page->n_records && !f->stopped; i++) {
		if (is_next(f, &page->records[i]))
			deliver(fs, f, &page->records[i], page->chains ? &page->chains[i] : NULL);
	}
	f->telling = false;
	if (f->stopped)
		follower_free(f);
	else
		return true;
	return false;
}

static void set_epoch(struct follower *f, const char *epoch)
{
	snprintf(f->epoch, sizeof(f->epoch), "%s", epoch);
}

void follow_start(struct followers *fs, const char *log, uint64_t after)
{
	struct follower *f = x_calloc(1, sizeof(*f));

	assert(strlen(log) <= STORE_LOG_MAX && !follow_find(fs, log));
	strcpy(f->log, log);
	f->last = after;
	held_begin(&f->held, after + 1, after ? NULL : &(struct hash){ { 0 } });
	HASH_ADD_STR(fs->all, log, f);
	follow_fetch(fs, f);
}

void follow_stop(struct followers *fs, const char *log)
{
	struct follower *f = follow_find(fs, log);

	if (f)
		drop(fs, f);
}

void follow_stop_all(struct followers *fs)
{
	struct follower *f, *next;

	HASH_ITER (hh, fs->all, f, next)
		drop(fs, f);
}

bool follow_is(const struct followers *fs, const char *log)
{
	return follow_find(fs, log) != NULL;
}

void follow_look_again(struct followers *fs, struct follower *f)
{
	f->missed = f->ticket != 0;
	follow_fetch(fs, f);
}

/* What was read is checked by the store; what is only heard goes on from what we hold, or the log
 * is asked. */
static bool goes_on(const struct follower *f, const struct store_record *record,
		    const struct hash *chain)
{
	const struct hash *before = held_chain(&f->held, record->seq - 1);
	struct hash hash;

	if (!before || !chain)
		return true;
	hash = hash_of(record->body->text, record->body->len);
	hash = chain_next(before, &hash);
	if (!hash_equal(&hash, chain))
		log_warn("store.heard", "log=%s seq=%" PRIu64 " why=%s", f->log, record->seq,
			 "Its chain is not the one it must have.");
	return hash_equal(&hash, chain);
}

void follow_heard(struct followers *fs, const char *log, const char *epoch,
		  const struct store_record *record, const struct hash *chain)
{
	struct follower *f = follow_find(fs, log);

	if (!f || f->differs)
		return;
	if (f->live && f->epoch[0] == '\0' && f->last == 0)
		set_epoch(f, epoch); /* the log was empty and is made now */
	if (strcmp(f->epoch, epoch) != 0) {
		follow_look_again(fs, f);
		return;
	}
	if (record->seq > f->heard)
		f->heard = record->seq;
	if (is_next(f, record) && goes_on(f, record, chain))
		deliver_page(fs, f,
			     &(struct follow_page){
				     .records = record, .n_records = 1, .chains = chain });
	else if (record->seq > f->last)
		follow_fetch(fs, f);
}

void follow_dropped(struct followers *fs, const char *log)
{
	struct follower *f = follow_find(fs, log);

	if (f && !f->differs)
		follow_look_again(fs, f);
}

void follow_signal(struct followers *fs, const char *log, struct msg *m)
{
	struct follower *f = follow_find(fs, log);

	if (!f || !f->live)
		return;
	f->telling = true;
	tell(fs, &(struct store_notice){ .news = STORE_SIGNAL,
					 .log = f->log,
					 .epoch = f->epoch,
					 .record = { .body = m } });
	f->telling = false;
	if (f->stopped)
		follower_free(f);
}

bool follow_is_ours(const struct follower *f, uint64_t seq, const struct hash *chain)
{
	const struct hash *ours = held_chain(&f->held, seq);

	return !ours || !chain || hash_equal(ours, chain);
}

/* A head that is behind was asked for before we heard of more, or the log is shorter: reading tells
 * which. */
void follow_head(struct followers *fs, const char *log, const char *epoch, uint64_t head,
		 const struct hash *chain)
{
	struct follower *f = follow_find(fs, log);

	if (!f || f->differs)
		return;
	if (head > f->last && head > f->heard && strcmp(epoch, f->epoch) == 0)
		f->heard = head;
	if (head != f->last || strcmp(epoch, f->epoch) != 0 || !follow_is_ours(f, head, chain))
		follow_fetch(fs, f);
}

/* Is this the history we have been delivering? A log never gets shorter: it had all before `from`
 * when it was asked. */
static bool same_history(const struct follower *f, const struct follow_page *page)
{
	if (PLANTED(PLANT_EPOCH_NOT_CHECKED))
		return true;
	if (f->epoch[0] != '\0' && strcmp(f->epoch, page->epoch) != 0)
		return false;
	if (page->err != ERR_DAMAGED && page->head + 1 < f->from)
		return false;
	return follow_is_ours(f, f->from - 1, page->before);
}

/* The page is delivered: done, or on to the next? Word of more than the log had when it was asked
 * is not true. */
static void go_on(struct followers *fs, struct follower *f, const struct follow_page *page)
{
	if (page->head < f->heard && f->heard == f->believed)
		f->heard = page->head;
	if (page->err == ERR_DAMAGED) {
		follow_end(fs, f, STORE_BROKEN, page->epoch, page->why);
	} else if (f->last < f->heard || f->last < page->head || f->missed) {
		f->missed = f->missed && f->ticket;
		follow_fetch(fs, f);
	} else if (!f->live) {
		f->live = true;
		f->telling = true;
		tell(fs, &(struct store_notice){
				 .news = STORE_LIVE, .log = f->log, .epoch = f->epoch });
		f->telling = false;
		if (f->stopped)
			follower_free(f);
	}
}

/* The next page is read while this one is delivered. */
static void read_ahead(struct followers *fs, struct follower *f, const struct follow_page *page)
{
	uint64_t last = page->n_records ? page->records[page->n_records - 1].seq : 0;

	if (page->err == OK && last > f->last && last < page->head)
		fetch_from(fs, f, last + 1);
}

void follow_fetched(struct followers *fs, const char *log, uint64_t ticket,
		    const struct follow_page *page)
{
	struct follower *f = follow_find(fs, log);

	if (!f || f->ticket != ticket)
		return;
	f->ticket = 0;
	if (page->err == ERR_UNAVAILABLE || page->err == ERR_UNKNOWN) {
		f->again = true;
		return;
	}
	if (page->err == ERR_DAMAGED && page->n_records == 0) {
		follow_end(fs, f, STORE_BROKEN, page->epoch, page->why);
		return;
	}
	if (strcmp(page->epoch, STORE_DROPPED_EPOCH) == 0) {
		follow_end(fs, f, STORE_DROPPED, page->epoch, NULL);
		return;
	}
	if (f->differs) {
		follow_compare(fs, f, page);
		return;
	}
	if (!same_history(f, page)) {
		follow_differ(fs, f, page);
		return;
	}
	set_epoch(f, page->epoch);
	read_ahead(fs, f, page);
	if (deliver_page(fs, f, page))
		go_on(fs, f, page);
}

/* Where word can be lost, so can questions and answers. */
static void ask_again(struct followers *fs, struct follower *f)
{
	if (f->ticket && fs->now - f->asked >= FOLLOW_FETCH_MS) {
		f->ticket = 0; /* the old answer is not taken any more */
		f->again = true;
	} else if (f->live && fs->now - f->looked >= FOLLOW_QUIET_MS) {
		f->looked = fs->now;
		fs->ask_head(fs->store, f->log);
	}
}

void follow_doubt(struct followers *fs)
{
	for (struct follower *f = fs->all; f; f = f->hh.next)
		f->looked = fs->now - FOLLOW_QUIET_MS;
}

void follow_tick(struct followers *fs, int64_t now)
{
	struct follower *f, *next;

	fs->now = now;
	HASH_ITER (hh, fs->all, f, next) {
		if (f->asked == 0)
			f->asked = f->looked = now; /* older than the first tick */
		if (fs->ask_head)
			ask_again(fs, f);
		if (f->again)
			follow_fetch(fs, f);
	}
}
