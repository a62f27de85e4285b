/* Digests: who is told of what, and how soon. */
#include "tests/unit/hub_hall.h"

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
	struct screen *list = hall_begin(&b, n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		screen_clear(&list[i]);
	screen_say(&list[5], 1, "one more line");
	bench_pass(&b, 9 * (int64_t)n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(lines_by_digest(&list[i]), 1);
	hall_end(&b, list, n);
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
	cmocka_unit_test(everybody_is_sent_the_digest),
	cmocka_unit_test(of_more_lines_staff_are_told_soon_and_others_seldom),
	cmocka_unit_test(who_answers_a_call_is_told_soon),
	cmocka_unit_test(nobody_reads_along_unseen),
};

const struct unit_group hub_digest_group = UNIT_GROUP("hub_digest", tests);
