/* Which ticket of somebody is good: the newest, and no longer than they are away. */
#include "tests/unit/hub_bench.h"

#define OLD 1000
#define NEW 2000

static void come(struct screen *s, struct bench *b, int64_t issued)
{
	b->issued = issued;
	screen_come(s, b, "Ana", ROLE_ATTENDEE);
}

/* With a ticket that is worth nothing. */
static void knock(struct screen *s, struct bench *b, int64_t issued)
{
	b->issued = issued;
	screen_hello(s, b, "Ana", ROLE_ATTENDEE);
	bench_pass(b, 50);
	assert_int_equal(s->bye, BYE_EXPIRED);
	assert_int_equal(screen_count(s, "error", "unauthorized"), 1);
	assert_null(screen_last(s, "view", NULL));
}

static void a_newer_ticket_ends_the_older_ones_everywhere(void **state)
{
	struct bench b;
	struct screen phone, desk, again, late;

	(void)state;
	bench_begin(&b);
	come(&phone, &b, OLD);
	come(&desk, &b, OLD);
	assert_int_equal(phone.bye, 0);
	come(&again, &b, NEW);
	assert_int_equal(again.bye, 0);
	assert_int_equal(phone.bye, BYE_EXPIRED);
	assert_int_equal(desk.bye, BYE_EXPIRED);
	assert_int_equal(phone.retry_ms, -1);
	assert_int_equal(screen_count(&phone, "error", "unauthorized"), 1);
	knock(&late, &b, OLD);
	assert_true(bench_seated(&b, "Ana"));
	screen_go(&phone);
	screen_go(&desk);
	screen_go(&late);
	screen_go(&again);
	bench_end(&b);
}

/* The log knows, so another instance does, and this one after a restart. */
static void that_is_remembered(void **state)
{
	struct bench b;
	struct screen ana;

	(void)state;
	bench_begin(&b);
	come(&ana, &b, OLD);
	screen_go(&ana);
	come(&ana, &b, NEW);
	screen_go(&ana);
	bench_restart(&b);
	knock(&ana, &b, OLD);
	screen_go(&ana);
	come(&ana, &b, NEW);
	assert_int_equal(ana.bye, 0);
	screen_go(&ana);
	bench_end(&b);
}

static void two_with_the_newest_sit_side_by_side(void **state)
{
	struct bench b;
	struct screen one, two;

	(void)state;
	bench_begin(&b);
	come(&one, &b, OLD);
	screen_go(&one);
	b.issued = NEW; /* in the same moment: one of them tells the log */
	screen_hello(&one, &b, "Ana", ROLE_ATTENDEE);
	screen_hello(&two, &b, "Ana", ROLE_ATTENDEE);
	bench_pass(&b, 50);
	assert_int_equal(one.bye, 0);
	assert_int_equal(two.bye, 0);
	assert_non_null(screen_last(&one, "view", NULL));
	assert_non_null(screen_last(&two, "view", NULL));
	screen_go(&one);
	screen_go(&two);
	bench_end(&b);
}

static void who_was_away_for_hours_needs_another(void **state)
{
	struct bench b;
	struct screen ana;

	(void)state;
	bench_begin(&b);
	come(&ana, &b, OLD);
	screen_go(&ana);
	bench_pass(&b, 61000);
	assert_false(bench_seated(&b, "Ana"));
	bench_pass(&b, LIMIT_TICKET_IDLE_MINUTES * 60000);
	knock(&ana, &b, OLD);
	screen_go(&ana);
	come(&ana, &b, b.now);
	assert_int_equal(ana.bye, 0);
	assert_int_equal(number_of(screen_last(&ana, "view", NULL), "you"), 2);
	screen_go(&ana);
	bench_end(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_newer_ticket_ends_the_older_ones_everywhere),
	cmocka_unit_test(that_is_remembered),
	cmocka_unit_test(two_with_the_newest_sit_side_by_side),
	cmocka_unit_test(who_was_away_for_hours_needs_another),
};

const struct unit_group hub_tickets_group = UNIT_GROUP("hub_tickets", tests);
