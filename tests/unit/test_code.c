/* Join codes, and how often one may be wrong about them. */
#include "tests/unit/unit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/net/code.h"
#include "server/net/guess.h"

#define MINUTE INT64_C(60000)

static void make_keys(struct keys *k, const char *installation)
{
	struct keys_where where = { .dir = ".",
				    .tickets = "0123456789abcdef0123456789abcdef",
				    .installation = installation };
	char why[256];

	assert_true(keys_load(k, &where, why, sizeof(why)));
}

static void the_same_session_has_the_same_code(void **state)
{
	struct keys a, b;
	char one[CODE_SIZE], two[CODE_SIZE];

	(void)state;
	make_keys(&a, "fedcba9876543210fedcba9876543210");
	make_keys(&b, "another-installation-of-the-house");
	code_of(&a, "s1", one);
	code_of(&a, "s1", two);
	assert_string_equal(one, two);
	code_of(&a, "s2", two);
	assert_string_not_equal(one, two);
	code_of(&b, "s1", two);
	assert_string_not_equal(one, two);
}

/* Ten thousand sessions: every letter at every place, none that looks like another, and about as
 * few of one code as chance has it. */
static void codes_are_spread(void **state)
{
	static char all[10000][CODE_SIZE];
	uint64_t used[6] = { 0 };
	struct keys k;
	size_t twice = 0;

	(void)state;
	make_keys(&k, "fedcba9876543210fedcba9876543210");
	for (size_t i = 0; i < 10000; i++) {
		char session[16];

		snprintf(session, sizeof(session), "s%zu", i);
		code_of(&k, session, all[i]);
		assert_int_equal(strcspn(all[i], "01ILO"), 6);
		for (int at = 0; at < 6; at++)
			used[at] |= UINT64_C(1) << (all[i][at] - '2');
	}
	for (int at = 0; at < 6; at++)
		assert_true(__builtin_popcountll(used[at]) == 31);
	qsort(all, 10000, CODE_SIZE, (int (*)(const void *, const void *))strcmp);
	for (size_t i = 1; i < 10000; i++)
		twice += strcmp(all[i - 1], all[i]) == 0;
	assert_true(twice <= 3); /* 0.06 are to be expected */
}

static void codes_are_read_as_people_type_them(void **state)
{
	static const char *const good[] = { "K7M2QX", "k7m2qx", " k7m 2qx ", "K7M-2QX",
					    "k-7-m2qX" };
	static const char *const bad[] = { "",
					   "K7M2Q",
					   "K7M2QXX",
					   "K7M2Q0",
					   "K7M2QI",
					   "K7M2QL",
					   "K7M2QO",
					   "K7M2Q1",
					   "K7M2Q\n",
					   "K7M2Qé",
					   "K7M2Q'",
					   "%s%s%s",
					   "K7M2QX; DROP TABLE" };
	char code[CODE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(code_read(good[i], code));
		assert_string_equal(code, "K7M2QX");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(code_read(bad[i], code));
}

static void codes_end_with_their_session(void **state)
{
	struct directory_put s = { .end = 1000, .phase = PHASE_LOBBY };

	(void)state;
	assert_true(code_is_live(&s, 0));
	assert_true(code_is_live(&s, 999 + CODE_AFTER_MS));
	assert_false(code_is_live(&s, 1000 + CODE_AFTER_MS));
	s.phase = PHASE_CLOSED;
	assert_false(code_is_live(&s, 0));
}

/* --- finding sessions by them --- */

static void no_follow(struct store *s, const char *log, uint64_t after)
{
	(void)s;
	(void)log;
	(void)after;
}

static void no_unfollow(struct store *s, const char *log)
{
	(void)s;
	(void)log;
}

static const struct store_ops no_ops = { .follow = no_follow, .unfollow = no_unfollow };
static struct store no_store = { .ops = &no_ops };

static void put(struct directory *d, uint64_t seq, char *session, enum phase phase)
{
	char title[] = "T";
	enum language languages[] = { LANGUAGE_EN };
	struct event e = { .type = EVT_DIRECTORY_PUT,
			   .seq = seq,
			   .directory_put = { .session = session,
					      .title = title,
					      .format = FORMAT_COMBINED,
					      .languages = languages,
					      .n_languages = 1,
					      .start = 1,
					      .end = 1000,
					      .phase = phase } };
	struct msg *m = codec_write_event(&e, true);

	directory_notice(d,
			 &(struct store_notice){ .news = STORE_EVENT,
						 .log = DIRECTORY_LOG,
						 .record = { .seq = seq, .body = m } },
			 1);
	msg_unref(&m);
}

/* It begins anew, or is all there. */
static void tell(struct directory *d, enum store_news news)
{
	directory_notice(
		d, &(struct store_notice){ .news = news, .log = DIRECTORY_LOG, .epoch = "e" }, 1);
}

static struct directory *empty_list(void)
{
	struct directory *d = directory_new(&no_store);

	tell(d, STORE_LIVE);
	return d;
}

static const char *found(struct codes *c, const struct keys *k, const struct directory *d,
			 const char *session, int64_t now)
{
	char code[CODE_SIZE];
	const struct directory_put *put;

	code_of(k, session, code);
	put = code_find(c, k, d, code, now);
	return put ? put->session : "none";
}

static void a_session_is_found_by_its_code(void **state)
{
	struct directory *d = empty_list();
	char a[] = "s1", b[] = "s2", name[16];
	struct codes codes = { 0 };
	struct keys k;

	(void)state;
	make_keys(&k, "fedcba9876543210fedcba9876543210");
	put(d, 1, a, PHASE_LOBBY);
	assert_string_equal(found(&codes, &k, d, a, 5), a);
	assert_string_equal(found(&codes, &k, d, b, 5), "none");
	put(d, 2, b, PHASE_LOBBY); /* one more, after the table was asked */
	assert_string_equal(found(&codes, &k, d, b, 5), b);
	put(d, 3, a, PHASE_CLOSED); /* the entry is another one, its code is not */
	assert_string_equal(found(&codes, &k, d, a, 5), "none");
	assert_string_equal(found(&codes, &k, d, b, 1000 + CODE_AFTER_MS), "none");
	for (uint64_t i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "n%" PRIu64, i);
		put(d, 4 + i, name, PHASE_LOBBY);
	}
	assert_string_equal(found(&codes, &k, d, name, 5), name);
	codes_fini(&codes);
	directory_free(d);
}

/* The list begins anew, under another epoch: what was in it before is not found by anything old. */
static void another_list_has_other_codes(void **state)
{
	struct directory *d = empty_list();
	char a[] = "s1", b[] = "s2";
	struct codes codes = { 0 };
	struct keys k;

	(void)state;
	make_keys(&k, "fedcba9876543210fedcba9876543210");
	put(d, 1, a, PHASE_LOBBY);
	assert_string_equal(found(&codes, &k, d, a, 5), a);
	tell(d, STORE_RESET);
	put(d, 1, b, PHASE_LOBBY);
	assert_string_equal(found(&codes, &k, d, a, 5), a); /* until it is all there */
	assert_string_equal(found(&codes, &k, d, b, 5), "none");
	tell(d, STORE_LIVE);
	assert_string_equal(found(&codes, &k, d, a, 5), "none");
	assert_string_equal(found(&codes, &k, d, b, 5), b);
	codes_fini(&codes);
	directory_free(d);
}

/* Two of the first hundred thousand have the same: neither is found by it, until one is over. */
static void a_code_of_two_is_nobodys(void **state)
{
	struct directory *d = empty_list();
	char one[] = "s37136", two[] = "s42167", code[CODE_SIZE], other[CODE_SIZE];
	struct codes codes = { 0 };
	struct keys k;

	(void)state;
	make_keys(&k, "fedcba9876543210fedcba9876543210");
	code_of(&k, one, code);
	code_of(&k, two, other);
	assert_string_equal(code, other);
	put(d, 1, one, PHASE_LOBBY);
	put(d, 2, two, PHASE_LOBBY);
	assert_string_equal(found(&codes, &k, d, one, 5), "none");
	put(d, 3, one, PHASE_CLOSED);
	assert_string_equal(found(&codes, &k, d, one, 5), two);
	codes_fini(&codes);
	directory_free(d);
}

/* --- guessing --- */

static void ten_wrong_ones_a_minute(void **state)
{
	struct guesses g = { 0 };

	(void)state;
	for (int i = 0; i < GUESS_MINUTE; i++) {
		assert_int_equal(guess_ask(&g, GUESS_MINUTE, 5000), 0);
		guess_wrong(&g, GUESS_MOST, 5000);
	}
	assert_int_equal(guess_ask(&g, GUESS_MINUTE, 5000), MINUTE);
	assert_int_equal(guess_ask(&g, GUESS_MINUTE, 5000 + MINUTE - 1), 1);
	assert_int_equal(guess_ask(&g, GUESS_MINUTE, 5000 + MINUTE), 0);
}

static void thirty_wrong_ones_lock(void **state)
{
	struct guesses g = { 0 };
	int64_t now = 1000;

	(void)state;
	for (int i = 0; i < GUESS_MOST; i++, now += MINUTE / 5) {
		assert_int_equal(guess_ask(&g, GUESS_MINUTE, now), 0);
		guess_wrong(&g, GUESS_MOST, now);
	}
	now -= MINUTE / 5;
	assert_int_equal(guess_ask(&g, GUESS_MINUTE, now), GUESS_LOCK_MS);
	assert_false(guess_forgiven(&g, now + GUESS_LOCK_MS - 1));
	assert_int_equal(guess_ask(&g, GUESS_MINUTE, now + GUESS_LOCK_MS), 0);
	assert_true(guess_forgiven(&g, now + GUESS_FORGIVE_MS));
}

/* A quiet hour forgives, and everybody together is never locked. */
static void an_hour_forgives(void **state)
{
	struct guesses g = { 0 }, all = { 0 };

	(void)state;
	assert_true(guess_forgiven(&g, 1));
	for (int i = 0; i < 2 * GUESS_MOST; i++)
		guess_wrong(&g, GUESS_MOST, i * GUESS_FORGIVE_MS);
	assert_int_equal(g.locked_until, 0);
	for (int i = 0; i < 10 * GUESS_MOST; i++)
		guess_wrong(&all, 0, 1);
	assert_int_equal(all.locked_until, 0);
	assert_int_equal(guess_ask(&all, 10 * GUESS_MOST, 1), MINUTE);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_same_session_has_the_same_code),
	cmocka_unit_test(codes_are_spread),
	cmocka_unit_test(codes_are_read_as_people_type_them),
	cmocka_unit_test(codes_end_with_their_session),
	cmocka_unit_test(a_session_is_found_by_its_code),
	cmocka_unit_test(another_list_has_other_codes),
	cmocka_unit_test(a_code_of_two_is_nobodys),
	cmocka_unit_test(ten_wrong_ones_a_minute),
	cmocka_unit_test(thirty_wrong_ones_lock),
	cmocka_unit_test(an_hour_forgives),
};

const struct unit_group code_group = UNIT_GROUP("code", tests);
