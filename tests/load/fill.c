/* A session with a long log, written into a store before its server starts: a thousand people, then
 * lines of theirs in the plenary. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/codec.h"
#include "server/store/sqlite.h"
#include "tests/load/load.h"

#define PEOPLE  1000
#define PLENARY 1
#define BATCH   250
#define BEGAN   INT64_C(1795305600000)

struct filling {
	uv_loop_t loop;
	struct store *store;
	const struct load *load;
	char log[STORE_LOG_MAX + 1], epoch[STORE_EPOCH_MAX + 1];
	bool answered, failed;
};

static struct msg *first_event(const char *session)
{
	enum language languages[] = { LANGUAGE_EN };

	return codec_write_event(
		&(struct event){ .type = EVT_SESSION_OPENED,
				 .seq = 1,
				 .at = BEGAN,
				 .session_opened = { .session = session,
						     .title = "A long session",
						     .format = FORMAT_COMBINED,
						     .languages = languages,
						     .n_languages = 1,
						     .start = BEGAN,
						     .end = BEGAN + 1,
						     .open = true,
						     .rooms_by = ROOMS_BY_STAFF } },
		true);
}

static struct msg *event_at(const struct load *l, uint64_t seq)
{
	uint64_t by = seq <= 1 + PEOPLE ? seq : 2 + seq % PEOPLE;
	char name[40], sub[40], text[TEXT_MAX];
	struct event e = { .seq = seq,
			   .at = BEGAN + (int64_t)seq,
			   .by = by,
			   .name = name,
			   .school = "Load School" };

	if (seq == 1)
		return first_event(l->sessions);
	snprintf(name, sizeof(name), "Person %" PRIu64, by);
	snprintf(sub, sizeof(sub), "filled-%" PRIu64, by);
	if (by == seq) {
		e.type = EVT_PEOPLE_JOINED;
		e.people_joined = (struct people_joined){ .sub = sub,
							  .language = LANGUAGE_EN,
							  .role = ROLE_ATTENDEE };
	} else {
		snprintf(text, sizeof(text), "%0*" PRIu64, l->body, seq);
		e.type = EVT_CHAT_SAID;
		e.n = seq * 7919;
		e.chat_said = (struct chat_said){ .room = PLENARY, .text = text };
	}
	return codec_write_event(&e, true);
}

static void on_appended(void *arg, const struct store_answer *answer)
{
	struct filling *f = arg;

	f->answered = true;
	f->failed = answer->err != OK;
	snprintf(f->epoch, sizeof(f->epoch), "%s", answer->epoch);
}

static void append(struct filling *f, uint64_t first, size_t n)
{
	struct msg *bodies[BATCH];

	for (size_t i = 0; i < n; i++)
		bodies[i] = event_at(f->load, first + i);
	f->answered = false;
	store_append(f->store, f->log, f->epoch, first, bodies, n, on_appended, f);
	while (!f->answered)
		uv_run(&f->loop, UV_RUN_ONCE);
	for (size_t i = 0; i < n; i++)
		msg_unref(&bodies[i]);
}

static void no_notice(void *arg, const struct store_notice *notice)
{
	(void)arg, (void)notice;
}

static void closed(void *arg)
{
	(void)arg;
}

int fill(const struct load *l)
{
	struct sqlite_options options = { .sync_normal = true };
	static struct filling f;
	char path[512], why[512];
	uint64_t all = (uint64_t)l->each;

	f.load = l;
	snprintf(path, sizeof(path), "%s/jobalike.db", l->data);
	snprintf(f.log, sizeof(f.log), "s-%s", l->sessions);
	uv_loop_init(&f.loop);
	if (sqlite_open(&f.loop, path, &options, no_notice, NULL, &f.store, why, sizeof(why)) !=
	    OK) {
		fprintf(stderr, "load: %s\n", why);
		return 1;
	}
	for (uint64_t seq = 1; seq <= all && !f.failed; seq += BATCH)
		append(&f, seq, all - seq + 1 < BATCH ? (size_t)(all - seq + 1) : BATCH);
	store_close(f.store, closed, NULL);
	uv_run(&f.loop, UV_RUN_DEFAULT);
	printf("{\"events\":%" PRIu64 ",\"errors\":%d}\n", all, f.failed);
	return f.failed;
}
