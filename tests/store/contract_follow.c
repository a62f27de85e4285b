/* The promise of store.h about following: each record once, in its order. */
#include "tests/store/contract.h"

#include <stdio.h>

#include "tests/lib/seat.h"

#define SEAT(i) bench_seat(*state, i)

static void p2_follow_from_the_start_then_live(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 2500);
	seat_follow(s, "a", 0);
	bench_until_told(s, 2501);
	assert_int_equal(s->told[2500].news, STORE_LIVE);
	assert_string_equal(s->told[2500].epoch, epoch);
	append_many(s, "a", epoch, 2501, 2600);
	bench_until_told(s, 2601);
	expect_events(s, "a", 0, 2600);
	assert_int_equal(count_news(s, "a", STORE_LIVE), 1);
}

static void p2_follow_from_the_middle(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 30);
	seat_follow(s, "a", 17);
	bench_until_told(s, 14);
	expect_events(s, "a", 17, 30);
	assert_int_equal(s->told[13].news, STORE_LIVE);
}

static void p2_follow_from_the_head(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 30);
	seat_follow(s, "a", 30);
	bench_until_told(s, 1);
	assert_int_equal(s->told[0].news, STORE_LIVE);
	append_many(s, "a", epoch, 31, 33);
	bench_until_told(s, 4);
	expect_events(s, "a", 30, 33);
}

static void p2_follow_what_is_not_there_yet(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	seat_follow(s, "a", 0);
	bench_until_told(s, 1);
	assert_int_equal(s->told[0].news, STORE_LIVE);
	assert_string_equal(s->told[0].epoch, "");
	append_many(s, "a", epoch, 1, 3);
	bench_until_told(s, 4);
	expect_events(s, "a", 0, 3);
	assert_string_equal(s->told[1].epoch, epoch);
}

static void p2_appends_while_catching_up(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 3000);
	seat_follow(s, "a", 0);
	append_many(s, "a", epoch, 3001, 3500);
	bench_until_told(s, 3501);
	expect_events(s, "a", 0, 3500);
	assert_int_equal(count_news(s, "a", STORE_LIVE), 1);
}

static void p2_follow_after_more_than_there_is_resets(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 5);
	seat_follow(s, "a", 6);
	bench_until_told(s, 1);
	assert_int_equal(s->told[0].news, STORE_RESET);
	forget(s);
	seat_follow(s, "a", 0); /* it was unfollowed by the reset */
	bench_until_told(s, 6);
	expect_events(s, "a", 0, 5);
}

static void p2_unfollow_is_silence_at_once(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 1500);
	seat_follow(s, "a", 0);
	bench_until_told(s, 1);
	size_t n = s->n_told;
	seat_unfollow(s, "a");
	append_many(s, "a", epoch, 1501, 1600);
	assert_int_equal(s->n_told, n);
	forget(s);
	seat_follow(s, "a", 1000);
	bench_until_told(s, 601);
	expect_events(s, "a", 1000, 1600);
}

static void stop_at_seven(struct seat *s, const struct store_notice *n)
{
	if (n->record.seq == 7)
		seat_unfollow(s, n->log);
}

static void p2_unfollow_from_inside_of_a_notice(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	s->also = stop_at_seven;
	append_many(s, "a", epoch, 1, 20);
	seat_follow(s, "a", 0);
	bench_until_told(s, 7);
	append_many(s, "a", epoch, 21, 22);
	expect_events(s, "a", 0, 7);
}

static void again_at_seven(struct seat *s, const struct store_notice *n)
{
	if (n->record.seq == 7) {
		seat_unfollow(s, n->log);
		forget(s);
		s->also = NULL;
		seat_follow(s, "a", 5);
	}
}

static void p2_follow_again_from_inside_of_a_notice(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	s->also = again_at_seven;
	append_many(s, "a", epoch, 1, 20);
	seat_follow(s, "a", 0);
	bench_until_news(s, "a", STORE_LIVE);
	expect_events(s, "a", 5, 20);
}

static void p2_many_logs_do_not_mix(void **state)
{
	struct seat *s = SEAT(0);
	char name[16], epoch[STORE_EPOCH_MAX + 1];

	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "log%d", i);
		seat_follow(s, name, 0);
	}
	bench_until_told(s, 40);
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "log%d", i);
		append_many(s, name, epoch, 1, (uint64_t)i + 1);
	}
	bench_until_told(s, 40 + 40 * 41 / 2);
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "log%d", i);
		expect_events(s, name, 0, (uint64_t)i + 1);
	}
}

static void p2_all_seats_hear_all(void **state)
{
	struct bench *b = *state;
	char epoch[STORE_EPOCH_MAX + 1];

	for (size_t i = 0; i < b->kind->n_seats; i++)
		seat_follow(bench_seat(b, i), "a", 0);
	append_many(bench_seat(b, 0), "a", epoch, 1, 150);
	append_many(bench_seat(b, b->kind->n_seats - 1), "a", epoch, 151, 300);
	for (size_t i = 0; i < b->kind->n_seats; i++) {
		bench_until_told(bench_seat(b, i), 301);
		expect_events(bench_seat(b, i), "a", 0, 300);
	}
}

static void p2_a_signal_goes_to_the_others(void **state)
{
	struct bench *b = *state;
	size_t n = b->kind->n_seats;
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(SEAT(0), "a", epoch, 1, 1);
	for (size_t i = 0; i < n; i++) {
		seat_follow(bench_seat(b, i), "a", 0);
		bench_until_told(bench_seat(b, i), 2);
	}
	seat_signal(SEAT(0), "a", "typing");
	append_many(SEAT(0), "a", epoch, 2, 2);
	for (size_t i = 0; i < n; i++) {
		bench_until_told(bench_seat(b, i), i == 0 ? 3 : 4);
		assert_int_equal(count_news(bench_seat(b, i), "a", STORE_SIGNAL), i == 0 ? 0 : 1);
	}
}

static void p2_ticks_repeat_nothing(void **state)
{
	struct bench *b = *state;
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 3);
	seat_follow(s, "a", 0);
	for (int i = 0; i < 20; i++) {
		bench_tick(b, 1000);
		bench_turn(b);
	}
	bench_until_told(s, 4);
	append_many(s, "a", epoch, 4, 4);
	for (int i = 0; i < 20; i++) {
		bench_tick(b, 1000);
		bench_turn(b);
	}
	bench_until_told(s, 5);
	expect_events(s, "a", 0, 4);
	assert_int_equal(s->n_told, 5);
}

const struct contract_case contract_follow_cases[] = {
	CASE(p2_follow_from_the_start_then_live),
	CASE(p2_follow_from_the_middle),
	CASE(p2_follow_from_the_head),
	CASE(p2_follow_what_is_not_there_yet),
	CASE(p2_appends_while_catching_up),
	CASE(p2_follow_after_more_than_there_is_resets),
	CASE(p2_unfollow_is_silence_at_once),
	CASE(p2_unfollow_from_inside_of_a_notice),
	CASE(p2_follow_again_from_inside_of_a_notice),
	CASE(p2_many_logs_do_not_mix),
	CASE(p2_all_seats_hear_all),
	CASE(p2_a_signal_goes_to_the_others),
	CASE(p2_ticks_repeat_nothing),
};
const size_t n_contract_follow_cases =
	sizeof(contract_follow_cases) / sizeof(contract_follow_cases[0]);
