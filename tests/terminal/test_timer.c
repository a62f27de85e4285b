/* Timers fire in order, once, and may be set and cleared by each other. */
#include "clients/cli/dice.h"
#include "clients/cli/timer.h"
#include "tests/unit/unit.h"

#define MANY 500

struct probe {
	struct timer timer;
	struct timers *all;
	int64_t fired_at;
	struct probe *clears, *sets;
};

static int64_t now;

static void fire(void *arg)
{
	struct probe *p = arg;

	assert_int_equal(p->fired_at, 0);
	p->fired_at = now;
	if (p->clears)
		timers_clear(p->all, &p->clears->timer);
	if (p->sets)
		timers_set(p->all, &p->sets->timer, now);
}

static void timers_fire_in_order_of_time(void **arg)
{
	static struct probe probes[MANY];
	struct timers all = { 0 };
	uint64_t dice = 3;

	(void)arg;
	for (size_t i = 0; i < MANY; i++) {
		probes[i] = (struct probe){ .timer = { .fire = fire, .arg = &probes[i] } };
		timers_set(&all, &probes[i].timer, 1 + (int64_t)dice_below(&dice, 100));
		if (i % 3 == 0)
			timers_set(&all, &probes[i].timer, 1 + (int64_t)dice_below(&dice, 100));
		if (i % 5 == 0)
			timers_clear(&all, &probes[i].timer);
	}
	for (now = 1; now <= 100; now++) {
		timers_run(&all, now);
		assert_true(!timers_next(&all) || timers_next(&all) > now);
	}
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(probes[i].fired_at, i % 5 ? probes[i].timer.at : 0);
	assert_int_equal(all.n, 0);
	timers_fini(&all);
}

static void they_may_set_and_clear_each_other(void **arg)
{
	struct timers all = { 0 };
	struct probe a = { .timer = { .fire = fire, .arg = &a }, .all = &all };
	struct probe b = { .timer = { .fire = fire, .arg = &b }, .all = &all };
	struct probe c = { .timer = { .fire = fire, .arg = &c }, .all = &all };

	(void)arg;
	a.clears = &b;
	a.sets = &c;
	timers_set(&all, &a.timer, 5);
	timers_set(&all, &b.timer, 6);
	now = 10;
	timers_run(&all, now);
	timers_run(&all, now);
	assert_int_equal(a.fired_at, 10);
	assert_int_equal(b.fired_at, 0);
	assert_int_equal(c.fired_at, 10);
	timers_fini(&all);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(timers_fire_in_order_of_time),
	cmocka_unit_test(they_may_set_and_clear_each_other),
};

const struct unit_group timer_group = UNIT_GROUP("timer", tests);
