#include "tests/unit/unit.h"

#include <stdlib.h>

#include "server/base/mem.h"

static void nothing_copied_is_nothing(void **state)
{
	(void)state;
	assert_null(x_strdup(NULL));
	assert_null(x_strndup(NULL, 3));
}

static void strndup_cuts(void **state)
{
	char *s = x_strndup("facilitator", 4);

	(void)state;
	assert_string_equal(s, "faci");
	free(s);
}

/* x_grow keeps no capacity: what was written must survive each growth. */
static void grow_keeps_what_was_there(void **state)
{
	uint64_t *items = NULL;

	(void)state;
	for (size_t n = 0; n < 1000; n++) {
		items = x_grow(items, n, sizeof(*items));
		items[n] = n * 7;
	}
	for (size_t n = 0; n < 1000; n++)
		assert_int_equal(items[n], n * 7);
	free(items);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(nothing_copied_is_nothing),
	cmocka_unit_test(strndup_cuts),
	cmocka_unit_test(grow_keeps_what_was_there),
};
const struct unit_group mem_group = UNIT_GROUP("mem", tests);
