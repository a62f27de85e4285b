/* How events reach a crowd: at once where few hear them or it is quiet, else together. */
#include "tests/unit/hub_hall.h"

#define MANY      240 /* a crowd that waits, for 29 ms */
#define LONG      60
#define STEP      10 /* ms of the bench */
#define LINES_MAX 1000
#define PAUSE     5 /* ms from one append of a session to the next */

static size_t lines(const struct screen *s)
{
	return screen_count(s, "event", "chat.said");
}

static json_int_t last_line(const struct screen *s)
{
	return number_of(screen_last(s, "event", "chat.said"), "n");
}

/* What was asked is in the log, and a turn has told it. */
static void turn_twice(struct bench *b)
{
	b->now += PAUSE;
	for (int i = 0; i < 2; i++) {
		bench_turn(b);
		bench_store(b);
	}
	bench_turn(b);
}

static void a_quiet_crowd_hears_at_once(void **state)
{
	struct bench b;
	struct screen *list = hall_begin(&b, MANY);

	(void)state;
	screen_say(&list[0], 1, "one");
	turn_twice(&b);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(lines(&list[i]), 1);
	hall_end(&b, list, MANY);
}

/* The first is appended at once; what comes too soon after it waits, and goes together. */
static void lines_that_come_together_share_an_append(void **state)
{
	struct bench b;
	struct screen *list = hall_begin(&b, 10);
	uint64_t before = hub_figures(b.hub).append_events.n;

	(void)state;
	for (unsigned n = 1; n <= 4; n++) {
		screen_say(&list[n], n, "words");
		bench_turn(&b);
		bench_store(&b);
	}
	assert_true(b.wake <= b.now + PAUSE);
	assert_int_equal(lines(&list[0]), 1);
	turn_twice(&b);
	assert_int_equal(lines(&list[0]), 4);
	assert_int_equal(hub_figures(b.hub).append_events.n - before, 2);
	hall_end(&b, list, 10);
}

static void a_busy_crowd_hears_several_at_once_and_speakers_themselves_at_once(void **state)
{
	struct bench b;
	struct screen *list = hall_begin(&b, MANY);

	(void)state;
	for (unsigned n = 1; n <= 3; n++) {
		screen_say(&list[n], n, "words");
		turn_twice(&b);
		assert_int_equal(last_line(&list[n]), n);
	}
	assert_int_equal(lines(&list[0]), 1); /* the first one found it quiet */
	assert_int_equal(lines(&list[3]), 3); /* before one's own, what came before it */
	assert_true(b.wake <= b.now + LONG);
	bench_pass(&b, LONG);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(lines(&list[i]), 3);
	assert_int_equal(list[0].runs, 1);
	assert_int_equal(list[1].runs, 1);
	assert_int_equal(list[3].runs, 0);
	hall_end(&b, list, MANY);
}

/* Whether line n is heard in the turn in which it is said; then it is waited for. */
static bool is_heard_at_once(struct bench *b, const struct screen *list, unsigned n)
{
	bool at_once;

	screen_say((struct screen *)&list[n % MANY], n, "words");
	turn_twice(b);
	at_once = last_line(&list[0]) == n;
	for (int i = 0; i < LONG / STEP && last_line(&list[0]) != n; i++)
		bench_pass(b, STEP);
	assert_int_equal(last_line(&list[0]), n);
	return at_once;
}

static void a_crowd_that_waited_in_vain_hears_at_once_for_a_second(void **state)
{
	struct bench b;
	struct screen *list = hall_begin(&b, MANY);
	unsigned n = 1, at_once = 0;
	int64_t since;

	(void)state;
	assert_true(is_heard_at_once(&b, list, n++)); /* it was quiet */
	for (int i = 0; i < 3; i++)
		assert_false(is_heard_at_once(&b, list, n++));
	for (since = b.now; n < LINES_MAX && is_heard_at_once(&b, list, n); n++)
		at_once++;
	assert_in_range(b.now - since, 900, 1100);
	assert_in_range(at_once, 50, 250);
	assert_true(is_heard_at_once(&b, list, ++n)); /* one was enough, this time */
	hall_end(&b, list, MANY);
}

/* Both of them speak before they have heard the other. */
static void two_that_come_together_end_the_hurry(void **state)
{
	struct bench b;
	struct screen *list = hall_begin(&b, MANY);
	unsigned n = 1;

	(void)state;
	for (int i = 0; i < 4; i++) /* three of them wait in vain */
		is_heard_at_once(&b, list, n++);
	assert_true(is_heard_at_once(&b, list, n++));
	for (int i = 0; i < 3; i++) { /* the first is appended, two behind it are together */
		screen_say(&list[n], n, "words");
		n++;
		bench_turn(&b);
	}
	bench_pass(&b, LONG);
	assert_int_equal(last_line(&list[0]), n - 1);
	assert_true(list[0].runs > 0);
	assert_true(is_heard_at_once(&b, list, n++)); /* it was quiet */
	assert_false(is_heard_at_once(&b, list, n++));
	hall_end(&b, list, MANY);
}

static void a_crowd_that_gains_by_waiting_goes_on_with_it(void **state)
{
	struct bench b;
	struct screen *list = hall_begin(&b, MANY);

	(void)state;
	for (unsigned n = 1; n <= 4; n++) /* three waits in vain */
		is_heard_at_once(&b, list, n);
	bench_pass(&b, 1100);
	assert_true(is_heard_at_once(&b, list, 5)); /* quiet */
	for (unsigned n = 6; n < 60; n += 3) {
		screen_say(&list[n], n, "words");
		turn_twice(&b);
		screen_say(&list[n + 1], n + 1, "words");
		turn_twice(&b);
		assert_true(last_line(&list[0]) < (json_int_t)n);
		bench_pass(&b, LONG / 2);
		assert_int_equal(last_line(&list[0]), n + 1);
	}
	hall_end(&b, list, MANY);
}

static void a_small_crowd_never_waits(void **state)
{
	struct bench b;
	struct screen *list = hall_begin(&b, 10);

	(void)state;
	for (unsigned n = 1; n <= 5; n++) {
		screen_say(&list[n], n, "words");
		turn_twice(&b);
		for (size_t i = 0; i < 10; i++)
			assert_int_equal(lines(&list[i]), n);
	}
	hall_end(&b, list, 10);
}

/* What waits for somebody comes before any word to them alone. */
static void an_answer_comes_after_what_waits(void **state)
{
	struct bench b;
	struct screen *list = hall_begin(&b, MANY);

	(void)state;
	for (unsigned n = 1; n <= 2; n++) {
		screen_say(&list[1], n, "words");
		turn_twice(&b);
	}
	assert_int_equal(lines(&list[0]), 1);
	screen_ask(&list[0], "{\"query\":\"chat.history\",\"n\":9,\"room\":1,\"before\":99}");
	assert_int_equal(lines(&list[0]), 2);
	assert_int_equal(screen_count(&list[0], "answer", NULL), 1);
	bench_pass(&b, LONG);
	assert_int_equal(lines(&list[0]), 2);
	hall_end(&b, list, MANY);
}

static void who_cannot_take_a_run_gets_a_view(void **state)
{
	struct bench b;
	struct screen *list = hall_begin(&b, MANY);

	(void)state;
	screen_say(&list[1], 1, "words");
	turn_twice(&b);
	list[0].slow = true;
	for (unsigned n = 2; n <= 3; n++) {
		screen_say(&list[n], n, "words");
		turn_twice(&b);
	}
	bench_pass(&b, LONG);
	assert_int_equal(lines(&list[0]), 1);
	list[0].slow = false;
	hub_writable(b.hub, &list[0].peer);
	bench_pass(&b, LONG);
	assert_int_equal(screen_count(&list[0], "view", NULL), 2);
	screen_say(&list[1], 4, "words");
	bench_pass(&b, 2 * LONG);
	assert_int_equal(last_line(&list[0]), 4);
	assert_int_equal(lines(&list[4]), 4);
	hall_end(&b, list, MANY);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_quiet_crowd_hears_at_once),
	cmocka_unit_test(lines_that_come_together_share_an_append),
	cmocka_unit_test(a_busy_crowd_hears_several_at_once_and_speakers_themselves_at_once),
	cmocka_unit_test(a_crowd_that_waited_in_vain_hears_at_once_for_a_second),
	cmocka_unit_test(two_that_come_together_end_the_hurry),
	cmocka_unit_test(a_crowd_that_gains_by_waiting_goes_on_with_it),
	cmocka_unit_test(a_small_crowd_never_waits),
	cmocka_unit_test(an_answer_comes_after_what_waits),
	cmocka_unit_test(who_cannot_take_a_run_gets_a_view),
};

const struct unit_group hub_fan_group = UNIT_GROUP("hub_fan", tests);
