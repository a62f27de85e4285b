#include "tests/lib/seat.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/mem.h"

static struct reply last_reply;

static void note(struct told **list, size_t *n, const struct told *t)
{
	*list = x_grow(*list, *n, sizeof(**list));
	(*list)[(*n)++] = *t;
}

static void free_told(struct told **list, size_t *n)
{
	for (size_t i = 0; i < *n; i++)
		free((*list)[i].text);
	free(*list);
	*list = NULL;
	*n = 0;
}

static void on_notice(void *arg, const struct store_notice *n)
{
	struct seat *s = arg;
	struct told t = { .news = n->news, .seq = n->record.seq };

	assert_int_equal(s->bench->in_call, 0); /* promise 3 */
	assert_false(s->closed);
	s->bench->n_callbacks++;
	snprintf(t.log, sizeof(t.log), "%s", n->log);
	snprintf(t.epoch, sizeof(t.epoch), "%s", n->epoch);
	if (n->record.body)
		t.text = x_strndup(n->record.body->text, n->record.body->len);
	else
		t.text = x_strdup(n->why);
	note(&s->told, &s->n_told, &t);
	if (s->also)
		s->also(s, n);
}

static void on_done(void *arg, const struct store_answer *a)
{
	struct reply *r = arg;

	assert_int_equal(r->seat->bench->in_call, 0); /* promise 3 */
	assert_false(r->came);
	r->came = true;
	r->err = a->err;
	r->order = ++r->seat->bench->n_callbacks;
	snprintf(r->epoch, sizeof(r->epoch), "%s", a->epoch ? a->epoch : "");
	for (size_t i = 0; i < a->n_records; i++)
		note(&r->records, &r->n_records,
		     &(struct told){ .seq = a->records[i].seq,
				     .text = x_strdup(a->records[i].body->text) });
}

static void on_closed(void *arg)
{
	struct seat *s = arg;

	assert_int_equal(s->bench->in_call, 0);
	s->closed = true;
}

/* Memory, where there is such a place: how long a disk takes is not what is tested here. */
static const char *place(void)
{
	const char *wanted = getenv("STORE_DIR");

	if (wanted && strlen(wanted) < 32)
		return wanted;
	return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

int bench_setup(void **state)
{
	struct bench *b = x_calloc(1, sizeof(*b));

	signal(SIGPIPE, SIG_IGN); /* as the server does */
	b->kind = *state;
	b->now = 1000000;
	snprintf(b->dir, sizeof(b->dir), "%s/jobalike-store-XXXXXX", place());
	assert_non_null(mkdtemp(b->dir));
	assert_int_equal(uv_loop_init(&b->loop), 0);
	if (b->kind && b->kind->make)
		b->kind->make(b);
	*state = b;
	return 0;
}

int bench_teardown(void **state)
{
	struct bench *b = *state;
	char command[128];

	reply_free(&last_reply);
	for (size_t i = 0; i < BENCH_SEATS; i++) {
		if (b->seats[i].store)
			seat_close(&b->seats[i]);
	}
	if (b->kind && b->kind->end)
		b->kind->end(b);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&b->loop), 0); /* no handle is left behind */
	snprintf(command, sizeof(command), "rm -rf '%s'", b->dir);
	assert_int_equal(system(command), 0);
	free(b);
	return 0;
}

struct seat *bench_seat(struct bench *b, size_t i)
{
	struct seat *s = &b->seats[i];

	assert_true(i < b->kind->n_seats);
	if (s->store)
		return s;
	*s = (struct seat){ .bench = b };
	s->store = b->kind->open(b, (unsigned)i + 1, on_notice, s);
	assert_non_null(s->store);
	return s;
}

void seat_close(struct seat *s)
{
	s->bench->in_call++;
	store_close(s->store, on_closed, s);
	s->bench->in_call--;
	bench_until(s->bench, &s->closed);
	s->store = NULL;
	forget(s);
}

static void out_of_time(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

struct wait {
	const bool *flag;
	const struct seat *seat; /* no flag: this seat is told n_told, or this news of this log */
	size_t n_told;
	const char *log;
	enum store_news news;
};

static bool is_over(const struct wait *w)
{
	if (w->flag)
		return *w->flag;
	return w->log ? count_news(w->seat, w->log, w->news) > 0 : w->seat->n_told >= w->n_told;
}

static void wait_for(struct bench *b, const struct wait *w)
{
	bool too_late = false;
	uv_timer_t timer;

	uv_timer_init(&b->loop, &timer);
	timer.data = &too_late;
	uv_timer_start(&timer, out_of_time, 30000, 0);
	while (!too_late && !is_over(w))
		uv_run(&b->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&b->loop, UV_RUN_NOWAIT);
	assert_false(too_late);
}

void bench_turn(struct bench *b)
{
	uv_run(&b->loop, UV_RUN_NOWAIT);
}

void bench_until(struct bench *b, const bool *flag)
{
	wait_for(b, &(struct wait){ .flag = flag });
}

void bench_until_told(struct seat *s, size_t n_told)
{
	wait_for(s->bench, &(struct wait){ .seat = s, .n_told = n_told });
}

void bench_until_news(struct seat *s, const char *log, enum store_news news)
{
	wait_for(s->bench, &(struct wait){ .seat = s, .log = log, .news = news });
}

void bench_tick(struct bench *b, int64_t ms)
{
	b->now += ms;
	b->in_call++;
	for (size_t i = 0; i < BENCH_SEATS; i++) {
		if (b->seats[i].store)
			store_tick(b->seats[i].store, b->now);
	}
	b->in_call--;
}

void ask_append(struct seat *s, const char *log, const char *epoch, uint64_t first, size_t n,
		const char *const *texts, struct reply *r)
{
	struct msg **bodies = x_calloc(n, sizeof(struct msg *));

	*r = (struct reply){ .seat = s };
	for (size_t i = 0; i < n; i++)
		bodies[i] = msg_new(texts[i], strlen(texts[i]));
	s->bench->in_call++;
	store_append(s->store, log, epoch, first, bodies, n, on_done, r);
	s->bench->in_call--;
	for (size_t i = 0; i < n; i++)
		msg_unref(&bodies[i]);
	free(bodies);
}

void ask_read(struct seat *s, const char *log, uint64_t from, uint64_t to, struct reply *r)
{
	*r = (struct reply){ .seat = s };
	s->bench->in_call++;
	store_read(s->store, log, from, to, on_done, r);
	s->bench->in_call--;
}

void ask_erase(struct seat *s, const char *log, uint64_t seq, const char *stub, struct reply *r)
{
	struct msg *m = msg_new(stub, strlen(stub));

	*r = (struct reply){ .seat = s };
	s->bench->in_call++;
	store_erase(s->store, log, seq, m, on_done, r);
	s->bench->in_call--;
	msg_unref(&m);
}

void ask_drop(struct seat *s, const char *log, struct reply *r)
{
	*r = (struct reply){ .seat = s };
	s->bench->in_call++;
	store_drop(s->store, log, on_done, r);
	s->bench->in_call--;
}

void seat_follow(struct seat *s, const char *log, uint64_t after)
{
	s->bench->in_call++;
	store_follow(s->store, log, after);
	s->bench->in_call--;
}

void seat_unfollow(struct seat *s, const char *log)
{
	s->bench->in_call++;
	store_unfollow(s->store, log);
	s->bench->in_call--;
}

void seat_signal(struct seat *s, const char *log, const char *text)
{
	struct msg *m = msg_new(text, strlen(text));

	s->bench->in_call++;
	store_signal(s->store, log, m);
	s->bench->in_call--;
	msg_unref(&m);
}

void reply_free(struct reply *r)
{
	free_told(&r->records, &r->n_records);
}

static struct reply *wait_reply(void)
{
	bench_until(last_reply.seat->bench, &last_reply.came);
	return &last_reply;
}

struct reply *append(struct seat *s, const char *log, const char *epoch, uint64_t first, size_t n,
		     ...)
{
	const char *texts[64];
	va_list args;

	assert_true(n <= 64);
	va_start(args, n);
	for (size_t i = 0; i < n; i++)
		texts[i] = va_arg(args, const char *);
	va_end(args);
	reply_free(&last_reply);
	ask_append(s, log, epoch, first, n, texts, &last_reply);
	return wait_reply();
}

struct reply *read_log(struct seat *s, const char *log, uint64_t from, uint64_t to)
{
	reply_free(&last_reply);
	ask_read(s, log, from, to, &last_reply);
	return wait_reply();
}

struct reply *erase(struct seat *s, const char *log, uint64_t seq, const char *stub)
{
	reply_free(&last_reply);
	ask_erase(s, log, seq, stub, &last_reply);
	return wait_reply();
}

struct reply *drop(struct seat *s, const char *log)
{
	reply_free(&last_reply);
	ask_drop(s, log, &last_reply);
	return wait_reply();
}

void append_many(struct seat *s, const char *log, char *epoch, uint64_t from, uint64_t to)
{
	char lines[100][STORE_LOG_MAX + 24];
	const char *texts[100];

	if (from == 1)
		epoch[0] = '\0';
	while (from <= to) {
		size_t n = 0;
		for (; n < 100 && from + n <= to; n++) {
			snprintf(lines[n], sizeof(lines[n]), "%s %" PRIu64, log, from + n);
			texts[n] = lines[n];
		}
		reply_free(&last_reply);
		ask_append(s, log, epoch, from, n, texts, &last_reply);
		assert_int_equal(wait_reply()->err, OK);
		strcpy(epoch, last_reply.epoch);
		from += n;
	}
}

void expect_events(const struct seat *s, const char *log, uint64_t from, uint64_t to)
{
	uint64_t last = from;
	char text[STORE_LOG_MAX + 24];

	for (size_t i = 0; i < s->n_told; i++) {
		const struct told *t = &s->told[i];
		if (t->news != STORE_EVENT || strcmp(t->log, log) != 0)
			continue;
		assert_int_equal(t->seq, last + 1);
		last = t->seq;
		snprintf(text, sizeof(text), "%s %" PRIu64, log, last);
		assert_string_equal(t->text, text);
	}
	assert_int_equal(last, to);
}

size_t count_news(const struct seat *s, const char *log, enum store_news news)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_told; i++)
		n += s->told[i].news == news && strcmp(s->told[i].log, log) == 0;
	return n;
}

void forget(struct seat *s)
{
	free_told(&s->told, &s->n_told);
}
