/* The cases of a group, to be run by main.c: those of the contract against every kind of store. */
#ifndef JOBALIKE_TESTS_STORE_CONTRACT_H
#define JOBALIKE_TESTS_STORE_CONTRACT_H

#include <stddef.h>

struct contract_case {
	const char *name;
	void (*run)(void **state);
};

#define CASE(f)                                                                                    \
	{                                                                                          \
#f, f                                                                              \
	}

/* The promises of store.h, held against every kind of store. The name of a case begins with the
 * promise it is about. */
extern const struct contract_case contract_position_cases[];
extern const size_t n_contract_position_cases;
extern const struct contract_case contract_follow_cases[];
extern const size_t n_contract_follow_cases;
extern const struct contract_case contract_answer_cases[];
extern const size_t n_contract_answer_cases;
extern const struct contract_case contract_erase_cases[];
extern const size_t n_contract_erase_cases;

/* Of one kind only. */
extern const struct contract_case file_cases[];
extern const size_t n_file_cases;
extern const struct contract_case history_cases[];
extern const size_t n_history_cases;
extern const struct contract_case damage_cases[];
extern const size_t n_damage_cases;
extern const struct contract_case erasure_cases[];
extern const size_t n_erasure_cases;
extern const struct contract_case kill_cases[];
extern const size_t n_kill_cases;
extern const struct contract_case fault_cases[];
extern const size_t n_fault_cases;
extern const struct contract_case lost_cases[];
extern const size_t n_lost_cases;
extern const struct contract_case power_cases[];
extern const size_t n_power_cases;

#endif
