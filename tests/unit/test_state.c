/* What is asked by its id is found, however ids lie, and nothing else. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "server/base/mem.h"
#include "server/core/state.h"

#define PEOPLE 500

static void fill(struct state *s, uint64_t (*id_of)(uint64_t i))
{
	s->people.list = x_calloc(PEOPLE, sizeof(struct person *));
	for (s->people.n = 0; s->people.n < PEOPLE; s->people.n++) {
		struct person *p = x_calloc(1, sizeof(*p));

		p->id = id_of(s->people.n);
		s->people.list[s->people.n] = p;
	}
}

static void empty(struct state *s)
{
	while (s->people.n)
		free(s->people.list[--s->people.n]);
	free(s->people.list);
}

static uint64_t one_after_the_other(uint64_t i)
{
	return 3 + i;
}

static uint64_t further_and_further(uint64_t i)
{
	return (i + 1) * (i + 1) * (i + 1);
}

/* As many at the begin, one far away: a straight line between the ends leads astray. */
static uint64_t with_one_far_away(uint64_t i)
{
	return i + 1 < PEOPLE ? 2 * i + 2 : UINT64_C(1) << 53;
}

static void people_are_found_by_id(void **state)
{
	uint64_t (*const ways[])(uint64_t) = { one_after_the_other, further_and_further,
					       with_one_far_away };

	(void)state;
	for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
		struct state s = { 0 };
		uint64_t before = 0;

		fill(&s, ways[way]);
		for (size_t i = 0; i < PEOPLE; i++) {
			uint64_t id = ways[way](i);

			assert_ptr_equal(state_person(&s, id), s.people.list[i]);
			if (id - 1 != before)
				assert_null(state_person(&s, id - 1));
			before = id;
		}
		assert_null(state_person(&s, 0));
		assert_null(state_person(&s, before + 1));
		empty(&s);
		s.people.n = 0;
		assert_null(state_person(&s, 1));
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(people_are_found_by_id),
};

const struct unit_group state_group = UNIT_GROUP("state", tests);
