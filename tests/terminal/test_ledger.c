/* The books of a crowd: each kind of fault is found, and what is right is not called a fault. */
#include "clients/cli/ledger.h"
#include "protocol/gen/protocol.h"
#include "tests/unit/unit.h"

#define ANA 0
#define BEN 1
#define HR  5
#define FIN 6

static struct ledger *two_in_hr(void)
{
	struct ledger *l = ledger_new(2);

	ledger_view(l, ANA, 10, HR, NULL, 0, true);
	ledger_view(l, BEN, 10, HR, NULL, 0, true);
	return l;
}

/* Ana says it; n is the seq too. */
static void ana_says(struct ledger *l, uint64_t seq)
{
	ledger_said(l);
	ledger_taken(l, ANA, seq, seq, HR);
}

static void check(struct ledger *l, size_t lost, size_t doubled, size_t holes, size_t unseen)
{
	struct ledger_sum s = ledger_sum(l);

	assert_int_equal(s.lost, lost);
	assert_int_equal(s.doubled, doubled);
	assert_int_equal(s.holes, holes);
	assert_int_equal(s.unseen, unseen);
	ledger_free(l);
}

static void what_everybody_saw_once_is_right(void **arg)
{
	struct ledger *l = two_in_hr();

	(void)arg;
	for (uint64_t seq = 11; seq < 20; seq += 2) {
		ana_says(l, seq);
		ledger_line(l, ANA, seq, HR, 2, seq, "words");
		ledger_line(l, BEN, seq, HR, 2, seq, "words");
		ledger_event(l, BEN, seq + 1);
	}
	assert_int_equal(ledger_sum(l).said, 5);
	assert_int_equal(ledger_sum(l).acked, 5);
	check(l, 0, 0, 0, 0);
}

static void a_line_that_one_screen_lacks_is_a_hole(void **arg)
{
	struct ledger *l = two_in_hr();

	(void)arg;
	ana_says(l, 11);
	ledger_line(l, ANA, 11, HR, 2, 11, "words");
	ledger_event(l, BEN, 12);
	check(l, 0, 0, 1, 0);
}

static void one_that_has_not_arrived_yet_is_none(void **arg)
{
	struct ledger *l = two_in_hr();

	(void)arg;
	ana_says(l, 11);
	ledger_line(l, ANA, 11, HR, 2, 11, "words");
	check(l, 0, 0, 0, 0);
}

static void an_acknowledged_line_that_nobody_saw_is_a_hole_of_its_author(void **arg)
{
	struct ledger *l = two_in_hr();

	(void)arg;
	ana_says(l, 11);
	ledger_event(l, ANA, 12);
	check(l, 0, 0, 1, 1);
}

static void who_was_elsewhere_lacks_nothing(void **arg)
{
	struct ledger *l = two_in_hr();

	(void)arg;
	ledger_view(l, BEN, 11, FIN, NULL, 0, true);
	ana_says(l, 12);
	ledger_line(l, ANA, 12, HR, 2, 12, "words");
	ledger_event(l, BEN, 13);
	ledger_view(l, BEN, 14, HR, (uint64_t[]){ 12 }, 1, true);
	check(l, 0, 0, 0, 0);
}

static void a_window_without_a_line_has_a_hole(void **arg)
{
	struct ledger *l = two_in_hr();

	(void)arg;
	for (uint64_t seq = 11; seq < 14; seq++) {
		ana_says(l, seq);
		ledger_line(l, ANA, seq, HR, 2, seq, "words");
	}
	ledger_view(l, BEN, 13, HR, (uint64_t[]){ 11, 13 }, 2, true);
	check(l, 0, 0, 1, 0);
}

static void a_window_that_begins_late_lacks_nothing_before(void **arg)
{
	struct ledger *l = two_in_hr();

	(void)arg;
	for (uint64_t seq = 11; seq < 14; seq++) {
		ana_says(l, seq);
		ledger_line(l, ANA, seq, HR, 2, seq, "words");
	}
	ledger_view(l, BEN, 13, HR, (uint64_t[]){ 12, 13 }, 2, false);
	check(l, 0, 0, 0, 0);
}

static void a_line_told_again_is_doubled(void **arg)
{
	struct ledger *l = two_in_hr();

	(void)arg;
	ana_says(l, 11);
	ledger_line(l, ANA, 11, HR, 2, 11, "words");
	ledger_disorder(l, ANA, 11);
	check(l, 0, 1, 0, 0);
}

static void one_command_that_became_two_lines_is_doubled(void **arg)
{
	struct ledger *l = two_in_hr();

	(void)arg;
	ana_says(l, 11);
	ledger_line(l, ANA, 11, HR, 2, 77, "words");
	ledger_line(l, ANA, 12, HR, 2, 77, "words");
	check(l, 0, 1, 0, 0);
}

static void two_commands_acknowledged_as_one_line_are_doubled(void **arg)
{
	struct ledger *l = two_in_hr();

	(void)arg;
	ana_says(l, 11);
	ana_says(l, 11);
	ledger_line(l, ANA, 11, HR, 2, 11, "words");
	check(l, 0, 1, 0, 0);
}

static void other_words_for_the_same_line_are_a_hole(void **arg)
{
	struct ledger *l = two_in_hr();

	(void)arg;
	ana_says(l, 11);
	ledger_line(l, ANA, 11, HR, 2, 11, "words");
	ledger_line(l, BEN, 11, HR, 2, 11, "other words");
	check(l, 0, 0, 1, 0);
}

static void what_history_does_not_have_is_lost(void **arg)
{
	struct ledger *l = two_in_hr();
	size_t person;
	uint64_t room;

	(void)arg;
	ledger_view(l, ANA, 10, FIN, NULL, 0, true); /* she was moved before she saw them */
	ana_says(l, 11);
	ana_says(l, 12);
	assert_int_equal(ledger_unseen(l, 0, &person, &room), 11);
	assert_int_equal(person, ANA);
	assert_int_equal(room, HR);
	ledger_found(l, 11, true);
	assert_int_equal(ledger_unseen(l, 11, &person, &room), 12);
	ledger_found(l, 12, false);
	assert_int_equal(ledger_unseen(l, 12, &person, &room), 0);
	check(l, 1, 0, 0, 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_everybody_saw_once_is_right),
	cmocka_unit_test(a_line_that_one_screen_lacks_is_a_hole),
	cmocka_unit_test(one_that_has_not_arrived_yet_is_none),
	cmocka_unit_test(an_acknowledged_line_that_nobody_saw_is_a_hole_of_its_author),
	cmocka_unit_test(who_was_elsewhere_lacks_nothing),
	cmocka_unit_test(a_window_without_a_line_has_a_hole),
	cmocka_unit_test(a_window_that_begins_late_lacks_nothing_before),
	cmocka_unit_test(a_line_told_again_is_doubled),
	cmocka_unit_test(one_command_that_became_two_lines_is_doubled),
	cmocka_unit_test(two_commands_acknowledged_as_one_line_are_doubled),
	cmocka_unit_test(other_words_for_the_same_line_are_a_hole),
	cmocka_unit_test(what_history_does_not_have_is_lost),
};

const struct unit_group ledger_group = UNIT_GROUP("ledger", tests);
