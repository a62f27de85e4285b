/* Accepted commands are found again, however many there are, and no others. */
#include "tests/unit/unit.h"

#include "server/core/taken.h"

#define MANY 20000

static uint64_t random_n(uint64_t i)
{
	return i * 6364136223846793005u >> 11;
}

static void each_is_found_and_no_other(void **state)
{
	struct takens t = { 0 };

	(void)state;
	assert_int_equal(takens_find(&t, 1, 1), 0);
	for (uint64_t i = 1; i <= MANY; i++) {
		takens_add(&t, i % 7, i, 2 * i); /* counted up */
		takens_add(&t, i, random_n(i) | 1ull << 52, 2 * i + 1);
	}
	assert_int_equal(t.n, 2 * MANY);
	for (uint64_t i = 1; i <= MANY; i++) {
		assert_int_equal(takens_find(&t, i % 7, i), 2 * i);
		assert_int_equal(takens_find(&t, i, random_n(i) | 1ull << 52), 2 * i + 1);
		assert_int_equal(takens_find(&t, i % 7 + 1, i), 0);
		assert_int_equal(takens_find(&t, i % 7, i + MANY), 0);
	}
	takens_free(&t);
	assert_int_equal(takens_find(&t, 1, 1), 0);
}

static void the_first_time_counts_and_the_order_is_that_of_events(void **state)
{
	struct takens t = { 0 };

	(void)state;
	takens_add(&t, 3, 9, 10);
	takens_add(&t, 2, 9, 11);
	takens_add(&t, 3, 9, 12);
	assert_int_equal(takens_find(&t, 3, 9), 10);
	assert_int_equal(t.n, 2);
	assert_int_equal(t.list[0].seq, 10);
	assert_int_equal(t.list[1].seq, 11);
	takens_free(&t);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_is_found_and_no_other),
	cmocka_unit_test(the_first_time_counts_and_the_order_is_that_of_events),
};

const struct unit_group taken_group = UNIT_GROUP("taken", tests);
