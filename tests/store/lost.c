/* A log that comes back with less than it acknowledged: who still holds the rest gives it back, at
 * the same positions and byte for byte, unless somebody has written there. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/store/contract.h"
#include "tests/store/world.h"

/* Instance 0 has said `n` records, instances 1 and 2 follow. */
static struct world *world_of(uint64_t n)
{
	struct world *w = world_begun();

	store_follow(w->instances[1].store, "a", 0);
	store_follow(w->instances[2].store, "a", 0);
	for (uint64_t seq = 2; seq <= n; seq++) {
		say(w, 0, seq);
		go(w, 2);
	}
	go(w, 10);
	assert_int_equal(w->instances[1].last, n);
	assert_int_equal(w->instances[2].last, n);
	return w;
}

/* The log holds what instance 0 said up to `to`. */
static void expect_said(const struct world *w, uint64_t to)
{
	char text[32];

	assert_int_equal(memory_head(w->memory, "a"), to);
	for (uint64_t seq = 1; seq <= to; seq++) {
		snprintf(text, sizeof(text), "%" PRIu64 " by 0", seq);
		assert_string_equal(memory_body(w->memory, "a", seq)->text, text);
	}
}

static void expect_resets(const struct world *w)
{
	assert_int_equal(w->instances[1].ending, STORE_RESET);
	assert_int_equal(w->instances[2].ending, STORE_RESET);
}

static void follow_anew(struct world *w, size_t i)
{
	struct instance *in = &w->instances[i];

	store_unfollow(in->store, "a");
	in->last = 0;
	in->live = false;
	in->ending = 0;
	store_follow(in->store, "a", 0);
}

static void a_lost_tail_is_given_back(void **state)
{
	struct world *w = world_of(5);

	(void)state;
	memory_restore(w->memory, "a", 2);
	go(w, 4000);
	expect_said(w, 5);
	expect_resets(w);
	follow_anew(w, 1);
	go(w, 100);
	assert_int_equal(w->instances[1].last, 5);
	strcpy(w->instances[0].epoch, memory_epoch(w->memory, "a"));
	say(w, 0, 6);
	go(w, 3000);
	assert_int_equal(w->instances[0].err, OK);
	assert_int_equal(w->instances[1].last, 6);
	world_free(w);
}

static void a_log_that_is_gone_is_given_back(void **state)
{
	struct world *w = world_of(4);

	(void)state;
	memory_restore(w->memory, "a", 0);
	go(w, 4000);
	expect_said(w, 4);
	expect_resets(w);
	world_free(w);
}

static void another_epoch_of_the_same_records_resets(void **state)
{
	struct world *w = world_of(3);

	(void)state;
	memory_restore(w->memory, "a", 3);
	go(w, 4000);
	expect_said(w, 3);
	expect_resets(w);
	world_free(w);
}

/* Whoever held less gives back less; the other one the rest. */
static void two_give_back_what_each_has(void **state)
{
	struct world *w = world_of(3);

	(void)state;
	memory_freeze(w->instances[2].store, w->now + 1000);
	say(w, 0, 4);
	go(w, 10);
	memory_restore(w->memory, "a", 1);
	go(w, 5000);
	expect_said(w, 4);
	expect_resets(w);
	world_free(w);
}

/* The new history stays as it is, and theirs is not put behind it. */
static void what_somebody_wrote_over_is_lost(void **state)
{
	struct world *w = world_of(5);

	(void)state;
	memory_freeze(w->instances[1].store, w->now + MEMORY_HOLD_MS + 500);
	memory_freeze(w->instances[2].store, w->now + MEMORY_HOLD_MS + 500);
	memory_restore(w->memory, "a", 2);
	strcpy(w->instances[0].epoch, memory_epoch(w->memory, "a"));
	say(w, 0, 3); /* the first to ask: it waits, and is unknown */
	go(w, MEMORY_HOLD_MS);
	say(w, 0, 3);
	go(w, 10);
	strcpy(w->instances[1].epoch, memory_epoch(w->memory, "a"));
	say(w, 1, 4);
	go(w, 6000);
	assert_int_equal(memory_head(w->memory, "a"), 4);
	assert_string_equal(memory_body(w->memory, "a", 4)->text, "4 by 1");
	expect_resets(w);
	world_free(w);
}

static void it_is_offered_until_the_store_can_tell(void **state)
{
	struct world *w = world_of(5);

	(void)state;
	memory_restore(w->memory, "a", 2);
	w->next[MEMORY_APPEND].refused = true;
	go(w, 4000);
	assert_int_equal(memory_head(w->memory, "a"), 2);
	assert_int_equal(w->instances[1].ending, 0);
	w->next[MEMORY_APPEND] = (struct memory_fate){ .lost = true };
	go(w, 4000);
	assert_int_equal(memory_head(w->memory, "a"), 2);
	w->next[MEMORY_APPEND] = (struct memory_fate){ .delay_ms = 3000 }; /* unknown, then taken */
	go(w, 20000);
	expect_said(w, 5);
	expect_resets(w);
	world_free(w);
}

/* No more is held than one page can be compared with. */
static void more_than_is_held_is_lost(void **state)
{
	struct world *w = world_of(HELD_MAX + 10);

	(void)state;
	memory_restore(w->memory, "a", 9);
	go(w, 4000);
	assert_int_equal(memory_head(w->memory, "a"), 9);
	expect_resets(w);
	follow_anew(w, 1);
	follow_anew(w, 2);
	go(w, 100);
	strcpy(w->instances[0].epoch, memory_epoch(w->memory, "a"));
	for (uint64_t seq = 10; seq <= HELD_MAX + 10; seq++) {
		say(w, 0, seq);
		go(w, 2);
	}
	memory_restore(w->memory, "a", 10);
	go(w, 4000);
	expect_said(w, HELD_MAX + 10);
	expect_resets(w);
	world_free(w);
}

static void a_text_that_was_erased_does_not_come_back(void **state)
{
	struct world *w = world_of(4);
	struct msg *stub = msg_format("3 gone");

	(void)state;
	w->instances[1].asked = w->instances[1].told;
	store_erase(w->instances[1].store, "a", 3, stub, on_done, &w->instances[1]);
	msg_unref(&stub);
	go(w, 10);
	expect_resets(w); /* those who held the text hold it no more */
	follow_anew(w, 1);
	go(w, 10);
	memory_restore(w->memory, "a", 1);
	go(w, 4000);
	expect_said(w, 2);
	assert_int_equal(w->instances[1].ending, STORE_RESET);
	world_free(w);
}

/* Those who hold all of it give nothing back, whatever they hear, and are told. */
static void what_was_dropped_does_not_come_back(void **state)
{
	static const uint32_t delays[] = { 0, 100, 700 };

	(void)state;
	for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		struct world *w = world_of(5);

		w->next[MEMORY_WORD].lost = true;
		w->next[MEMORY_APPEND].delay_ms = 400; /* what is given back, and what is said */
		w->next[MEMORY_ERASE].delay_ms = delays[i];
		memory_restore(w->memory, "a", 2);
		store_drop(w->instances[0].store, "a", on_done, &w->instances[0]);
		go(w, 12000);
		assert_int_equal(w->instances[0].err, OK);
		assert_string_equal(memory_epoch(w->memory, "a"), STORE_DROPPED_EPOCH);
		assert_int_equal(memory_head(w->memory, "a"), 0);
		follow_anew(w, 1); /* some were told of another history first */
		go(w, 4000);
		assert_int_equal(w->instances[1].ending, STORE_DROPPED);
		say(w, 0, 1);
		go(w, 4000);
		assert_int_equal(w->instances[0].err, ERR_NOT_FOUND);
		world_free(w);
	}
}

/* An append that was acknowledged, and word of it lost, before the log lost it. */
static void ones_own_record_is_held_without_word_of_it(void **state)
{
	struct world *w = world_begun();

	(void)state;
	store_follow(w->instances[0].store, "a", 0);
	go(w, 10);
	w->next[MEMORY_WORD].lost = true;
	say(w, 0, 2);
	go(w, 10);
	assert_int_equal(w->instances[0].err, OK);
	memory_restore(w->memory, "a", 1);
	go(w, 4000);
	expect_said(w, 2);
	world_free(w);
}

/* Not before those who hold something had their time. */
static void new_records_wait_while_lost_ones_are_taken(void **state)
{
	struct world *w = world_of(3);

	(void)state;
	memory_restore(w->memory, "a", 1);
	strcpy(w->instances[0].epoch, memory_epoch(w->memory, "a"));
	say(w, 0, 2);
	go(w, MEMORY_HOLD_MS + 20);
	expect_said(w, 3);
	assert_int_not_equal(w->instances[0].err, OK);
	world_free(w);
}

static void a_restart_loses_no_more_than_it_may(void **state)
{
	struct world *w = world_of(9);

	(void)state;
	say(w, 0, 10); /* on its way */
	memory_restart(w->memory, 4, 300);
	go(w, 10);
	assert_int_equal(w->instances[0].err, ERR_UNKNOWN);
	assert_true(memory_head(w->memory, "a") >= 5);
	say(w, 0, 10);
	go(w, 10);
	assert_int_equal(w->instances[0].err, ERR_UNAVAILABLE);
	go(w, 5000);
	expect_said(w, 9);
	expect_resets(w);
	world_free(w);
}

/* Whoever was told conflict has the next position for a moment, however quick the other one is. */
static void the_loser_goes_first(void **state)
{
	struct world *w = world_begun();

	(void)state;
	say(w, 0, 2);
	go(w, 2);
	say(w, 1, 2);
	go(w, 2);
	assert_int_equal(w->instances[1].err, ERR_CONFLICT);
	say(w, 0, 3);
	go(w, MEMORY_LOSER_MS - 10);
	assert_int_equal(memory_head(w->memory, "a"), 2);
	say(w, 1, 3);
	go(w, 2);
	assert_int_equal(w->instances[1].err, OK);
	go(w, 10);
	assert_int_equal(w->instances[0].err, ERR_CONFLICT);
	say(w, 1, 4); /* and who does not come is not waited for */
	go(w, MEMORY_LOSER_MS + 10);
	assert_int_equal(w->instances[1].err, OK);
	world_free(w);
}

const struct contract_case lost_cases[] = {
	CASE(a_lost_tail_is_given_back),
	CASE(a_log_that_is_gone_is_given_back),
	CASE(another_epoch_of_the_same_records_resets),
	CASE(two_give_back_what_each_has),
	CASE(what_somebody_wrote_over_is_lost),
	CASE(it_is_offered_until_the_store_can_tell),
	CASE(more_than_is_held_is_lost),
	CASE(a_text_that_was_erased_does_not_come_back),
	CASE(what_was_dropped_does_not_come_back),
	CASE(ones_own_record_is_held_without_word_of_it),
	CASE(new_records_wait_while_lost_ones_are_taken),
	CASE(a_restart_loses_no_more_than_it_may),
	CASE(the_loser_goes_first),
};
const size_t n_lost_cases = sizeof(lost_cases) / sizeof(lost_cases[0]);
