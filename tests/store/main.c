/* The tests of the stores: one contract, held against every kind, then what each kind promises
 * beside it. Ends in one line with the counts. */
#include <stdio.h>
#include <stdlib.h>

#include "server/base/log.h"
#include "server/base/mem.h"
#include "tests/lib/seat.h"
#include "tests/store/contract.h"
#include "tests/store/files.h"

const struct kind *const kinds[] = { &memory_kind, &sqlite_kind, &redis_kind };
const size_t n_kinds = sizeof(kinds) / sizeof(kinds[0]);

static const struct {
	const struct contract_case *cases;
	const size_t *n;
} contract[] = {
	{ contract_position_cases, &n_contract_position_cases },
	{ contract_follow_cases, &n_contract_follow_cases },
	{ contract_answer_cases, &n_contract_answer_cases },
	{ contract_erase_cases, &n_contract_erase_cases },
};
#define N_CONTRACT (sizeof(contract) / sizeof(contract[0]))

static size_t n_cases;
static int n_failed;

static void run_group(const char *name, const struct contract_case *cases, size_t n,
		      const struct kind *kind)
{
	struct CMUnitTest *tests = x_calloc(n, sizeof(*tests));

	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){ cases[i].name, cases[i].run, bench_setup,
						bench_teardown, (void *)kind };
	n_failed += _cmocka_run_group_tests(name, tests, n, NULL, NULL);
	n_cases += n;
	free(tests);
}

static size_t n_promises(void)
{
	bool seen[10] = { false };
	size_t n = 0;

	for (size_t i = 0; i < N_CONTRACT; i++)
		for (size_t j = 0; j < *contract[i].n; j++)
			seen[contract[i].cases[j].name[1] - '0'] = true;
	for (size_t i = 0; i < 10; i++)
		n += seen[i];
	return n;
}

int main(void)
{
	log_level(LEVEL_NONE);
	for (size_t i = 0; i < n_kinds; i++)
		for (size_t j = 0; j < N_CONTRACT; j++)
			run_group(kinds[i]->name, contract[j].cases, *contract[j].n, kinds[i]);
	run_group("memory with faults", fault_cases, n_fault_cases, NULL);
	run_group("memory that loses", lost_cases, n_lost_cases, NULL);
	run_group("sqlite's file", file_cases, n_file_cases, &sqlite_kind);
	run_group("sqlite's file, brought back", history_cases, n_history_cases, &sqlite_kind);
	run_group("sqlite's file, damaged", damage_cases, n_damage_cases, &sqlite_kind);
	run_group("sqlite's file, erased", erasure_cases, n_erasure_cases, &sqlite_kind);
	run_group("sqlite without power", power_cases, n_power_cases, &sqlite_kind);
	run_group("sqlite killed", kill_cases, n_kill_cases, &sqlite_kind);
	printf("suite=store stores=%zu promises=%zu cases=%zu runs=%zu faults=%zu flips=%zu "
	       "noticed=%zu cuts=%zu cut_lost=%zu normal_cuts=%zu normal_lost=%zu kills=%zu "
	       "acked=%zu lost=%zu skipped=%zu failed=%d\n",
	       n_kinds, n_promises(), n_cases, n_runs, n_faults, n_flips, n_flips_seen, n_cuts,
	       n_cuts_lost, n_normal_cuts, n_normal_lost, n_kills, n_acked, n_lost, n_skipped,
	       n_failed);
	return n_failed != 0;
}
