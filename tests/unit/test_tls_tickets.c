#include "tests/unit/unit.h"

#include <string.h>

#include "server/net/tls_tickets.h"

#define OLD "an-old-secret-of-the-installation-0001"
#define NEW "a-new-secret-of-the-installation-00002"
#define DAY 20782

static struct keys keys_of(const char *a, const char *b)
{
	struct keys k = { .n = b ? 2 : 1 };

	strcpy(k.list[0].secret, a);
	if (b)
		strcpy(k.list[1].secret, b);
	return k;
}

static struct tls_tickets at(const struct keys *k, int64_t day)
{
	struct tls_tickets t = { .keys = k };

	tls_tickets_at(&t, day);
	return t;
}

static void instances_make_the_same_keys(void **state)
{
	struct keys k = keys_of(NEW, OLD);
	struct tls_tickets a = at(&k, DAY), b = at(&k, DAY);

	(void)state;
	assert_int_equal(a.n, 6);
	assert_memory_equal(a.list, b.list, sizeof(a.list));
	for (size_t i = 0; i < a.n; i++)
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(&a.list[i], &a.list[j], sizeof(a.list[i]));
}

static void a_day_is_opened_on_the_next_and_not_on_the_one_after(void **state)
{
	struct keys k = keys_of(NEW, NULL);
	struct tls_tickets a = at(&k, DAY), next = at(&k, DAY + 1), late = at(&k, DAY + 2),
			   early = at(&k, DAY - 1);

	(void)state;
	assert_non_null(tls_tickets_find(&next, a.list[0].name));
	assert_non_null(tls_tickets_find(&early, a.list[0].name));
	assert_null(tls_tickets_find(&late, a.list[0].name));
	assert_memory_equal(tls_tickets_find(&next, a.list[0].name), &a.list[0], sizeof(a.list[0]));
	assert_memory_not_equal(&next.list[0], &a.list[0], sizeof(a.list[0]));
	tls_tickets_at(&a, DAY + 2);
	assert_memory_equal(a.list, late.list, sizeof(a.list));
}

static void the_older_secret_opens_and_does_not_seal(void **state)
{
	struct keys before = keys_of(OLD, NULL), after = keys_of(NEW, OLD),
		    gone = keys_of(NEW, NULL);
	struct tls_tickets a = at(&before, DAY), b = at(&after, DAY), c = at(&gone, DAY);

	(void)state;
	assert_non_null(tls_tickets_find(&b, a.list[0].name));
	assert_memory_not_equal(&b.list[0], &a.list[0], sizeof(a.list[0]));
	assert_null(tls_tickets_find(&c, a.list[0].name));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(instances_make_the_same_keys),
	cmocka_unit_test(a_day_is_opened_on_the_next_and_not_on_the_one_after),
	cmocka_unit_test(the_older_secret_opens_and_does_not_seal),
};

const struct unit_group tls_tickets_group = UNIT_GROUP("tls_tickets", tests);
