/* A session holds so much and no more of what attendees say: who runs it still can. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/hub_bench.h"

#define MOST    20000 /* bytes */
#define APPOINT "{\"command\":\"people.appoint\",\"n\":%d,\"who\":%d,\"role\":\"%s\"}"
#define ANA     3 /* came after the organizer, who came after the session */

static char words[1001];

/* Ana and the organizer sit there, and Ana has talked until she is told that it is full. Her next
 * n. */
static uint64_t talk_until_full(struct bench *b, struct screen *ana, struct screen *olga)
{
	uint64_t n = 1;

	memset(words, 'w', sizeof(words) - 1);
	bench_begin(b);
	b->options.rate_percent = 0;
	b->options.session_bytes = MOST;
	bench_restart(b);
	screen_come(olga, b, "olga", ROLE_ORGANIZER);
	screen_come(ana, b, "ana", ROLE_ATTENDEE);
	for (; !*screen_error(ana, n - 1) && n < 100; n++) {
		screen_say(ana, n, words);
		bench_pass(b, 100);
	}
	assert_string_equal(screen_error(ana, n - 1), "full");
	assert_in_range(n, MOST / 2000, MOST / 1000);
	return n;
}

static void end(struct bench *b, struct screen *ana, struct screen *olga)
{
	screen_go(ana);
	screen_go(olga);
	bench_end(b);
}

static void attendees_are_told_full_and_staff_go_on(void **state)
{
	struct bench b;
	struct screen ana, olga, ben;
	uint64_t n = talk_until_full(&b, &ana, &olga), head = bench_head(&b);

	(void)state;
	screen_say(&ana, n, "short");
	bench_pass(&b, 100);
	assert_string_equal(screen_error(&ana, n), "full");
	assert_int_equal(bench_head(&b), head);
	screen_hello(&ben, &b, "ben", ROLE_ATTENDEE);
	bench_pass(&b, 100);
	assert_int_equal(screen_count(&ben, "error", "full"), 1);
	screen_go(&ben);
	screen_say(&olga, 1, "We end here.");
	bench_pass(&b, 100);
	assert_string_equal(screen_error(&olga, 1), "");
	assert_int_equal(bench_head(&b), head + 1);
	screen_ask(&ana, "{\"command\":\"people.leave\",\"n\":%d}", (int)n + 1);
	bench_pass(&b, 100);
	assert_false(bench_seated(&b, "ana"));
	end(&b, &ana, &olga);
}

/* What is in the log counts, also when it was said before this start. */
static void it_is_as_full_after_a_start(void **state)
{
	struct bench b;
	struct screen ana, olga;
	uint64_t n = talk_until_full(&b, &ana, &olga);

	(void)state;
	screen_go(&ana);
	screen_go(&olga);
	bench_restart(&b);
	screen_come(&olga, &b, "olga", ROLE_ORGANIZER);
	screen_come(&ana, &b, "ana", ROLE_ATTENDEE);
	screen_say(&ana, n, "short");
	bench_pass(&b, 100);
	assert_string_equal(screen_error(&ana, n), "full");
	end(&b, &ana, &olga);
}

/* A repetition of what is in the log has its old answer, however full it is. */
static void what_was_taken_stays_taken(void **state)
{
	struct bench b;
	struct screen ana, olga;

	(void)state;
	talk_until_full(&b, &ana, &olga);
	screen_clear(&ana);
	screen_say(&ana, 1, words);
	bench_pass(&b, 100);
	assert_string_equal(screen_error(&ana, 1), "");
	assert_true(screen_last(&ana, "answer", NULL) || screen_count(&ana, "seq", NULL));
	end(&b, &ana, &olga);
}

/* The role that somebody has there counts, and not that of the ticket with which they come back. */
static void who_was_made_staff_comes_back(void **state)
{
	struct bench b;
	struct screen ana, olga;

	(void)state;
	talk_until_full(&b, &ana, &olga);
	screen_ask(&olga, APPOINT, 1, ANA, "facilitator");
	bench_pass(&b, 100);
	screen_go(&ana);
	bench_pass(&b, b.options.away_ms + 1000);
	assert_false(bench_seated(&b, "ana"));
	screen_come(&ana, &b, "ana", ROLE_ATTENDEE);
	screen_say(&ana, 1000, "We go on.");
	bench_pass(&b, 100);
	assert_string_equal(screen_error(&ana, 1000), "");
	end(&b, &ana, &olga);
}

static void who_is_staff_no_more_does_not(void **state)
{
	struct bench b;
	struct screen ana, olga, ben;

	(void)state;
	talk_until_full(&b, &ana, &olga);
	screen_come(&ben, &b, "ben", ROLE_FACILITATOR);
	screen_ask(&olga, APPOINT, 1, (int)bench_head(&b), "attendee");
	bench_pass(&b, 100);
	screen_ask(&ben, "{\"command\":\"people.leave\",\"n\":1}");
	bench_pass(&b, 100);
	assert_false(bench_seated(&b, "ben"));
	screen_go(&ben);
	screen_hello(&ben, &b, "ben", ROLE_FACILITATOR);
	bench_pass(&b, 100);
	assert_int_equal(screen_count(&ben, "error", "full"), 1);
	assert_false(bench_seated(&b, "ben"));
	screen_go(&ben);
	end(&b, &ana, &olga);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(attendees_are_told_full_and_staff_go_on),
	cmocka_unit_test(it_is_as_full_after_a_start),
	cmocka_unit_test(what_was_taken_stays_taken),
	cmocka_unit_test(who_was_made_staff_comes_back),
	cmocka_unit_test(who_is_staff_no_more_does_not),
};

const struct unit_group hub_full_group = UNIT_GROUP("hub_full", tests);
