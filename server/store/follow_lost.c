/* What a log lost, and we hold. */
#include <inttypes.h>
#include <string.h>

#include "server/base/log.h"
#include "server/base/plant.h"
#include "server/store/follow_inside.h"

static void reset(struct followers *fs, struct follower *f, const char *epoch, uint64_t lost)
{
	if (f->restored)
		log_info("store.restored", "log=%s epoch=%s records=%zu", f->log, epoch,
			 f->restored);
	if (lost)
		log_warn("store.lost", "log=%s epoch=%s lost=%" PRIu64, f->log, epoch, lost);
	follow_end(fs, f, STORE_RESET, epoch, NULL);
}

/* The last position at which the page is what we hold; below all we hold, the best guess. */
static uint64_t last_in_common(const struct follower *f, const struct follow_page *page)
{
	uint64_t same = f->held.first - 1;

	if (page->head < same)
		return page->head;
	if (!page->before || !follow_is_ours(f, same, page->before))
		return same ? same - 1 : 0;
	for (size_t i = 0; page->chains && i < page->n_records; i++) {
		const struct hash *ours = held_chain(&f->held, same + 1);

		if (!ours || !hash_equal(ours, &page->chains[i]))
			break;
		same++;
	}
	return same;
}

/* A stub is not what the chain was made of: it is not offered, nor what comes after it. */
static size_t count_whole(const struct hash *before, const struct held_record *records, size_t n)
{
	size_t whole = 0;

	for (; whole < n; whole++) {
		struct hash hash = hash_of(records[whole].body->text, records[whole].body->len);
		struct hash chain = chain_next(before, &hash);

		if (!hash_equal(&chain, &records[whole].chain))
			break;
		before = &records[whole].chain;
	}
	return whole;
}

/* False: there is nothing to offer. */
static bool offer(struct followers *fs, struct follower *f, const struct follow_page *page,
		  uint64_t same)
{
	const struct hash *before = held_chain(&f->held, same);
	struct follow_offer o = { .epoch = page->epoch, .first = page->head + 1, .before = before };

	o.records = held_from(&f->held, same + 1, &o.n);
	o.n = before ? count_whole(before, o.records, o.n) : 0;
	if (o.n == 0)
		return false;
	f->offered = o.n;
	f->ticket = ++fs->tickets;
	f->asked = fs->now;
	fs->restore(fs->store, f->log, f->ticket, &o);
	return true;
}

void follow_compare(struct followers *fs, struct follower *f, const struct follow_page *page)
{
	uint64_t same = last_in_common(f, page);
	bool fits = same == page->head || PLANTED(PLANT_RESTORE_AFTER_WRITE);

	if (fits && same < f->last && offer(fs, f, page, same))
		return;
	reset(fs, f, page->epoch, f->last - (same < f->last ? same : f->last));
}

void follow_differ(struct followers *fs, struct follower *f, const struct follow_page *page)
{
	if (!fs->restore || f->held.n == 0) {
		reset(fs, f, page->epoch, f->last > page->head ? f->last - page->head : 0);
		return;
	}
	f->differs = true;
	follow_fetch(fs, f);
}

/* What became of it, the log itself says. */
void follow_restored(struct followers *fs, const char *log, uint64_t ticket, enum err err)
{
	struct follower *f = follow_find(fs, log);

	if (!f || f->ticket != ticket)
		return;
	f->ticket = 0;
	if (err == OK)
		f->restored += f->offered;
	if (err == OK || err == ERR_CONFLICT)
		follow_fetch(fs, f);
	else
		f->again = true;
}

void follow_erased(struct followers *fs, const char *log, const char *epoch, uint64_t seq,
		   struct msg *stub)
{
	struct follower *f = follow_find(fs, log);

	if (!f)
		return;
	held_erase(&f->held, seq, stub);
	if (!f->differs && strcmp(f->epoch, epoch) != 0)
		follow_look_again(fs, f);
}

const struct held_record *follow_since(const struct followers *fs, const char *log,
				       const char *epoch, uint64_t seq, size_t *n)
{
	const struct follower *f = follow_find(fs, log);

	*n = 0;
	if (!f || f->differs || !f->live || strcmp(f->epoch, epoch) != 0)
		return NULL;
	return held_from(&f->held, seq, n);
}

const struct hash *follow_chain(const struct followers *fs, const char *log, uint64_t seq)
{
	const struct follower *f = follow_find(fs, log);

	return f ? held_chain(&f->held, seq) : NULL;
}
