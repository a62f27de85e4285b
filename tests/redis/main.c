/* The tests of the store on Redis beside the contract (tests/store), against real servers. Ends in
 * one line with the counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/log.h"
#include "server/base/mem.h"
#include "tests/redis/redis.h"

size_t n_kills, n_acked, n_lost, n_doubled, n_restored, n_refused, n_lies;

static size_t n_cases;
static int n_failed;

/* ONLY=name of a case. */
static void run_group(const char *name, const struct kind *kind, const struct redis_case *cases,
		      size_t n)
{
	struct CMUnitTest *tests = x_calloc(n, sizeof(*tests));
	const char *only = getenv("ONLY");
	size_t chosen = 0;

	for (size_t i = 0; i < n; i++)
		if (!only || strcmp(only, cases[i].name) == 0)
			tests[chosen++] =
				(struct CMUnitTest){ cases[i].name, cases[i].run, bench_setup,
						     bench_teardown, (void *)kind };
	if (chosen)
		n_failed += _cmocka_run_group_tests(name, tests, chosen, NULL, NULL);
	n_cases += chosen;
	free(tests);
}

int main(void)
{
	log_level(getenv("ONLY") ? LEVEL_DEBUG : LEVEL_NONE);
	run_group("turns", &redis_kind, turn_cases, n_turn_cases);
	run_group("lost", &redis_kind, lost_cases, n_lost_cases);
	run_group("faults", &redis_kind, fault_cases, n_fault_cases);
	run_group("settings", &redis_kind, settings_cases, n_settings_cases);
	run_group("places", &redis_kind, place_cases, n_place_cases);
	run_group("failover", &redis_kind, failover_cases, n_failover_cases);
	run_group("tls", &redis_kind, tls_cases, n_tls_cases);
	run_group("wrong behind tls", &redis_kind, tls_wrong_cases, n_tls_wrong_cases);
	run_group("lies", &lies_kind, lie_cases, n_lie_cases);
	printf("suite=redis cases=%zu kills=%zu acked=%zu lost=%zu doubled=%zu restored=%zu "
	       "refused=%zu lies=%zu failed=%d\n",
	       n_cases, n_kills, n_acked, n_lost, n_doubled, n_restored, n_refused, n_lies,
	       n_failed);
	return n_failed != 0;
}
