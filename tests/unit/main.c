/* The unit tests: small parts that can be wrong by themselves. Each group is in the file of its
 * name. */
#include "tests/unit/unit.h"

#include <stdio.h>

/* A new file of tests: define `const struct unit_group x_group`, and add one line to each list. */
extern const struct unit_group address_group;
extern const struct unit_group code_group;
extern const struct unit_group codec_group;
extern const struct unit_group codec_check_group;
extern const struct unit_group codec_event_group;
extern const struct unit_group codec_own_group;
extern const struct unit_group codec_refused_group;
extern const struct unit_group codec_suites_group;
extern const struct unit_group codec_tables_group;
extern const struct unit_group codec_text_group;
extern const struct unit_group conf_check_group;
extern const struct unit_group conf_group;
extern const struct unit_group conf_print_group;
extern const struct unit_group conf_redis_group;
extern const struct unit_group confine_group;
extern const struct unit_group export_group;
extern const struct unit_group helping_group;
extern const struct unit_group hub_back_group;
extern const struct unit_group hub_drop_group;
extern const struct unit_group hub_erase_group;
extern const struct unit_group hub_full_group;
extern const struct unit_group hub_digest_group;
extern const struct unit_group hub_fan_group;
extern const struct unit_group hub_history_group;
extern const struct unit_group hub_group;
extern const struct unit_group hub_elsewhere_group;
extern const struct unit_group hub_keep_group;
extern const struct unit_group hub_leave_group;
extern const struct unit_group hub_tickets_group;
extern const struct unit_group hub_sessions_group;
extern const struct unit_group hub_store_group;
extern const struct unit_group limit_group;
extern const struct unit_group lag_group;
extern const struct unit_group log_group;
extern const struct unit_group markdown_group;
extern const struct unit_group mem_group;
extern const struct unit_group permissions_group;
extern const struct unit_group process_group;
extern const struct unit_group redis_tls_group;
extern const struct unit_group redis_tls_files_group;
extern const struct unit_group scan_group;
extern const struct unit_group sending_group;
extern const struct unit_group skeleton_group;
extern const struct unit_group state_group;
extern const struct unit_group taken_group;
extern const struct unit_group text_group;
extern const struct unit_group ticket_group;
extern const struct unit_group tls_tickets_group;
extern const struct unit_group utf8_group;

static const struct unit_group *const groups[] = {
	&address_group,      &code_group,          &codec_check_group,   &codec_event_group,
	&codec_group,        &codec_own_group,     &codec_refused_group, &codec_suites_group,
	&codec_tables_group, &codec_text_group,    &conf_check_group,    &conf_group,
	&conf_redis_group,   &conf_print_group,    &confine_group,       &export_group,
	&helping_group,      &hub_elsewhere_group, &hub_drop_group,      &hub_erase_group,
	&hub_full_group,     &hub_digest_group,    &hub_fan_group,       &hub_history_group,
	&hub_group,          &hub_back_group,      &hub_keep_group,      &hub_leave_group,
	&hub_tickets_group,  &hub_sessions_group,  &hub_store_group,     &limit_group,
	&lag_group,          &log_group,           &markdown_group,      &mem_group,
	&permissions_group,  &process_group,       &redis_tls_group,     &redis_tls_files_group,
	&scan_group,         &sending_group,       &skeleton_group,      &state_group,
	&taken_group,        &text_group,          &ticket_group,        &tls_tickets_group,
	&utf8_group,
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
	printf("suite=unit groups=%zu tests=%zu failed=%d\n", n_groups, n_tests, failed);
	return failed != 0;
}
