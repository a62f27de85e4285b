/* Files of redis.ca, redis.certificate and redis.key that are of no use. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/store/redis_tls.h"
#include "tests/lib/certificate.h"

static char dir[40];

static const char *file(const char *name)
{
	static char paths[16][80]; /* more than a test holds */
	static unsigned n;
	char *path = paths[n++ % 16];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

static void expect_refused(const char *ca, const char *certificate, const char *key,
			   const char *says)
{
	char why[400] = "";

	assert_null(redis_tls_new(ca, certificate, key, why, sizeof(why)));
	if (!strstr(why, says))
		fail_msg("wanted \"%s\" in: %s", says, why);
}

static void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	chmod(path, 0600);
}

static void files_of_no_use_are_named(void **state)
{
	const char *ca = file("ca.pem"), *pem = file("good.pem"), *key = file("good-key.pem");
	struct certificate root = certificate_new((struct certificate_how){ 0 });
	struct certificate good = certificate_new((struct certificate_how){ .by = &root });

	(void)state;
	certificate_write(&root, ca, file("root-key.pem"));
	certificate_write(&good, pem, key);
	write_text(file("text"), "no PEM\n");
	expect_refused("/no/such.pem", "", "",
		       "The file of redis.ca /no/such.pem cannot be read: No such file");
	expect_refused(file("text"), "", "", "is of no use: no certificate or crl found.");
	expect_refused(key, "", "", "is of no use: no certificate or crl found.");
	expect_refused(ca, "/no/such.pem", key, "The certificate /no/such.pem cannot be read");
	expect_refused(ca, pem, "/no/such.pem", "The key /no/such.pem cannot be read");
	expect_refused(ca, file("text"), key, "text is of no use: no start line.");
	expect_refused(ca, pem, file("text"), "text is of no use: ");
	expect_refused(ca, pem, file("root-key.pem"),
		       "root-key.pem is not that of the certificate ");
	assert_int_equal(chmod(key, 0604), 0);
	expect_refused(ca, pem, key, "can be read by everybody: chmod 600 ");
	certificate_free(&root);
	certificate_free(&good);
}

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/jobalike-tls-XXXXXX");
	return !mkdtemp(dir);
}

static int end_dir(void **state)
{
	static const char *const names[] = { "ca.pem", "good.pem", "good-key.pem", "root-key.pem",
					     "text" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(file(names[i]));
	return rmdir(dir);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(files_of_no_use_are_named, make_dir, end_dir),
};

const struct unit_group redis_tls_files_group = UNIT_GROUP("redis_tls_files", tests);
