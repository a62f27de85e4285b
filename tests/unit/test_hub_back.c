/* Who comes back to the hub: with what they missed, or with a view. */
#include <inttypes.h>

#include "tests/unit/hub_bench.h"

static void a_short_gap_is_replayed(void **state)
{
	struct bench b;
	struct screen ana, ben, again;
	uint64_t after;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_come(&ben, &b, "Ben", ROLE_ATTENDEE);
	after = bench_head(&b);
	screen_go(&ana);
	screen_say(&ben, 1, "First");
	screen_say(&ben, 2, "Second");
	bench_pass(&b, 100);
	screen_resume(&again, &b, "Ana", memory_epoch(b.memory, HUB_LOG), after, NULL, 0);
	bench_pass(&b, 300);
	assert_int_equal(screen_count(&again, "view", NULL), 0);
	assert_int_equal(screen_count(&again, "event", "chat.said"), 2);
	assert_int_equal(number_of(json_array_get(again.got, 0), "seq"), after + 1);
	assert_true(screen_count(&again, "signal", "digest") > 0);
	screen_go(&again);
	screen_go(&ben);
	bench_end(&b);
}

static void on_append(void *arg, const struct store_answer *answer)
{
	(void)arg;
	assert_int_equal(answer->err, OK);
}

/* Lines of the facilitator channel, more than are kept for those who come back. */
static void others_are_busy(struct bench *b)
{
	for (int batch = 0; batch < 5; batch++) {
		struct msg *m[250];
		uint64_t head = bench_head(b);

		for (size_t i = 0; i < 250; i++)
			m[i] = msg_format("{\"event\":\"chat.said\",\"seq\":%zu,\"at\":%" PRId64
					  ",\"by\":3,\"room\":0,\"text\":\"x\"}",
					  (size_t)head + 1 + i, b->now);
		store_append(b->store, HUB_LOG, memory_epoch(b->memory, HUB_LOG), head + 1, m, 250,
			     on_append, NULL);
		bench_pass(b, 50);
		assert_int_equal(bench_head(b), head + 250);
		for (size_t i = 0; i < 250; i++)
			msg_unref(&m[i]);
	}
}

/* Whoever was told all that was for them, and knows the last of it, missed nothing of what others
 * did before they left; not the second time either. */
static void what_was_not_for_one_is_no_gap(void **state)
{
	struct bench b;
	struct screen ana, mo;
	uint64_t after;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_come(&mo, &b, "Mo", ROLE_MODERATOR);
	after = number_of(screen_last(&ana, "view", NULL), "seq");
	for (uint64_t times = 1; times <= 2; times++) {
		others_are_busy(&b);
		screen_go(&ana);
		screen_say(&mo, times, "Come back");
		bench_pass(&b, 100);
		screen_resume(&ana, &b, "Ana", memory_epoch(b.memory, HUB_LOG), after, NULL, 0);
		bench_pass(&b, 300);
		assert_int_equal(screen_count(&ana, "view", NULL), 0);
		assert_int_equal(screen_count(&ana, "event", NULL), 1);
		after = number_of(screen_last(&ana, "event", "chat.said"), "seq");
		assert_int_equal(after, bench_head(&b));
	}
	others_are_busy(&b); /* and of whom this is not known are sent a view */
	screen_go(&ana);
	screen_resume(&ana, &b, "Ana", memory_epoch(b.memory, HUB_LOG), after - 1, NULL, 0);
	bench_pass(&b, 300);
	assert_int_equal(screen_count(&ana, "view", NULL), 1);
	screen_go(&ana);
	screen_go(&mo);
	bench_end(&b);
}

static void what_cannot_be_replayed_brings_a_view(void **state)
{
	static const struct {
		const char *why, *asks;
		bool other_epoch;
	} cases[] = {
		{ "another history", "{\"command\":\"hands.raise\",\"n\":5}", true },
		{ "an event hides", "{\"command\":\"chat.remove\",\"n\":5,\"line\":4}", false },
		{ "the sight changed", "{\"command\":\"rooms.move\",\"n\":5,\"who\":2,\"to\":5}",
		  false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench b;
		struct screen ana, mo;
		uint64_t after;

		bench_begin(&b);
		screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
		screen_come(&mo, &b, "Mo", ROLE_MODERATOR);
		screen_say(&mo, 1, "A line");
		screen_ask(&mo, "{\"command\":\"rooms.open\",\"n\":2,\"title\":\"Nook\"}");
		bench_pass(&b, 100);
		after = bench_head(&b);
		assert_int_equal(after, 5);
		screen_go(&ana);
		screen_ask(&mo, "%s", cases[i].asks);
		bench_pass(&b, 100);
		assert_int_equal(bench_head(&b), after + 1);
		screen_resume(&ana, &b, "Ana",
			      cases[i].other_epoch ? "another" : memory_epoch(b.memory, HUB_LOG),
			      after, NULL, 0);
		bench_pass(&b, 300);
		if (screen_count(&ana, "view", NULL) != 1)
			fail_msg("%s: no view", cases[i].why);
		assert_int_equal(screen_count(&ana, "event", NULL), 0);
		screen_go(&ana);
		screen_go(&mo);
		bench_end(&b);
	}
}

static void a_view_tells_what_was_taken(void **state)
{
	static const uint64_t pending[] = { 81, 82 };
	struct bench b;
	struct screen ana;
	json_t *taken;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_say(&ana, 81, "Was it heard?");
	bench_turn(&b);
	bench_store(&b);
	screen_go(&ana);
	bench_pass(&b, 100);
	screen_resume(&ana, &b, "Ana", NULL, 0, pending, 2);
	bench_pass(&b, 100);
	taken = json_object_get(screen_last(&ana, "view", NULL), "taken");
	assert_int_equal(json_array_size(taken), 1);
	assert_int_equal(json_integer_value(json_array_get(taken, 0)), 81);
	screen_go(&ana);
	bench_end(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_short_gap_is_replayed),
	cmocka_unit_test(what_was_not_for_one_is_no_gap),
	cmocka_unit_test(what_cannot_be_replayed_brings_a_view),
	cmocka_unit_test(a_view_tells_what_was_taken),
};

const struct unit_group hub_back_group = UNIT_GROUP("hub_back", tests);
