/* TLS towards Redis without a socket: our end talks with OpenSSL's, and what goes between is cut,
 * changed, or none at all. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/tls_ends.h"

/* Who is there, and who is trusted. */
static struct {
	struct certificate root, other_root, good;
	struct redis_tls *tls;
} the;

/* --- what is good -------------------------------------------------------------------------------
 */

static void expect_good(const char *host, int version, size_t piece)
{
	static char large[40000]; /* three records of TLS */
	struct ends e = ends_new(the.tls, &the.good, host);

	SSL_set_max_proto_version(e.server, version);
	e.piece = piece;
	memset(large, 'x', sizeof(large));
	ends_talk(&e);
	assert_string_equal(talk_why(e.talk), "");
	assert_true(talk_is_open(e.talk));
	assert_false(talk_is_opening(e.talk));
	assert_int_equal(SSL_version(e.server), version);
	assert_string_equal(e.heard.s, ENDS_WORDS);
	if (version == TLS1_3_VERSION)
		assert_int_equal(SSL_key_update(e.server, SSL_KEY_UPDATE_REQUESTED), 1);
	ends_say(&e, large, sizeof(large));
	text_add(&e.clear, large, sizeof(large));
	ends_talk(&e);
	assert_int_equal(e.got.len, sizeof(large));
	assert_memory_equal(e.got.s, large, sizeof(large));
	assert_int_equal(e.heard.len, strlen(ENDS_WORDS) + sizeof(large));
	SSL_shutdown(e.server);
	ends_talk(&e);
	assert_string_equal(talk_why(e.talk), "connection closed");
	ends_free(&e);
}

static void both_versions_carry_what_is_said(void **state)
{
	(void)state;
	expect_good("localhost", TLS1_3_VERSION, 0);
	expect_good("127.0.0.1", TLS1_2_VERSION, 0);
	expect_good("::1", TLS1_3_VERSION, 0);
	expect_good("LOCALHOST", TLS1_2_VERSION, 1);
	expect_good("127.0.0.1", TLS1_3_VERSION, 1);
}

static void nothing_is_said_before_it_is_known_who_hears(void **state)
{
	struct ends e = ends_new(the.tls, &the.good, "localhost");
	struct text sealed = { 0 };

	(void)state;
	assert_false(talk_is_opening(e.talk));
	ends_we(&e);
	assert_true(talk_is_opening(e.talk));
	text_puts(&e.clear, ", PING");
	talk_write(e.talk, &e.clear, &sealed);
	assert_int_equal(sealed.len, 0);
	assert_string_equal(e.clear.s, ENDS_WORDS ", PING");
	ends_talk(&e);
	assert_string_equal(e.heard.s, ENDS_WORDS ", PING");
	assert_int_equal(e.clear.len, 0);
	text_free(&sealed);
	ends_free(&e);
}

static int on_ticket(SSL *ssl, void *arg)
{
	static const char much[2000];

	(void)arg;
	return SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), much, sizeof(much));
}

/* The server hands out tickets that take several records: between two of them nothing can be said,
 * and what is to be said waits, in its order. */
static void what_is_said_within_a_message_of_tls_waits(void **state)
{
	struct ends e = ends_new(the.tls, &the.good, "localhost");
	size_t waited = 0;

	(void)state;
	SSL_CTX_set_session_ticket_cb(e.ctx, on_ticket, NULL, NULL);
	SSL_set_max_send_fragment(e.server, 512);
	e.piece = 100;
	for (int c = '!'; c <= '~'; c++) {
		text_printf(&e.clear, "%c", c);
		ends_we(&e);
		waited += talk_is_open(e.talk) && e.clear.len > 0;
		ends_they(&e);
	}
	ends_talk(&e);
	assert_string_equal(talk_why(e.talk), "");
	assert_true(waited > 0);
	assert_int_equal(e.heard.len, strlen(ENDS_WORDS) + '~' - '!' + 1);
	for (size_t i = strlen(ENDS_WORDS); i < e.heard.len; i++)
		assert_int_equal(e.heard.s[i], '!' + i - strlen(ENDS_WORDS));
	ends_free(&e);
}

/* --- what is not --------------------------------------------------------------------------------
 */

static void expect_over(struct ends *e, const char *says)
{
	ends_talk(e);
	assert_false(talk_is_open(e->talk));
	if (!strstr(talk_why(e->talk), says))
		fail_msg("wanted \"%s\" in: %s", says, talk_why(e->talk));
	assert_string_equal(e->clear.s, ENDS_WORDS);
	assert_int_equal(e->heard.len, 0);
	ends_free(e);
}

static void somebody_else_is_refused(void **state)
{
	static const struct {
		const char *host;
		struct certificate_how how;
		const char *says;
	} wrong[] = {
		{ "localhost", { .by = &the.other_root, .names = "DNS:localhost" }, "issuer" },
		{ "localhost", { .names = "DNS:localhost" }, "self-signed" },
		{ "localhost", { .by = &the.good, .names = "DNS:localhost" }, "not accepted" },
		{ "localhost", { .by = &the.root, .names = "DNS:other" }, "not for localhost" },
		{ "localhost", { .by = &the.root }, "its certificate is not for localhost" },
		{ "local", { .by = &the.root, .names = "DNS:localhost" }, "not for local" },
		{ "a.b.c", { .by = &the.root, .names = "DNS:*.c" }, "not for a.b.c" },
		{ "ab.c.d", { .by = &the.root, .names = "DNS:a*.c.d" }, "not for ab.c.d" },
		{ "127.0.0.1", { .by = &the.root, .names = "IP:127.0.0.2" }, "not for 127.0.0.1" },
		{ "127.0.0.1", { .by = &the.root, .names = "DNS:127.0.0.1" }, "not for 127.0.0.1" },
		{ "::1", { .by = &the.root, .names = "IP:127.0.0.1" }, "not for ::1" },
		{ "localhost",
		  { .by = &the.root, .names = "DNS:localhost", .from_s = -90, .to_s = -30 },
		  "its certificate is not accepted: certificate has expired" },
		{ "localhost",
		  { .by = &the.root, .names = "DNS:localhost", .from_s = 90, .to_s = 900 },
		  "not yet valid" },
		{ "localhost",
		  { .by = &the.root, .names = "DNS:localhost", .usage = "clientAuth" },
		  "purpose" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
			struct certificate c = certificate_new(wrong[i].how);
			struct ends e = ends_new(the.tls, &c, wrong[i].host);

			SSL_set_max_proto_version(e.server, version);
			expect_over(&e, wrong[i].says);
			certificate_free(&c);
		}
}

static void an_older_version_is_refused(void **state)
{
	struct ends e = ends_new(the.tls, &the.good, "localhost");

	(void)state;
	SSL_set_security_level(e.server, 0);
	SSL_set_min_proto_version(e.server, TLS1_VERSION);
	SSL_set_max_proto_version(e.server, TLS1_1_VERSION);
	expect_over(&e, "it refuses us: tlsv1 alert protocol version");
	e = ends_new(the.tls, &the.good, "localhost");
	SSL_set_max_proto_version(e.server, TLS1_2_VERSION);
	SSL_set_cipher_list(e.server, "ECDHE-ECDSA-AES128-SHA256"); /* no AEAD */
	expect_over(&e, "it refuses us: sslv3 alert handshake failure");
}

static void a_server_that_asks_for_a_certificate_is_told_of(void **state)
{
	(void)state;
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
		struct ends e = ends_new(the.tls, &the.good, "localhost");

		SSL_set_max_proto_version(e.server, version);
		SSL_set_verify(e.server, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
		ends_talk(&e);
		assert_non_null(strstr(talk_why(e.talk), "it asks for redis.certificate and "
							 "redis.key"));
		assert_int_equal(e.heard.len, 0);
		ends_free(&e);
	}
}

static void what_is_no_tls_is_over(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *says;
	} rubbish[] = {
#define BYTES(s) s, sizeof(s) - 1
		{ BYTES("-ERR unknown command\r\n"), "it does not speak TLS" },
		{ BYTES("HTTP/1.1 400 Bad Request\r\n\r\n"), "it does not speak TLS" },
		{ BYTES("\0\0\0\0\0\0\0\0\0\0\0\0"), "it does not speak TLS" },
		{ BYTES("\x15\x03\x03\0\2\2\x28"), "it refuses us" },
		{ BYTES("\x17\x03\x03\0\5hello"), "it speaks TLS wrongly" },
		{ BYTES("\x16\x03\x03\xff\xffhello"), "it speaks TLS wrongly" },
		{ BYTES("\x16\x03\x03\0\4\x02\xff\xff\xff"), "it speaks TLS wrongly" },
		{ BYTES("\x16\x03\x03\0\4\x0e\0\0\0"), "it speaks TLS wrongly" },
		{ BYTES("\x14\x03\x03\0\1\1\x14\x03\x03\0\1\1"), "it speaks TLS wrongly" },
#undef BYTES
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rubbish) / sizeof(rubbish[0]); i++) {
		struct ends e = ends_new(the.tls, &the.good, "localhost");

		ends_we(&e);
		talk_came(e.talk, rubbish[i].bytes, rubbish[i].n);
		(void)BIO_reset(e.in); /* nobody else answers */
		expect_over(&e, rubbish[i].says);
	}
}

/* A byte that is another one, or none from there on. True: what was said came, and it opened. */
static bool comes_through(size_t flip_at, size_t cut_at, bool *over)
{
	static const char words[] = "what is said is said";
	struct ends e = ends_new(the.tls, &the.good, "localhost");
	bool came;

	e.flip_at = flip_at;
	e.cut_at = cut_at;
	ends_talk(&e);
	if (talk_is_open(e.talk) && !talk_why(e.talk)[0])
		ends_say(&e, words, strlen(words));
	if (!talk_is_open(e.talk))
		assert_int_equal(e.heard.len, 0);
	ends_talk(&e);
	came = e.got.len > 0;
	if (came)
		assert_string_equal(e.got.s, words);
	*over = talk_why(e.talk)[0];
	ends_free(&e);
	return came;
}

/* At each place: what we understand is what was said, or nothing; a length that was changed makes
 * us wait for what does not come. */
static void what_is_cut_or_changed_is_not_believed(void **state)
{
	size_t tried = 0, changed = 0, noticed = 0, cut = 0;
	bool over;

	(void)state;
	for (size_t at = 0; at < 3000; at += at < 1200 ? 7 : 101, tried++) {
		if (!comes_through(at, ENDS_NEVER, &over)) {
			changed++;
			noticed += over;
		} else {
			assert_false(over);
		}
		cut += !comes_through(ENDS_NEVER, at, &over);
		assert_false(over); /* it may still come */
	}
	assert_in_range(changed, tried / 2, tried - 1);
	assert_in_range(cut, changed, tried - 1);
	assert_in_range(noticed, changed / 10 * 9, changed);
}

/* --- before and after all -----------------------------------------------------------------------
 */

static int make_all(void **state)
{
	char ca[] = "/tmp/jobalike-tls-XXXXXX", why[400];
	int fd = mkstemp(ca);

	(void)state;
	if (fd < 0)
		return 1;
	close(fd);
	the.root = certificate_new((struct certificate_how){ 0 });
	the.other_root = certificate_new((struct certificate_how){ 0 });
	the.good = certificate_new((struct certificate_how){
		.by = &the.root, .names = "DNS:localhost,IP:127.0.0.1,IP:::1" });
	certificate_write(&the.root, ca, NULL);
	the.tls = redis_tls_new(ca, "", "", why, sizeof(why));
	unlink(ca);
	return the.tls == NULL;
}

static int end_all(void **state)
{
	(void)state;
	redis_tls_free(the.tls);
	certificate_free(&the.root);
	certificate_free(&the.other_root);
	certificate_free(&the.good);
	return 0;
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(both_versions_carry_what_is_said, make_all),
	cmocka_unit_test(nothing_is_said_before_it_is_known_who_hears),
	cmocka_unit_test(what_is_said_within_a_message_of_tls_waits),
	cmocka_unit_test(somebody_else_is_refused),
	cmocka_unit_test(an_older_version_is_refused),
	cmocka_unit_test(a_server_that_asks_for_a_certificate_is_told_of),
	cmocka_unit_test(what_is_no_tls_is_over),
	cmocka_unit_test_teardown(what_is_cut_or_changed_is_not_believed, end_all),
};

const struct unit_group redis_tls_group = UNIT_GROUP("redis_tls", tests);
