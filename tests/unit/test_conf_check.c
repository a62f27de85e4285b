/* --check-config looks at the files and users that the options name. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/certificate.h"
#include "tests/unit/conf_run.h"

static char dir[40];

static void write_files(const char *name, const struct certificate_how *how)
{
	struct certificate c = certificate_new(*how);
	char pem[80], key[80];

	snprintf(pem, sizeof(pem), "%s/%s.pem", dir, name);
	snprintf(key, sizeof(key), "%s/%s-key.pem", dir, name);
	certificate_write(&c, pem, key);
	certificate_free(&c);
}

/* A configuration with each @ in the place of our folder; says NULL: it is good. */
static void expect(const char *text, const char *says)
{
	char file[512] = "";
	size_t n = 0;
	struct conf_run r;

	for (const char *at = text; *at; at++)
		n += (size_t)snprintf(file + n, sizeof(file) - n, *at == '@' ? "%s" : "%.1s",
				      *at == '@' ? dir : at);
	if (says) {
		assert_refused(file, "--check-config", NULL, says);
		return;
	}
	conf_run(&r, file, "--check-config", NULL);
	assert_string_equal(r.err, "");
	assert_int_equal(r.status, 0);
	conf_run_end(&r);
}

static void what_is_named_must_be_there(void **state)
{
	(void)state;
	expect("[tls]\ncertificate = @/ours.pem\nkey = @/ours-key.pem\n", NULL);
	expect("[tls]\ncertificate = @/none.pem\nkey = @/ours-key.pem\n",
	       "/none.pem cannot be read: No such file");
	expect("[tls]\ncertificate = @/ours.pem\nkey = @/other-key.pem\n",
	       "/other-key.pem is not that of the certificate ");
	expect("[tls]\ncertificate = @/old.pem\nkey = @/old-key.pem\n", "/old.pem has expired.");
	expect("[tls]\ncertificate = @/weak.pem\nkey = @/weak-key.pem\n",
	       "/weak.pem is of no use: ee key too small.");
	expect("[process]\nuser = nobody\n", NULL);
	expect("[process]\nuser = no-such-user\n", "There is no user no-such-user");
	expect("[store]\nurl = rediss://h\n[redis]\nca = @/ours.pem\ncertificate = @/ours.pem\n"
	       "key = @/ours-key.pem\n",
	       NULL);
	expect("[store]\nurl = rediss://h\n[redis]\nca = @/none.pem\n",
	       "/none.pem cannot be read: No such file");
	expect("[store]\nurl = rediss://h\n[redis]\ncertificate = @/ours.pem\nkey = @/none.pem\n",
	       "/none.pem cannot be read: No such file");
}

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/jobalike-conf-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	write_files("ours", &(struct certificate_how){ 0 });
	write_files("other", &(struct certificate_how){ 0 });
	write_files("weak", &(struct certificate_how){ .weak = true });
	write_files("old", &(struct certificate_how){ .from_s = -90, .to_s = -30 });
	return 0;
}

static int end_dir(void **state)
{
	static const char *const names[] = { "ours.pem",      "ours-key.pem", "other.pem",
					     "other-key.pem", "old.pem",      "old-key.pem",
					     "weak.pem",      "weak-key.pem" };
	char path[80];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(what_is_named_must_be_there, make_dir, end_dir),
};

const struct unit_group conf_check_group = UNIT_GROUP("conf_check", tests);
