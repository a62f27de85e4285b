/* What Redis says, to the store on it: a server that lies (tests/lib/liar.h), through hiredis'
 * reader and our own. The input is in pieces, each begun by the byte 255 and a letter:
 *	s	the answer of the next script, in the order in which they are asked for
 *	o	the answer of the next other question: AUTH, INFO, ROLE, TIME, SUBSCRIBE ...
 *	e	said to the connection that hears, unasked
 *	c	said to the one for commands, unasked
 *	p	what a sentinel says
 * What is missing is answered as it should be, of scripts that there is no such log. Whatever is
 * said, all that was asked for ends in one of the ways it may end, records come in order, and the
 * store closes.
 *
 * Time is ours: it goes on when we say so. */
#include <inttypes.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "server/base/log.h"
#include "server/base/text.h"
#include "server/store/redis.h"
#include "server/store/redis_sentinel.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/liar.h"

#define TURNS     40
#define QUIET     16 /* turns in which nothing was said */
#define END_TURNS 400
#define NONE      "*3\r\n$4\r\nnone\r\n$0\r\n\r\n$1\r\n0\r\n"
#define LOGS      2
#define ASKS      5

static struct {
	uv_loop_t loop;
	struct liar liar;
	char dir[40], path[80];
	int64_t ahead_ms; /* of the machine's clock */
	struct store *store;
	const uint8_t *data;
	size_t size, next[256]; /* of each letter: where to look for its next piece */
	bool closed;
	unsigned quiet; /* turns */
	int64_t now;
} the;

/* The system's names are not for us. NOLINTNEXTLINE(*-inconsistent-declaration-parameter-name) */
int clock_gettime(clockid_t id, struct timespec *t)
{
	int rc = (int)syscall(SYS_clock_gettime, id, t);

	if (id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE)
		t->tv_sec += the.ahead_ms / 1000;
	if (id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE)
		t->tv_nsec += the.ahead_ms % 1000 * 1000000;
	if (t->tv_nsec >= 1000000000) {
		t->tv_nsec -= 1000000000;
		t->tv_sec++;
	}
	return rc;
}

/* --- pieces --- */

static size_t mark_from(size_t at)
{
	const uint8_t *mark = at < the.size ? memchr(the.data + at, 255, the.size - at) : NULL;

	return mark ? (size_t)(mark - the.data) : the.size;
}

/* The next piece with this letter; false: there is none. */
static bool take(unsigned char letter, const char **bytes, size_t *len)
{
	size_t at = mark_from(the.next[letter]), end;

	while (at + 2 <= the.size && the.data[at + 1] != letter)
		at = mark_from(at + 1);
	if (at + 2 > the.size)
		return false;
	end = mark_from(at + 2);
	the.next[letter] = end;
	*bytes = (const char *)the.data + at + 2;
	*len = end - at - 2;
	return true;
}

static bool on_asked(struct liar *l, struct liar_end *end, const char *command,
		     const redisReply *words)
{
	bool is_script = strncmp(command, "EVAL", 4) == 0;
	const char *bytes;
	size_t len;

	(void)l;
	(void)words;
	the.quiet = 0;
	if (take(is_script ? 's' : 'o', &bytes, &len))
		liar_say(end, bytes, len);
	else if (is_script)
		liar_puts(end, NONE);
	else
		return false;
	return true;
}

static void say_more(void)
{
	const char *bytes;
	size_t len;

	if (the.liar.ear && take('e', &bytes, &len)) {
		liar_say(the.liar.ear, bytes, len);
		the.quiet = 0;
	}
	if (the.liar.commands && take('c', &bytes, &len)) {
		liar_say(the.liar.commands, bytes, len);
		the.quiet = 0;
	}
}

static void read_places(void)
{
	redisReader *reader = redisReaderCreate();
	struct redis_place place;
	void *reply = NULL;
	const char *bytes;
	size_t len;

	while (take('p', &bytes, &len)) {
		redisReaderFeed(reader, bytes, len);
		while (redisReaderGetReply(reader, &reply) == REDIS_OK && reply) {
			if (place_read(reply, &place))
				must(place.host[0] && place.port);
			freeReplyObject(reply);
		}
	}
	redisReaderFree(reader);
}

/* --- what is asked for, and how it may end --- */

enum what { APPEND, READ, ERASE };

static struct question {
	enum what what;
	uint64_t first;
	bool came;
} asked[ASKS];

static bool may_be(enum what what, enum err err)
{
	switch (err) {
	case OK:
	case ERR_DAMAGED:
	case ERR_UNAVAILABLE:
	case ERR_NOT_FOUND:
		return true;
	case ERR_CONFLICT:
		return what == APPEND;
	case ERR_UNKNOWN:
		return what != READ;
	default:
		return false;
	}
}

static void on_done(void *arg, const struct store_answer *a)
{
	struct question *q = arg;

	must(!q->came && may_be(q->what, a->err));
	q->came = true;
	must(strlen(a->epoch) <= STORE_EPOCH_MAX);
	must(a->err != OK || a->epoch[0]);
	must(a->n_records <= STORE_SLICE);
	for (size_t i = 0; i < a->n_records; i++)
		must(a->records[i].seq == q->first + i && a->records[i].body);
}

/* --- what is told --- */

static struct followed {
	bool is; /* followed */
	uint64_t last;
	unsigned resets;
} followed[LOGS];

static const char *const logs[LOGS] = { "a", "b" };

static void on_notice(void *arg, const struct store_notice *n)
{
	struct followed *f = &followed[n->log[0] - 'a'];

	(void)arg;
	must(f->is && strlen(n->epoch) <= STORE_EPOCH_MAX);
	if (n->news == STORE_EVENT)
		must(n->record.seq == ++f->last);
	else if (n->news == STORE_BROKEN)
		must(n->why != NULL);
	if (n->news != STORE_BROKEN && n->news != STORE_RESET && n->news != STORE_DROPPED)
		return;
	f->is = n->news == STORE_RESET && f->resets++ < 3;
	f->last = 0;
	if (f->is)
		store_follow(the.store, n->log, 0);
}

/* --- one life --- */

static void start(void)
{
	signal(SIGPIPE, SIG_IGN);
	log_level(LEVEL_NONE);
	snprintf(the.dir, sizeof(the.dir), "/tmp/jobalike-fuzz-XXXXXX");
	must(mkdtemp(the.dir) != NULL);
	snprintf(the.path, sizeof(the.path), "%s/liar.sock", the.dir);
	must(uv_loop_init(&the.loop) == 0);
	the.liar.asked = on_asked;
	must(liar_start(&the.liar, &the.loop, the.path));
}

static void remove_dir(void)
{
	unlink(the.path);
	rmdir(the.dir);
}

static void ask_all(void)
{
	struct msg *one = msg_new("one", 3), *two = msg_new("two", 3);
	struct msg *both[] = { one, two };

	for (size_t i = 0; i < ASKS; i++)
		asked[i] =
			(struct question){ .what = i == 0 || i == 4 ? APPEND : READ, .first = 1 };
	store_append(the.store, "a", "", 1, both, 2, on_done, &asked[0]);
	store_read(the.store, "a", 1, 5, on_done, &asked[1]);
	asked[2] = (struct question){ .what = ERASE, .first = 2 };
	store_erase(the.store, "a", 2, one, on_done, &asked[2]);
	asked[3].first = 3;
	store_read(the.store, "b", 3, 3, on_done, &asked[3]);
	asked[4].first = 2;
	store_append(the.store, "b", "e", 2, both, 1, on_done, &asked[4]);
	for (size_t i = 0; i < LOGS; i++) {
		followed[i] = (struct followed){ .is = true, .last = 2 * i };
		store_follow(the.store, logs[i], 2 * i);
	}
	msg_unref(&one);
	msg_unref(&two);
}

static void signal_a(void)
{
	struct msg *m = msg_new("{}", 2);

	store_signal(the.store, "a", m);
	msg_unref(&m);
}

static void turn(int64_t ms)
{
	the.ahead_ms += ms;
	uv_run(&the.loop, UV_RUN_NOWAIT);
}

static void on_closed(void *arg)
{
	(void)arg;
	the.closed = true;
}

static void finish(void)
{
	the.closed = false;
	store_unfollow(the.store, "b");
	followed[1].is = false;
	turn(7);
	followed[0].is = false;
	store_close(the.store, on_closed, NULL);
	liar_hang_up(&the.liar);
	for (int i = 0; i < END_TURNS && !the.closed; i++)
		turn(400);
	if (!the.closed)
		fail("it does not end");
	for (size_t i = 0; i < ASKS; i++)
		if (!asked[i].came)
			fail("a question has no answer");
	liar_hang_up(&the.liar);
	turn(0);
	turn(0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!the.dir[0]) {
		start();
		atexit(remove_dir);
	}
	the.data = data;
	the.size = size;
	memset(the.next, 0, sizeof(the.next));
	read_places();
	the.store =
		redis_open(&the.loop,
			   &(struct redis_options){
				   .path = the.path, .prefix = "x:", .user = "u", .password = "p" },
			   on_notice, NULL);
	ask_all();
	the.quiet = 0;
	for (int i = 0; i < TURNS && the.quiet++ < QUIET; i++) {
		turn(7);
		say_more();
		if (i == 10)
			signal_a();
		if (i % 8 == 7)
			store_tick(the.store, the.now += 1500);
	}
	finish();
	return 0;
}
