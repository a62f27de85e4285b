/* How events reach a crowd: at once where few hear them or it is quiet, else together. */
#include <stdlib.h>

#include "server/base/mem.h"
#include "tests/unit/hub_bench.h"

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

static struct screen *gather(struct bench *b, size_t n)
{
	struct screen *list = x_calloc(n, sizeof(*list));
	char sub[32];

	bench_begin(b);
	b->options.rate_percent = 0;
	bench_restart(b);
	for (size_t i = 0; i < n; i++) {
		snprintf(sub, sizeof(sub), "p%zu", i);
		screen_hello(&list[i], b, sub, ROLE_ATTENDEE);
	}
	bench_pass(b, 2000);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(screen_count(&list[i], "view", NULL), 1);
	return list;
}

static void scatter(struct bench *b, struct screen *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		screen_go(&list[i]);
	free(list);
	bench_end(b);
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
	struct screen *list = gather(&b, MANY);

	(void)state;
	screen_say(&list[0], 1, "one");
	turn_twice(&b);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(lines(&list[i]), 1);
	scatter(&b, list, MANY);
}

/* The first is appended at once; what comes too soon after it waits, and goes together. */
static void lines_that_come_together_share_an_append(void **state)
{
	struct bench b;
	struct screen *list = gather(&b, 10);
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
	scatter(&b, list, 10);
}

static void a_busy_crowd_hears_several_at_once_and_speakers_themselves_at_once(void **state)
{
	struct bench b;
	struct screen *list = gather(&b, MANY);

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
	scatter(&b, list, MANY);
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
	struct screen *list = gather(&b, MANY);
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
	scatter(&b, list, MANY);
}

/* Both of them speak before they have heard the other. */
static void two_that_come_together_end_the_hurry(void **state)
{
	struct bench b;
	struct screen *list = gather(&b, MANY);
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
	scatter(&b, list, MANY);
}

static void a_crowd_that_gains_by_waiting_goes_on_with_it(void **state)
{
	struct bench b;
	struct screen *list = gather(&b, MANY);

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
	scatter(&b, list, MANY);
}

static void a_small_crowd_never_waits(void **state)
{
	struct bench b;
	struct screen *list = gather(&b, 10);

	(void)state;
	for (unsigned n = 1; n <= 5; n++) {
		screen_say(&list[n], n, "words");
		turn_twice(&b);
		for (size_t i = 0; i < 10; i++)
			assert_int_equal(lines(&list[i]), n);
	}
	scatter(&b, list, 10);
}

/* What waits for somebody comes before any word to them alone. */
static void an_answer_comes_after_what_waits(void **state)
{
	struct bench b;
	struct screen *list = gather(&b, MANY);

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
	scatter(&b, list, MANY);
}

static void who_cannot_take_a_run_gets_a_view(void **state)
{
	struct bench b;
	struct screen *list = gather(&b, MANY);

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
	scatter(&b, list, MANY);
}

/* In all rooms, as the last digest says. */
static int64_t lines_by_digest(const struct screen *s)
{
	const json_t *rooms = json_object_get(screen_last(s, "signal", "digest"), "rooms"), *room;
	int64_t n = 0;
	size_t i;

	json_array_foreach (rooms, i, room)
		n += number_of(room, "lines");
	return n;
}

/* More than a turn takes. */
static void everybody_is_sent_the_digest(void **state)
{
	size_t n = 1100;
	struct bench b;
	struct screen *list = gather(&b, n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		screen_clear(&list[i]);
	screen_say(&list[5], 1, "one more line");
	bench_pass(&b, 9 * (int64_t)n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(lines_by_digest(&list[i]), 1);
	scatter(&b, list, n);
}

static void of_more_lines_staff_are_told_soon_and_others_seldom(void **state)
{
	struct bench b;
	struct screen ana, ben;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_come(&ben, &b, "Ben", ROLE_MODERATOR);
	bench_pass(&b, 3000);
	screen_say(&ana, 1, "one");
	bench_pass(&b, 500);
	screen_say(&ana, 2, "two");
	bench_pass(&b, 500);
	assert_int_equal(lines_by_digest(&ana), 1);
	assert_int_equal(lines_by_digest(&ben), 2);
	bench_pass(&b, 2000);
	assert_int_equal(lines_by_digest(&ana), 2);
	screen_say(&ana, 3, "three");
	bench_pass(&b, 100);
	screen_go(&ben);
	bench_pass(&b, 500);
	assert_int_equal(lines_by_digest(&ana), 3); /* somebody went: that is told soon */
	screen_go(&ana);
	bench_end(&b);
}

/* Whoever was called on is shown as such until they speak: that is no mere line. */
static void who_answers_a_call_is_told_soon(void **state)
{
	struct bench b;
	struct screen ana, mo;
	const json_t *first;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_come(&mo, &b, "Mo", ROLE_MODERATOR);
	screen_ask(&mo, "{\"command\":\"hands.call\",\"n\":1,\"who\":%d}", (int)ana.peer.person);
	bench_pass(&b, 500);
	first = json_array_get(json_object_get(screen_last(&ana, "signal", "digest"), "here"), 0);
	assert_non_null(json_object_get(first, "called"));
	screen_say(&ana, 1, "here I am");
	bench_pass(&b, 500);
	screen_say(&ana, 2, "and this is why");
	bench_pass(&b, 500);
	first = json_array_get(json_object_get(screen_last(&ana, "signal", "digest"), "here"), 0);
	assert_null(json_object_get(first, "called"));
	screen_go(&mo);
	screen_go(&ana);
	bench_end(&b);
}

static const json_t *readers_by_digest(const struct screen *s)
{
	return json_object_get(screen_last(s, "signal", "digest"), "readers");
}

/* The event is told to who sits there; whoever comes later has missed it. */
static void nobody_reads_along_unseen(void **state)
{
	struct bench b;
	struct screen fay, mo, ana, ben;
	const json_t *readers;

	(void)state;
	bench_begin(&b);
	screen_come(&fay, &b, "Fay", ROLE_ORGANIZER);
	screen_come(&mo, &b, "Mo", ROLE_MODERATOR);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_ask(&fay, "{\"command\":\"rooms.open\",\"n\":1,\"title\":\"Nook\"}");
	bench_pass(&b, 500);
	int room = (int)number_of(screen_last(&fay, "event", "rooms.opened"), "seq");

	screen_ask(&mo, "{\"command\":\"rooms.watch\",\"n\":1,\"room\":%d}", room);
	screen_ask(&ana, "{\"command\":\"rooms.enter\",\"n\":1,\"room\":%d}", room);
	screen_come(&ben, &b, "Ben", ROLE_ATTENDEE);
	bench_pass(&b, 500);
	readers = readers_by_digest(&ana);
	assert_int_equal(json_array_size(readers), 1);
	assert_string_equal(json_string_value(json_object_get(json_array_get(readers, 0), "name")),
			    "Mo");
	assert_null(readers_by_digest(&ben)); /* sits in the plenary */
	screen_ask(&mo, "{\"command\":\"rooms.enter\",\"n\":2,\"room\":%d}", room);
	bench_pass(&b, 500);
	assert_null(readers_by_digest(&ana)); /* now one of them */
	screen_ask(&mo, "{\"command\":\"rooms.leave\",\"n\":3}");
	bench_pass(&b, 500);
	assert_int_equal(json_array_size(readers_by_digest(&ana)), 1);
	screen_ask(&fay,
		   "{\"command\":\"people.appoint\",\"n\":2,\"who\":%d,\"role\":\"attendee\"}",
		   (int)mo.peer.person);
	bench_pass(&b, 500);
	assert_null(readers_by_digest(&ana));
	screen_go(&ben);
	screen_go(&ana);
	screen_go(&mo);
	screen_go(&fay);
	bench_end(&b);
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
	cmocka_unit_test(everybody_is_sent_the_digest),
	cmocka_unit_test(of_more_lines_staff_are_told_soon_and_others_seldom),
	cmocka_unit_test(who_answers_a_call_is_told_soon),
	cmocka_unit_test(nobody_reads_along_unseen),
};

const struct unit_group hub_fan_group = UNIT_GROUP("hub_fan", tests);
