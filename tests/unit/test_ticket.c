#include "tests/unit/unit.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/text.h"
#include "server/net/base64.h"
#include "server/net/keys.h"
#include "server/net/ticket.h"

#define NOW INT64_C(1795305600000)
#define OLD "an-old-secret-of-the-installation-0001"
#define NEW "a-new-secret-of-the-installation-00002"

static const char installation[] = "the-installation-key-32-or-more-characters";

static struct keys keys_of(const char *tickets)
{
	struct keys_where where = { .dir = "/nowhere",
				    .tickets = tickets,
				    .installation = installation };
	struct keys k;
	char why[256];

	assert_true(keys_load(&k, &where, why, sizeof(why)));
	return k;
}

static const struct ticket ana = {
	.kind = TICKET_PERSON,
	.role = ROLE_ATTENDEE,
	.session = "k3f9",
	.expires = NOW + 60000,
	.issued = NOW - 60000,
	.sub = "somebody",
	.name = "Ana 梅",
	.school = "ISB",
	.area = "hr",
	.language = LANGUAGE_ZH,
};

static enum ticket_fault fault(const struct keys *k, const char *text, size_t len)
{
	struct ticket t;
	enum ticket_fault f = ticket_read(k, text, len, NOW, &t);

	ticket_free(&t);
	return f;
}

/* A ticket with a header and claims of one's own choice, signed rightly with the key. */
static char *forge(const char *secret, const char *header, const char *claims)
{
	struct text t = { 0 };
	char part[2 * LIMIT_TICKET_BYTES];
	unsigned char mac[32];
	unsigned n = 0;

	base64_write(header, strlen(header), part);
	text_puts(&t, part);
	text_puts(&t, ".");
	base64_write(claims, strlen(claims), part);
	text_puts(&t, part);
	HMAC(EVP_sha256(), secret, (int)strlen(secret), (unsigned char *)t.s, t.len, mac, &n);
	base64_write(mac, n, part);
	text_puts(&t, ".");
	text_puts(&t, part);
	return t.s;
}

/* The same under the header that we make ourselves. */
static char *claim(const char *claims)
{
	struct keys k = keys_of(NEW);
	char header[128];

	snprintf(header, sizeof(header), "{\"alg\":\"HS256\",\"kid\":\"%s\",\"typ\":\"JWT\"}",
		 k.list[0].id);
	return forge(NEW, header, claims);
}

static void a_ticket_says_what_was_said(void **state)
{
	struct keys k = keys_of(NEW);
	char *text = ticket_write(&k, &ana);
	struct ticket t;

	(void)state;
	assert_int_equal(ticket_read(&k, text, strlen(text), NOW, &t), TICKET_GOOD);
	assert_int_equal(t.kind, TICKET_PERSON);
	assert_int_equal(t.role, ROLE_ATTENDEE);
	assert_int_equal(t.language, LANGUAGE_ZH);
	assert_true(t.expires == ana.expires);
	assert_true(t.issued == ana.issued);
	assert_string_equal(t.session, "k3f9");
	assert_string_equal(t.sub, "somebody");
	assert_string_equal(t.name, "Ana 梅");
	assert_string_equal(t.school, "ISB");
	assert_string_equal(t.area, "hr");
	assert_null(t.job);
	ticket_free(&t);
	free(text);
}

static void it_ends_in_the_second_it_says(void **state)
{
	struct keys k = keys_of(NEW);
	char *text = ticket_write(&k, &ana);
	struct ticket t;

	(void)state;
	assert_int_equal(ticket_read(&k, text, strlen(text), ana.expires - 1, &t), TICKET_GOOD);
	ticket_free(&t);
	assert_int_equal(ticket_read(&k, text, strlen(text), ana.expires, &t), TICKET_EXPIRED);
	assert_string_equal(t.session, "k3f9");
	ticket_free(&t);
	free(text);
}

static void an_invitation_is_about_nobody(void **state)
{
	struct keys k = keys_of(NEW);
	struct ticket i = { .kind = TICKET_INVITATION,
			    .role = ROLE_MODERATOR,
			    .session = "s",
			    .expires = NOW + 1000 };
	char *text = ticket_write(&k, &i);
	struct ticket t;

	(void)state;
	assert_int_equal(ticket_read(&k, text, strlen(text), NOW, &t), TICKET_GOOD);
	assert_int_equal(t.kind, TICKET_INVITATION);
	assert_int_equal(t.role, ROLE_MODERATOR);
	assert_null(t.sub);
	ticket_free(&t);
	free(text);
}

static void the_key_before_still_opens(void **state)
{
	struct keys before = keys_of(OLD), both = keys_of(NEW "\n" OLD "\n"), after = keys_of(NEW);
	char *old = ticket_write(&before, &ana), *new = ticket_write(&both, &ana);

	(void)state;
	assert_int_equal(both.n, 2);
	assert_int_equal(fault(&both, old, strlen(old)), TICKET_GOOD);
	assert_int_equal(fault(&both, new, strlen(new)), TICKET_GOOD);
	assert_int_equal(fault(&after, new, strlen(new)), TICKET_GOOD);
	assert_int_equal(fault(&after, old, strlen(old)), TICKET_BAD);
	assert_int_equal(fault(&before, new, strlen(new)), TICKET_BAD);
	free(old);
	free(new);
}

static void every_flipped_bit_is_noticed(void **state)
{
	struct keys k = keys_of(NEW);
	char *text = ticket_write(&k, &ana);
	size_t len = strlen(text);

	(void)state;
	for (size_t i = 0; i < len; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			text[i] = (char)(text[i] ^ (1 << bit));
			assert_int_equal(fault(&k, text, len), TICKET_BAD);
			text[i] = (char)(text[i] ^ (1 << bit));
		}
	for (size_t i = 0; i < len; i++)
		assert_int_equal(fault(&k, text, i), TICKET_BAD);
	assert_int_equal(fault(&k, text, len), TICKET_GOOD);
	free(text);
}

#define CLAIMS                                                                                     \
	"\"kind\":\"ticket\",\"session\":\"s\",\"role\":\"attendee\",\"sub\":\"x\",\"name\":"      \
	"\"Ana\","                                                                                 \
	"\"school\":\"ISB\",\"language\":\"en\""
#define IAT ",\"iat\":1795305600"

static void only_our_claims_are_taken(void **state)
{
	static const char *const bad[] = {
		"",
		"{}",
		"[]",
		"1",
		"null",
		"{" CLAIMS IAT "}",
		"{" CLAIMS IAT ",\"exp\":\"1795309200\"}",
		"{" CLAIMS IAT ",\"exp\":1795309200.5}",
		"{" CLAIMS IAT ",\"exp\":0}",
		"{" CLAIMS IAT ",\"exp\":-1}",
		"{" CLAIMS IAT ",\"exp\":99999999999999}",
		"{" CLAIMS IAT ",\"exp\":null}",
		"{" CLAIMS IAT ",\"exp\":1795309200,\"crit\":[\"exp\"]}",
		"{" CLAIMS IAT ",\"exp\":1795309200,\"nbf\":1}",
		"{" CLAIMS IAT ",\"exp\":1795309200,\"exp\":1795309200}",
		"{" CLAIMS IAT ",\"exp\":1795309200} ,",
		"{" CLAIMS IAT ",\"exp\":1795309200,\"job\":7}",
		"{" CLAIMS ",\"exp\":1795309200}",
		"{" CLAIMS ",\"exp\":1795309200,\"iat\":-1}",
		"{" CLAIMS ",\"exp\":1795309200,\"iat\":1.5}",
		"{" CLAIMS ",\"exp\":1795309200,\"iat\":\"1\"}",
		"{" CLAIMS ",\"exp\":1795309200,\"iat\":99999999999999}",
		"{\"kind\":\"invite\",\"session\":\"s\",\"role\":\"attendee\",\"exp\":"
		"1795309200" IAT "}",
		"{\"kind\":\"invite\",\"session\":\"s\",\"role\":\"attendee\",\"exp\":1795309200,"
		"\"sub\":\"x\"}",
		"{\"kind\":\"invite\",\"session\":\"s\",\"role\":\"owner\",\"exp\":1795309200}",
		"{\"kind\":\"invite\",\"session\":\"../"
		"s\",\"role\":\"attendee\",\"exp\":1795309200}",
		"{\"kind\":\"invite\",\"session\":\"\",\"role\":\"attendee\",\"exp\":1795309200}",
		"{\"kind\":\"admin\",\"session\":\"s\",\"role\":\"attendee\",\"exp\":1795309200}",
		"{\"session\":\"s\",\"role\":\"attendee\",\"exp\":1795309200}",
		"{\"kind\":\"ticket\",\"session\":\"s\",\"role\":\"attendee\",\"exp\":1795309200}",
	};
	struct keys k = keys_of(NEW);
	char *good = claim("{" CLAIMS IAT ",\"exp\":1795309200}");

	(void)state;
	assert_int_equal(fault(&k, good, strlen(good)), TICKET_GOOD);
	free(good);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *text = claim(bad[i]);

		if (fault(&k, text, strlen(text)) != TICKET_BAD)
			fail_msg("taken: %s", bad[i]);
		free(text);
	}
}

static void no_other_header_is_taken(void **state)
{
	static const char *const bad[] = {
		"{\"alg\":\"none\",\"typ\":\"JWT\"}",
		"{\"alg\":\"HS256\",\"typ\":\"JWT\"}",
		"{\"typ\":\"JWT\",\"alg\":\"HS256\"}",
		"{\"alg\":\"HS256\",\"kid\":\"00000000\",\"typ\":\"JWT\"}",
		"{\"alg\":\"HS256\",\"kid\":\"../../dev/null\",\"typ\":\"JWT\"}",
		"{\"alg\":\"HS384\",\"typ\":\"JWT\"}",
		"{\"alg\":\"HS256\",\"crit\":[\"x\"],\"typ\":\"JWT\"}",
		"{\"alg\":\"HS256\",\"jku\":\"https://example.org/k\",\"typ\":\"JWT\"}",
	};
	struct keys k = keys_of(NEW);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *text = forge(NEW, bad[i], "{" CLAIMS IAT ",\"exp\":1795309200}");

		if (fault(&k, text, strlen(text)) != TICKET_BAD)
			fail_msg("taken: %s", bad[i]);
		free(text);
	}
}

static void what_is_too_long_is_not_made(void **state)
{
	static char name[LIMIT_TICKET_BYTES];
	struct keys k = keys_of(NEW);
	struct ticket t = ana;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	t.name = name;
	assert_null(ticket_write(&k, &t));
	t.name = "\xff";
	assert_null(ticket_write(&k, &t));
}

static void base64_has_one_text_for_each(void **state)
{
	static const char *const bad[] = { "A",   "AB",   "AAB",  "AA=",  "AA==",
					   "A A", "AA+A", "AA/A", "AAAAA" };
	unsigned char bytes[64], back[64];
	char text[BASE64_LENGTH(64) + 1];
	size_t n;

	(void)state;
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		for (size_t i = 0; i < len; i++)
			bytes[i] = (unsigned char)(i * 37 + len * 11);
		base64_write(bytes, len, text);
		assert_int_equal(strlen(text), BASE64_LENGTH(len));
		assert_true(base64_read(text, strlen(text), back, sizeof(back), &n));
		assert_int_equal(n, len);
		assert_memory_equal(bytes, back, len);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(base64_read(bad[i], strlen(bad[i]), back, sizeof(back), &n));
	assert_false(base64_read("AAAAAAAA", 8, back, 5, &n));
}

static void keys_are_made_once_and_kept(void **state)
{
	char dir[] = "/tmp/jobalike-keys-XXXXXX", path[128], why[256], command[160];
	struct keys_where where = { .tickets = "", .installation = "", .make = true };
	struct keys first, second;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	where.dir = dir;
	assert_true(keys_load(&first, &where, why, sizeof(why)));
	where.make = false;
	assert_true(keys_load(&second, &where, why, sizeof(why)));
	assert_string_equal(first.list[0].secret, second.list[0].secret);
	assert_int_equal(strlen(first.list[0].secret), 64);
	assert_true(keys_is_installation(&second, first.installation));
	assert_false(keys_is_installation(&second, ""));
	assert_false(keys_is_installation(&second, first.list[0].secret));
	snprintf(path, sizeof(path), "%s/keys/tickets", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(chmod(path, 0644), 0);
	assert_false(keys_load(&second, &where, why, sizeof(why)));
	assert_non_null(strstr(why, "chmod 600"));
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0); /* NOLINT: a folder that we made */
}

static void short_or_missing_keys_are_refused(void **state)
{
	struct keys_where where = { .dir = "/nowhere",
				    .tickets = "short",
				    .installation = installation };
	struct keys k;
	char why[256];

	(void)state;
	assert_false(keys_load(&k, &where, why, sizeof(why)));
	assert_non_null(strstr(why, "32"));
	where.tickets = "";
	assert_false(keys_load(&k, &where, why, sizeof(why)));
	assert_non_null(strstr(why, "/nowhere/keys/tickets"));
}

static void names_cannot_be_guessed(void **state)
{
	struct keys k = keys_of(NEW);
	char a[RANDOM_NAME], b[RANDOM_NAME];

	(void)state;
	random_name(a);
	random_name(b);
	assert_int_equal(strlen(a), 32);
	assert_true(session_id_ok(a));
	assert_string_not_equal(a, b);
	derived_name(&k, "s", "device", a);
	derived_name(&k, "s", "device", b);
	assert_string_equal(a, b);
	derived_name(&k, "t", "device", b);
	assert_string_not_equal(a, b);
	assert_false(session_id_ok(""));
	assert_false(session_id_ok("a/b"));
	assert_false(session_id_ok("abcdefghijklmnopqrstuvwxyz0123456"));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_ticket_says_what_was_said),
	cmocka_unit_test(it_ends_in_the_second_it_says),
	cmocka_unit_test(an_invitation_is_about_nobody),
	cmocka_unit_test(the_key_before_still_opens),
	cmocka_unit_test(every_flipped_bit_is_noticed),
	cmocka_unit_test(only_our_claims_are_taken),
	cmocka_unit_test(no_other_header_is_taken),
	cmocka_unit_test(what_is_too_long_is_not_made),
	cmocka_unit_test(base64_has_one_text_for_each),
	cmocka_unit_test(keys_are_made_once_and_kept),
	cmocka_unit_test(short_or_missing_keys_are_refused),
	cmocka_unit_test(names_cannot_be_guessed),
};
const struct unit_group ticket_group = UNIT_GROUP("ticket", tests);
