/* Who goes first when several want the same position; and erasing. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/redis/far.h"
#include "tests/redis/redis.h"

static void the_loser_goes_first(void **state)
{
	struct seat *a = SEAT(0), *b = SEAT(1);
	char epoch[STORE_EPOCH_MAX + 1];
	const char *first = "a 3", *second = "b 3";
	struct reply winner, loser;

	append_many(a, "a", epoch, 1, 2);
	assert_int_equal(append(b, "a", epoch, 2, 1, "b 2")->err, ERR_CONFLICT);
	ask_append(a, "a", epoch, 3, 1, &first, &winner); /* the same one, faster again */
	run_for(a->bench, 5);
	assert_false(winner.came);
	ask_append(b, "a", epoch, 3, 1, &second, &loser);
	bench_until(a->bench, &loser.came);
	bench_until(a->bench, &winner.came);
	assert_int_equal(loser.err, OK);
	assert_int_equal(winner.err, ERR_CONFLICT);
	reply_free(&winner);
}

/* A loser that thinks better of it holds nobody up for long. */
static void first_for_fifty_milliseconds(void **state)
{
	struct seat *a = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];
	uint64_t start;

	append_many(a, "a", epoch, 1, 2);
	assert_int_equal(append(SEAT(1), "a", epoch, 2, 1, "b 2")->err, ERR_CONFLICT);
	start = uv_hrtime() / 1000000;
	assert_int_equal(append(a, "a", epoch, 3, 1, "a 3")->err, OK);
	assert_in_range(uv_hrtime() / 1000000 - start, 30, 1000);
}

static void two_side_by_side(void **state)
{
	struct bench *b = *state;
	struct writer one, two;

	seat_follow(SEAT(2), "a", 0);
	writer_start(&one, b, SEAT(0)->store, "one", "a");
	writer_start(&two, b, SEAT(1)->store, "two", "a");
	run_for(b, 1000);
	writers_end(&one, &two, SEAT(3));
	assert_true(one.conflicts + two.conflicts > 10);
	/* Neither starves. */
	assert_in_range(one.n * 10, two.n * 2, two.n * 50);
	assert_true(one.slowest_ms < 500 && two.slowest_ms < 500);
	bench_until_told(SEAT(2), one.n + two.n + 1);
}

#define FAR_MS 600

/* Two seats that follow log "a" with its two records, the first one far away. */
static void far_and_near(struct bench *b, struct far *far, char *epoch)
{
	struct redis_options o = { .path = far->path, .prefix = "test:" };

	far_open(far, &b->loop, b->dir, SERVER(b)->socket, 0);
	redis_kind_options(&o);
	assert_null(b->seats[0].store);
	seat_follow(bench_seat(b, 0), "a", 0);
	redis_kind_options(NULL);
	append_many(bench_seat(b, 1), "a", epoch, 1, 2);
	bench_until_told(bench_seat(b, 0), 3);
	seat_follow(bench_seat(b, 1), "a", 0);
	bench_until_told(bench_seat(b, 1), 3);
	far->delay_ms = FAR_MS;
}

static uint64_t since(uint64_t start)
{
	return uv_hrtime() / 1000000 - start;
}

/* Word of the winner is there long before the answer to what was sent too late. */
static void who_is_overtaken_decides_again_at_once(void **state)
{
	struct bench *b = *state;
	struct seat *a;
	const char *late = "far 3", *again = "far 4", *more = "near 5";
	char epoch[STORE_EPOCH_MAX + 1];
	struct reply lost, won, waits;
	static struct far far; /* also after a failure, until the seats are closed */
	uint64_t start;

	far_and_near(b, &far, epoch);
	a = SEAT(0);
	start = uv_hrtime() / 1000000;
	ask_append(a, "a", epoch, 3, 1, &late, &lost);
	assert_int_equal(append(SEAT(1), "a", epoch, 3, 1, "near 3")->err, OK);
	bench_until(b, &lost.came);
	assert_in_range(since(start), 0, FAR_MS - 50);
	assert_int_equal(lost.err, ERR_CONFLICT);
	assert_string_equal(lost.epoch, epoch);
	assert_int_equal(lost.n_records, 1);
	assert_int_equal(lost.records[0].seq, 3);
	assert_string_equal(lost.records[0].text, "near 3");
	ask_append(a, "a", epoch, 4, 1, &again, &won);
	run_for(b,
		FAR_MS - since(start) + 20); /* the late one has come, and its loser goes first */
	ask_append(SEAT(1), "a", epoch, 4, 1, &more, &waits);
	bench_until(b, &won.came);
	bench_until(b, &waits.came);
	assert_int_equal(won.err, OK);
	assert_in_range(since(start), FAR_MS,
			2 * FAR_MS - 50); /* not two ways, one after another */
	assert_int_equal(waits.err, ERR_CONFLICT);
	assert_string_equal(waits.records[0].text, "far 4");
	assert_int_equal(read_log(SEAT(1), "a", 1, 9)->n_records, 4);
	reply_free(&lost);
	reply_free(&waits);
	seat_close(a);
	far_close(&far);
}

/* In how many files below the server's folder does this text stand? */
static int files_with(struct bench *b, const char *text)
{
	char command[400], line[16] = "";
	FILE *found;

	snprintf(command, sizeof(command), "grep -rlaF '%s' '%s' | wc -l", text, SERVER(b)->dir);
	found = popen(command, "r");
	assert_non_null(found);
	assert_non_null(fgets(line, sizeof(line), found));
	pclose(found);
	return atoi(line);
}

static void erased_text_is_in_no_file(void **state)
{
	struct seat *s = SEAT(0);
	struct bench *b = s->bench;
	char epoch[STORE_EPOCH_MAX + 1];
	struct reply one, two;
	struct pulse pulse;

	append_many(s, "a", epoch, 1, 1500);
	assert_int_equal(append(s, "a", epoch, 1501, 2, "marker-one", "marker-two")->err, OK);
	append_many(s, "a", epoch, 1503, 1510);
	assert_true(files_with(b, "marker-one") > 0);
	assert_true(files_with(b, "marker-two") > 0);
	ask_erase(s, "a", 1501, "stub", &one);
	ask_erase(s, "a", 1502, "stub", &two);
	bench_until(b, &one.came);
	bench_until(b, &two.came);
	assert_int_equal(one.err, OK);
	assert_int_equal(two.err, OK);
	assert_int_equal(files_with(b, "marker-one"), 0);
	assert_int_equal(files_with(b, "marker-two"), 0);
	assert_string_equal(read_log(s, "a", 1501, 1501)->records[0].text, "stub");
	restart(b);
	pulse_start(&pulse, b);
	seat_follow(SEAT(1), "a", 1400);
	bench_until_news(SEAT(1), "a", STORE_LIVE); /* the chain holds */
	pulse_stop(&pulse);
	assert_int_equal(SEAT(1)->n_told, 111);
}

/* Another instance held the text; it forgets it, too, and does not give it back. */
static void erased_text_is_held_by_nobody(void **state)
{
	struct seat *s = SEAT(0), *t = SEAT(1);
	char epoch[STORE_EPOCH_MAX + 1];
	struct pulse pulse;

	append_many(s, "a", epoch, 1, 5);
	seat_follow(t, "a", 0);
	bench_until_told(t, 6);
	assert_int_equal(erase(s, "a", 3, "stub")->err, OK);
	bench_until_news(t, "a", STORE_RESET);
	forget(t);
	seat_follow(t, "a", 0);
	bench_until_told(t, 6);
	forget(t);
	redis_server_say(SERVER(s->bench), "FLUSHALL", NULL);
	pulse_start(&pulse, s->bench);
	bench_until_news(t, "a", STORE_RESET);
	pulse_stop(&pulse);
	struct reply *r = read_log(s, "a", 1, 9);
	assert_int_equal(r->err, OK);
	assert_int_equal(r->n_records, 2);
}

static void dropped_text_is_in_no_file(void **state)
{
	struct seat *s = SEAT(0), *t = SEAT(1);
	struct bench *b = s->bench;
	char epoch[STORE_EPOCH_MAX + 1];
	struct pulse pulse;

	append_many(s, "a", epoch, 1, 1500);
	assert_int_equal(append(s, "a", epoch, 1501, 1, "marker-one")->err, OK);
	append_many(s, "b", epoch, 1, 20);
	seat_follow(t, "a", 1400);
	bench_until_news(t, "a", STORE_LIVE);
	assert_true(files_with(b, "marker-one") > 0);
	assert_int_equal(drop(s, "a")->err, OK);
	assert_int_equal(files_with(b, "marker-one"), 0);
	bench_until_news(t, "a", STORE_DROPPED);
	restart(b);
	pulse_start(&pulse, b);
	forget(t);
	seat_follow(t, "a", 0);
	seat_follow(t, "b", 0);
	bench_until_news(t, "a", STORE_DROPPED);
	bench_until_news(t, "b", STORE_LIVE);
	pulse_stop(&pulse);
	expect_events(t, "b", 0, 20);
}

const struct redis_case turn_cases[] = {
	CASE(the_loser_goes_first),       CASE(first_for_fifty_milliseconds),
	CASE(two_side_by_side),           CASE(who_is_overtaken_decides_again_at_once),
	CASE(erased_text_is_in_no_file),  CASE(erased_text_is_held_by_nobody),
	CASE(dropped_text_is_in_no_file),
};
const size_t n_turn_cases = sizeof(turn_cases) / sizeof(turn_cases[0]);
