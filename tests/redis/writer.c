#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "tests/redis/redis.h"

#define AGAIN_MS 50

static void on_pulse(uv_timer_t *timer)
{
	bench_tick(((struct pulse *)timer->data)->bench, 250);
}

void pulse_start(struct pulse *p, struct bench *b)
{
	p->bench = b;
	uv_timer_init(&b->loop, &p->timer);
	p->timer.data = p;
	uv_timer_start(&p->timer, on_pulse, 0, 250);
}

void pulse_stop(struct pulse *p)
{
	uv_close((uv_handle_t *)&p->timer, NULL);
	uv_run(&p->bench->loop, UV_RUN_NOWAIT);
}

static void on_time(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

void run_for(struct bench *b, uint64_t ms)
{
	bool over = false;
	uv_timer_t timer;

	uv_timer_init(&b->loop, &timer);
	timer.data = &over;
	uv_timer_start(&timer, on_time, ms, 0);
	while (!over)
		uv_run(&b->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&b->loop, UV_RUN_NOWAIT);
}

void restart(struct bench *b)
{
	char dir[sizeof(SERVER(b)->dir)];

	snprintf(dir, sizeof(dir), "%s", SERVER(b)->dir);
	redis_server_end(SERVER(b), SIGKILL);
	redis_server_start(SERVER(b), dir, NULL);
}

/* --- writing --- */

static void step(struct writer *w);

static void on_again(uv_timer_t *timer)
{
	step(timer->data);
}

static void on_read(void *arg, const struct store_answer *a);

/* Another history: all of it is read, to know where it ends and whether our line is in it. */
static void learn(struct writer *w, uint64_t from)
{
	w->head = from - 1;
	store_read(w->store, w->log, from, UINT64_MAX, on_read, w);
}

static void take(struct writer *w, const struct store_answer *a)
{
	char line[24];

	snprintf(line, sizeof(line), "%s %u", w->name, w->n);
	for (size_t i = 0; i < a->n_records; i++) {
		w->head = a->records[i].seq;
		w->found = w->found || strcmp(a->records[i].body->text, line) == 0;
	}
}

static void next_line(struct writer *w)
{
	w->acked_at = uv_now(&w->bench->loop);
	w->n++;
	w->found = false;
}

static void go_on(struct writer *w)
{
	if (w->found)
		next_line(w);
	step(w);
}

static void on_read(void *arg, const struct store_answer *a)
{
	struct writer *w = arg;

	if (a->err != OK && a->err != ERR_NOT_FOUND) {
		uv_timer_start(&w->timer, on_again, AGAIN_MS, 0);
		w->epoch[0] = '?'; /* the next append will say so */
		return;
	}
	snprintf(w->epoch, sizeof(w->epoch), "%s", a->epoch);
	take(w, a);
	if (a->n_records == STORE_SLICE)
		learn(w, w->head + 1);
	else
		go_on(w);
}

static void on_conflict(struct writer *w, const struct store_answer *a)
{
	w->conflicts++;
	if (strcmp(w->epoch, a->epoch) != 0 && w->epoch[0])
		w->epochs++;
	if (strcmp(w->epoch, a->epoch) != 0 || a->n_records == 0) {
		learn(w, 1);
		return;
	}
	take(w, a);
	go_on(w);
}

static void on_done(void *arg, const struct store_answer *a)
{
	struct writer *w = arg;
	uint64_t took = uv_now(&w->bench->loop) - w->asked_at;

	w->slowest_ms = took > w->slowest_ms ? took : w->slowest_ms;
	w->unknown += a->err == ERR_UNKNOWN;
	w->unavailable += a->err == ERR_UNAVAILABLE;
	if (a->err == OK) {
		snprintf(w->epoch, sizeof(w->epoch), "%s", a->epoch);
		w->head++;
		next_line(w);
		step(w);
	} else if (a->err == ERR_CONFLICT) {
		on_conflict(w, a);
	} else {
		assert_true(a->err == ERR_UNKNOWN || a->err == ERR_UNAVAILABLE);
		uv_timer_start(&w->timer, on_again, AGAIN_MS, 0);
	}
}

static void step(struct writer *w)
{
	struct msg *body;

	if (w->stop && !w->found && w->acked_at) {
		w->over = true;
		return;
	}
	body = msg_format("%s %u", w->name, w->n);
	w->asked_at = uv_now(&w->bench->loop);
	w->acked_at = 0;
	store_append(w->store, w->log, w->epoch, w->head + 1, &body, 1, on_done, w);
	msg_unref(&body);
}

void writer_start(struct writer *w, struct bench *b, struct store *s, const char *name,
		  const char *log)
{
	*w = (struct writer){ .bench = b, .store = s };
	snprintf(w->name, sizeof(w->name), "%s", name);
	snprintf(w->log, sizeof(w->log), "%s", log);
	uv_timer_init(&b->loop, &w->timer);
	w->timer.data = w;
	step(w);
}

void writer_stop(struct writer *w)
{
	w->stop = true;
	bench_until(w->bench, &w->over);
	uv_close((uv_handle_t *)&w->timer, NULL);
	uv_run(&w->bench->loop, UV_RUN_NOWAIT);
}

void writer_check(const struct writer *w, struct seat *s, size_t *lost, size_t *doubled)
{
	unsigned *seen = x_calloc(w->n + 1, sizeof(*seen));
	uint64_t seq = 0;
	struct reply *r;
	size_t n = strlen(w->name);

	do {
		r = read_log(s, w->log, seq + 1, UINT64_MAX);
		assert_int_equal(r->err, OK);
		for (size_t i = 0; i < r->n_records; i++) {
			const char *text = r->records[i].text;

			assert_int_equal(r->records[i].seq, ++seq);
			if (strncmp(text, w->name, n) == 0 && text[n] == ' ' &&
			    strtoul(text + n, NULL, 10) <= w->n)
				seen[strtoul(text + n, NULL, 10)]++;
		}
	} while (r->n_records == STORE_SLICE);
	for (unsigned i = 0; i < w->n; i++) {
		*lost += seen[i] == 0;
		*doubled += seen[i] > 1;
	}
	n_acked += w->n;
	free(seen);
}

void writers_end(struct writer *one, struct writer *two, struct seat *s)
{
	size_t lost = 0, doubled = 0;

	writer_stop(one);
	writer_stop(two);
	writer_check(one, s, &lost, &doubled);
	writer_check(two, s, &lost, &doubled);
	n_lost += lost;
	n_doubled += doubled;
	assert_int_equal(lost + doubled, 0);
}
