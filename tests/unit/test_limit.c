/* How much one person may ask, and how much may be said in one room. */
#include "tests/unit/hub_bench.h"

#include <stdio.h>

#include "server/hub/limit.h"

static void a_bucket_refills(void **state)
{
	struct limits l = { 0 };
	static const char what[] = "lines";

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_int_equal(limits_take(&l, what, 10, 20, 1000), 0);
	assert_int_equal(limits_take(&l, what, 10, 20, 1000), 10);
	assert_int_equal(limits_take(&l, what, 10, 20, 1009), 1);
	assert_int_equal(limits_take(&l, what, 10, 20, 1010), 0);
	assert_int_equal(limits_take(&l, what + 1, 10, 20, 1010), 0); /* another one */
	for (int i = 0; i < 20; i++)
		assert_int_equal(limits_take(&l, what, 10, 20, 5000), 0);
	assert_true(limits_take(&l, what, 10, 20, 5000) > 0);
	limits_fini(&l);
}

/* Told so a hundred times at once, and then sent away; and so is another device of the same person.
 */
static void who_goes_on_regardless_is_sent_away(void **state)
{
	struct bench b;
	struct screen ana, phone, ben;

	(void)state;
	bench_begin(&b);
	screen_come(&ben, &b, "Ben", ROLE_ATTENDEE);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_come(&phone, &b, "Ana", ROLE_ATTENDEE);
	for (unsigned n = 1; n <= 20 + 100; n++)
		screen_say(&ana, n, "again");
	assert_int_equal(screen_count(&ana, "error", "slow_down"), 100);
	assert_false(ana.peer.leaving);
	screen_ask(&ana, "{\"command\":\"none\",\"n\":500}");
	assert_string_equal(screen_error(&ana, 500), "bad_request");
	assert_true(ana.peer.leaving && ana.bye == BYE_FLOOD && ana.retry_ms > 0);
	assert_false(phone.peer.leaving);
	screen_say(&phone, 501, "again");
	assert_true(phone.peer.leaving && phone.bye == BYE_FLOOD);
	screen_say(&ben, 1, "still here");
	bench_pass(&b, 500);
	assert_int_equal(screen_count(&ben, "text", "still here"), 1);
	screen_go(&phone);
	screen_go(&ana);
	screen_go(&ben);
	bench_end(&b);
}

/* Messages that are answered by nothing, or by an error that asks no rate. */
static void nothing_is_said_without_end(void **state)
{
	static const char *const floods[] = {
		"{\"signal\":\"chat.typing\",\"room\":1}",
		"{\"signal\":\"chat.typing\",\"room\":99}",
		"{\"hello\":1,\"ticket\":\"x\"}",
	};
	struct bench b;

	(void)state;
	bench_begin(&b);
	for (size_t i = 0; i < sizeof(floods) / sizeof(floods[0]); i++) {
		struct screen ana;
		char name[8];
		int n = 0;

		snprintf(name, sizeof(name), "%zu", i);
		screen_come(&ana, &b, name, ROLE_ATTENDEE);
		while (!ana.peer.leaving && n++ < 1000)
			screen_ask(&ana, "%s", floods[i]);
		assert_true(n > 100 && n < 200);
		assert_true(ana.bye == BYE_FLOOD && ana.retry_ms > 0);
		screen_go(&ana);
	}
	bench_end(&b);
}

/* Nobody knows yet who they are: that is no licence. */
static void nor_before_one_is_let_in(void **state)
{
	struct bench b;
	struct screen ana, ahead;
	const char *epoch;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	hub_peek(b.hub, HUB_SESSION, &epoch);
	screen_resume(&ahead, &b, "Ana", epoch, 1000000, NULL, 0);
	for (int n = 0; n < LIMIT_PENDING; n++)
		screen_ask(&ahead, "{\"query\":\"chat.history\",\"n\":%d,\"room\":1}", 1 + n);
	assert_int_equal(screen_count(&ahead, "error", "unavailable"), LIMIT_PENDING);
	assert_false(ahead.peer.leaving);
	screen_ask(&ahead, "{\"query\":\"chat.history\",\"n\":99,\"room\":1}");
	assert_true(ahead.peer.leaving && ahead.bye == BYE_FLOOD);
	screen_go(&ahead);
	screen_go(&ana);
	bench_end(&b);
}

#define SPEAKERS 12

/* Twelve may say twenty lines each at once, but not in one room. */
static void a_room_takes_so_many_lines(void **state)
{
	struct bench b;
	struct screen all[SPEAKERS];
	size_t slowed = 0;

	(void)state;
	bench_begin(&b);
	for (size_t i = 0; i < SPEAKERS; i++) {
		char name[8];

		snprintf(name, sizeof(name), "%zu", i);
		screen_come(&all[i], &b, name, ROLE_ATTENDEE);
	}
	for (unsigned n = 1; n <= 20; n++)
		for (size_t i = 0; i < SPEAKERS; i++)
			screen_say(&all[i], n, "all at once");
	for (size_t i = 0; i < SPEAKERS; i++)
		slowed += screen_count(&all[i], "error", "slow_down");
	assert_int_equal(slowed, 20 * SPEAKERS - 2 * LIMIT_ROOM_LINES);
	bench_pass(&b, 1000);
	assert_int_equal(screen_count(&all[0], "event", "chat.said"), 2 * LIMIT_ROOM_LINES);
	screen_clear(&all[0]);
	screen_say(&all[0], 100, "a second later");
	assert_string_equal(screen_error(&all[0], 100), "");
	for (size_t i = 0; i < SPEAKERS; i++)
		screen_go(&all[i]);
	bench_end(&b);
}

static int64_t most_areas(void)
{
	const struct shape *shape = command_specs[CMD_SESSION_OPEN].fields;

	for (size_t i = 0; i < shape->n; i++)
		if (strcmp(shape->fields[i].name, "areas") == 0)
			return shape->fields[i].max;
	return 0;
}

/* One press: as many commands as rooms. */
static void a_room_for_each_area_is_opened_at_once(void **state)
{
	struct bench b;
	struct screen fay;
	int64_t n = most_areas();

	(void)state;
	bench_begin(&b);
	screen_come(&fay, &b, "Fay", ROLE_FACILITATOR);
	assert_true(n > 0);
	for (int64_t i = 1; i <= n; i++)
		screen_ask(&fay, "{\"command\":\"rooms.open\",\"n\":%d,\"title\":\"R%d\"}", (int)i,
			   (int)i);
	bench_pass(&b, 500);
	assert_int_equal(screen_count(&fay, "error", "slow_down"), 0);
	assert_int_equal(screen_count(&fay, "event", "rooms.opened"), n);
	screen_go(&fay);
	bench_end(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_bucket_refills),
	cmocka_unit_test(who_goes_on_regardless_is_sent_away),
	cmocka_unit_test(nothing_is_said_without_end),
	cmocka_unit_test(nor_before_one_is_let_in),
	cmocka_unit_test(a_room_takes_so_many_lines),
	cmocka_unit_test(a_room_for_each_area_is_opened_at_once),
};

const struct unit_group limit_group = UNIT_GROUP("limit", tests);
