/* How long a turn held the loop, and how much of that was its own doing. */
#include "server/net/lag.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "tests/unit/unit.h"

#define MS 1000000ULL

static void compute(uint64_t ms)
{
	uint64_t since = uv_hrtime();

	while (uv_hrtime() - since < ms * MS)
		;
}

static void its_work_is_its_own(void **state)
{
	struct lag h;

	(void)state;
	lag_begin();
	compute(20);
	h = lag_end();
	assert_true(h.ns >= 20 * MS);
	assert_true(h.own > 0 && h.own <= h.ns);
}

/* Whoever waits for a disk or a lock holds the loop as surely. */
static void what_it_waits_for_is_its_own(void **state)
{
	struct timespec t = { .tv_nsec = 20 * MS };
	struct lag h;

	(void)state;
	lag_begin();
	nanosleep(&t, NULL);
	h = lag_end();
	assert_true(h.ns >= 20 * MS);
	assert_int_equal(h.own, h.ns);
}

/* One CPU for two that never wait. */
static pid_t share_one_cpu(cpu_set_t *before)
{
	cpu_set_t one;
	pid_t other;
	int cpu = sched_getcpu();

	assert_int_equal(sched_getaffinity(0, sizeof(*before), before), 0);
	CPU_ZERO(&one);
	CPU_SET(cpu < 0 ? 0 : cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	other = fork();
	assert_true(other >= 0);
	if (other == 0)
		for (;;)
			;
	return other;
}

static void what_others_take_is_not(void **state)
{
	cpu_set_t before;
	pid_t other;
	struct lag h;

	(void)state;
	other = share_one_cpu(&before);
	lag_begin();
	compute(100);
	h = lag_end();
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	assert_true(h.ns >= 100 * MS);
	assert_true(h.own < h.ns - h.ns / 5);
}

/* Where there is more to do the loop does not wait between two turns. */
static void a_turn_ends_where_the_next_begins(void **state)
{
	(void)state;
	lag_begin();
	compute(20);
	lag_end();
	assert_true(lag_end().ns < 15 * MS);
}

static void on_time(uv_timer_t *timer)
{
	*(struct lag *)timer->data = lag_end();
	uv_close((uv_handle_t *)timer, NULL);
}

/* The kernel was asked to wait: the turn begins after that. */
static void rest_is_no_turn(void **state)
{
	struct lag h = { 0 };
	uv_timer_t timer = { .data = &h };
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	uv_timer_init(&loop, &timer);
	lag_begin();
	uv_timer_start(&timer, on_time, 200, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_in_range(h.ns, 1, 150 * MS);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(its_work_is_its_own),
	cmocka_unit_test(what_it_waits_for_is_its_own),
	cmocka_unit_test(what_others_take_is_not),
	cmocka_unit_test(a_turn_ends_where_the_next_begins),
	cmocka_unit_test(rest_is_no_turn),
};

const struct unit_group lag_group = UNIT_GROUP("lag", tests);
