/* Options as they are printed: what was asked for, without secrets, as it can be read again. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/base/conf_table.h"
#include "server/base/log.h"
#include "tests/unit/conf_run.h"

#define SECRET "SECRETMARK-0123456789-abcdefghijklmnop"
#define OLDER  "SECRETMARK-9876543210-abcdefghijklmnop"

static void secrets_come_from_files_and_are_never_shown(void **state)
{
	char variable[128], *env[] = { variable, NULL };
	struct conf_run secret = { 0 }, r;

	(void)state;
	conf_run_write(&secret, SECRET "\n" OLDER "\n");
	snprintf(variable, sizeof(variable), "JOBALIKE_KEYS_TICKETS_FILE=%s", secret.path);
	conf_run(&r, NULL, "--print-config", env);
	assert_int_equal(r.status, 0);
	assert_string_equal(r.c.keys.tickets, SECRET " " OLDER);
	assert_null(strstr(r.out, "SECRETMARK"));
	assert_says(r.out, "JOBALIKE_KEYS_TICKETS_FILE");
	conf_run_end(&r);
	unlink(secret.path);
	assert_refused(NULL, NULL, env, "No such file");
	conf_run(&r, "[keys]\ntickets = SECRETMARK\n", NULL, NULL);
	assert_int_equal(r.status, 2);
	assert_says(r.err, "keys.tickets is shorter than 32");
	assert_null(strstr(r.err, "SECRETMARK"));
	conf_run_end(&r);
	conf_run(&r, NULL, "--keys.tickets=" SECRET, NULL);
	assert_int_equal(r.status, 2);
	assert_says(r.err, "keys.tickets is a secret, which arguments are not");
	assert_says(r.err, "JOBALIKE_KEYS_TICKETS_FILE");
	assert_null(strstr(r.err, "SECRETMARK"));
	conf_run_end(&r);
}

/* What is printed, read again, gives the same. */
static void printed_can_be_read_again(void **state)
{
	char *env[] = { "JOBALIKE_HTTP_TRUSTED_PROXIES=10.0.0.0/8,::1", NULL };
	struct conf_run first, second;

	(void)state;
	conf_run(&first, "[listen]\nport = 0\n[log]\nlevel = debug\n", "--print-config", env);
	assert_int_equal(first.status, 0);
	assert_says(first.out, "; default");
	assert_says(first.out, "; JOBALIKE_HTTP_TRUSTED_PROXIES");
	assert_says(first.out, ":2\n");
	conf_run(&second, first.out, NULL, NULL);
	assert_int_equal(second.status, -1);
	assert_int_equal(second.c.listen.port, 0);
	assert_int_equal(second.c.log.level, LEVEL_DEBUG);
	assert_int_equal(second.c.http.trusted_proxies.n, 2);
	conf_run_end(&first);
	conf_run_end(&second);
}

static void asked_things_are_answered(void **state)
{
	struct conf_run r;

	(void)state;
	conf_run(&r, NULL, "--check-config", NULL);
	assert_int_equal(r.status, 0);
	assert_string_equal(r.out, "the options are good\n");
	conf_run_end(&r);
	assert_refused("[listen]\nport = x\n", "--check-config", NULL, "listen.port = x");
	conf_run(&r, NULL, "--version", NULL);
	assert_int_equal(r.status, 0);
	assert_says(r.out, "jobalike-server 0.");
	conf_run_end(&r);
	conf_run(&r, NULL, "--help", NULL);
	assert_int_equal(r.status, 0);
	for (size_t i = 0; i < n_conf_options; i++)
		assert_says(r.out, conf_options[i].key);
	conf_run_end(&r);
}

/* configs/reference.ini is what --default-config prints; `make reference` writes it anew. */
static void reference_is_the_table(void **state)
{
	static char file[32768];
	FILE *f = fopen("configs/reference.ini", "r");
	struct conf_run r, again;

	(void)state;
	assert_non_null(f);
	file[fread(file, 1, sizeof(file) - 1, f)] = '\0';
	fclose(f);
	conf_run(&r, NULL, "--default-config", NULL);
	assert_int_equal(r.status, 0);
	assert_string_equal(r.out, file);
	conf_run(&again, file, NULL, NULL);
	assert_int_equal(again.status, -1);
	for (size_t i = 0; i < n_conf_options; i++)
		assert_says(file, conf_options[i].doc[0] ? conf_options[i].key : "undocumented");
	conf_run_end(&r);
	conf_run_end(&again);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(secrets_come_from_files_and_are_never_shown),
	cmocka_unit_test(printed_can_be_read_again),
	cmocka_unit_test(asked_things_are_answered),
	cmocka_unit_test(reference_is_the_table),
};

const struct unit_group conf_print_group = UNIT_GROUP("conf_print", tests);
