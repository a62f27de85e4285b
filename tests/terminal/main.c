/* The plain parts of the terminal client, each in the file of its name. */
#include <stdio.h>

#include "tests/unit/unit.h"

extern const struct unit_group files_group;
extern const struct unit_group ledger_group;
extern const struct unit_group place_group;
extern const struct unit_group scene_group;
extern const struct unit_group timer_group;
extern const struct unit_group words_group;

static const struct unit_group *const groups[] = {
	&files_group, &ledger_group, &place_group, &scene_group, &timer_group, &words_group,
};

int main(void)
{
	size_t n_groups = sizeof(groups) / sizeof(groups[0]), n_tests = 0;
	int failed = 0;

	for (size_t i = 0; i < n_groups; i++) {
		n_tests += groups[i]->n;
		failed += _cmocka_run_group_tests(groups[i]->name, groups[i]->tests, groups[i]->n,
						  NULL, NULL);
	}
	printf("suite=terminal groups=%zu tests=%zu failed=%d\n", n_groups, n_tests, failed);
	return failed != 0;
}
