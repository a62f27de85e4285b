/* The memory store run by hand, with faults: each fate does what memory.h says, following holds its
 * promise whatever happens to words, and the same seed gives the same run. */
#include <string.h>

#include "tests/store/contract.h"
#include "tests/store/world.h"

static void nothing_happens_by_itself(void **state)
{
	struct world *w = world_new(1);

	(void)state;
	say(w, 0, 1);
	assert_int_equal(memory_head(w->memory, "a"), 0);
	assert_true(memory_step(w->memory));
	assert_int_equal(memory_head(w->memory, "a"), 1);
	assert_int_equal(w->instances[0].n_answers, 0);
	assert_true(memory_step(w->memory));
	assert_int_equal(w->instances[0].n_answers, 1);
	assert_false(memory_step(w->memory));
	world_free(w);
}

static void a_lost_append_is_unknown(void **state)
{
	struct world *w = world_begun();

	(void)state;
	w->next[MEMORY_APPEND].lost = true;
	say(w, 0, 2);
	go(w, MEMORY_PATIENCE_MS - 1);
	assert_int_equal(w->instances[0].n_answers, 1);
	go(w, 1);
	assert_int_equal(w->instances[0].err, ERR_UNKNOWN);
	go(w, 20000);
	assert_int_equal(memory_head(w->memory, "a"), 1);
	world_free(w);
}

static void a_lost_answer_is_unknown_too(void **state)
{
	struct world *w = world_begun();

	(void)state;
	w->next[MEMORY_ANSWER].lost = true;
	say(w, 0, 2);
	go(w, MEMORY_PATIENCE_MS);
	assert_int_equal(w->instances[0].err, ERR_UNKNOWN);
	assert_int_equal(memory_head(w->memory, "a"), 2);
	world_free(w);
}

static void a_late_append_happens_after_unknown(void **state)
{
	struct world *w = world_begun();

	(void)state;
	w->next[MEMORY_APPEND].delay_ms = 5000;
	say(w, 0, 2);
	go(w, 4999);
	assert_int_equal(w->instances[0].err, ERR_UNKNOWN);
	assert_int_equal(memory_head(w->memory, "a"), 1);
	go(w, 1);
	assert_int_equal(memory_head(w->memory, "a"), 2);
	assert_int_equal(w->instances[0].n_answers, 2); /* and is not answered again */
	world_free(w);
}

static void a_refused_append_did_not_happen(void **state)
{
	struct world *w = world_begun();

	(void)state;
	w->next[MEMORY_APPEND].refused = true;
	say(w, 0, 2);
	go(w, 20000);
	assert_int_equal(w->instances[0].err, ERR_UNAVAILABLE);
	assert_int_equal(w->instances[0].n_answers, 2);
	assert_int_equal(memory_head(w->memory, "a"), 1);
	world_free(w);
}

static void a_lost_last_word_is_found_when_it_is_quiet(void **state)
{
	struct world *w = world_begun();

	(void)state;
	store_follow(w->instances[1].store, "a", 0);
	go(w, 1000);
	assert_true(w->instances[1].live);
	w->next[MEMORY_WORD].lost = true;
	say(w, 0, 2);
	go(w, 500);
	assert_int_equal(w->instances[1].last, 1);
	go(w, 2500);
	assert_int_equal(w->instances[1].last, 2);
	world_free(w);
}

/* What was read was read before; whoever waits for it cannot tell what the word is of. */
static void word_that_overtakes_the_first_page_is_not_forgotten(void **state)
{
	struct world *w = world_begun();
	struct instance *in = &w->instances[1];

	(void)state;
	store_unfollow(in->store, "a");
	w->next[MEMORY_ANSWER].delay_ms = 100;
	store_follow(in->store, "a", in->last);
	go(w, 10);
	w->next[MEMORY_ANSWER].delay_ms = 0;
	say(w, 0, 2);
	go(w, 200);
	assert_int_equal(in->last, 2);
	world_free(w);
}

static void a_lost_word_is_filled_by_the_next(void **state)
{
	struct world *w = world_begun();

	(void)state;
	store_follow(w->instances[1].store, "a", 0);
	go(w, 100);
	w->next[MEMORY_WORD].lost = true;
	say(w, 0, 2);
	go(w, 10);
	w->next[MEMORY_WORD].lost = false;
	say(w, 0, 3);
	go(w, 10);
	assert_int_equal(w->instances[1].last, 3);
	world_free(w);
}

static void a_crash_is_silent_and_its_requests_may_happen(void **state)
{
	(void)state;
	for (int lost = 0; lost < 2; lost++) {
		struct world *w = world_begun();
		unsigned n = w->instances[0].n_answers;
		store_follow(w->instances[0].store, "a", 0);
		store_follow(w->instances[1].store, "a", 0);
		go(w, 10);
		w->next[MEMORY_ORPHAN].lost = lost;
		say(w, 0, 2);
		memory_crash(w->instances[0].store);
		w->instances[0].gone = true;
		go(w, 20000);
		assert_int_equal(w->instances[0].n_answers, n);
		assert_int_equal(memory_head(w->memory, "a"), lost ? 1 : 2);
		assert_int_equal(w->instances[1].last, lost ? 1 : 2);
		world_free(w);
	}
}

static void who_is_frozen_hears_later(void **state)
{
	struct world *w = world_begun();

	(void)state;
	store_follow(w->instances[1].store, "a", 0);
	go(w, 10);
	memory_freeze(w->instances[1].store, w->now + 8000);
	say(w, 0, 2);
	go(w, 7999);
	assert_int_equal(w->instances[1].last, 1);
	go(w, 1);
	assert_int_equal(w->instances[1].last, 2);
	world_free(w);
}

static void a_restored_log_resets(void **state)
{
	struct world *w = world_begun();

	(void)state;
	say(w, 0, 2);
	store_follow(w->instances[1].store, "a", 0);
	go(w, 10);
	assert_int_equal(w->instances[1].last, 2);
	memory_restore(w->memory, "a", 1);
	go(w, 4000);
	assert_int_equal(w->instances[1].ending, STORE_RESET);
	say(w, 0, 3); /* under the old epoch */
	go(w, 10);
	assert_int_equal(w->instances[0].err, ERR_CONFLICT);
	assert_string_equal(w->instances[0].epoch, memory_epoch(w->memory, "a"));
	world_free(w);
}

static void a_damaged_log_is_broken(void **state)
{
	struct world *w = world_begun();

	(void)state;
	say(w, 0, 2);
	go(w, 10);
	say(w, 0, 3);
	go(w, 10);
	memory_damage(w->memory, "a", 2);
	store_follow(w->instances[1].store, "a", 0);
	go(w, 10);
	assert_int_equal(w->instances[1].last, 1);
	assert_int_equal(w->instances[1].ending, STORE_BROKEN);
	world_free(w);
}

/* Two write, all follow, everything may be lost, late, repeated. Then the faults end, and everybody
 * must have everything within ten seconds. Every answer came; none that was OK is missing. */
static uint64_t swarm(uint64_t seed)
{
	struct world *w = world_new(seed);

	w->rate = (unsigned)chance(w, 60);
	say(w, 0, 1);
	for (size_t i = 0; i < HANDLES; i++)
		store_follow(w->instances[i].store, "a", 0);
	for (int round = 0; round < 40; round++) {
		go(w, 1 + (int64_t)chance(w, 800));
		for (size_t i = 0; i < 2; i++) {
			struct instance *in = &w->instances[i];
			if (in->last > 0 && !in->asking && chance(w, 3) > 0) {
				strcpy(in->epoch, memory_epoch(w->memory, "a"));
				say(w, i, in->last + 1);
			}
		}
	}
	w->rate = 0;
	go(w, 10000);
	for (size_t i = 0; i < HANDLES; i++) {
		assert_true(w->instances[i].live);
		assert_int_equal(w->instances[i].last, memory_head(w->memory, "a"));
		assert_true(w->instances[i].told <= memory_head(w->memory, "a"));
	}
	uint64_t trace_of_run = w->trace;
	world_free(w);
	n_runs++;
	return trace_of_run;
}

static void following_holds_under_all_faults(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 300; seed++)
		swarm(seed);
	assert_true(n_faults > 5000);
}

static void a_seed_tells_the_run(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		assert_int_equal(swarm(seed), swarm(seed));
		assert_int_not_equal(swarm(seed), swarm(seed + 1));
	}
}

const struct contract_case fault_cases[] = {
	CASE(nothing_happens_by_itself),
	CASE(a_lost_append_is_unknown),
	CASE(a_lost_answer_is_unknown_too),
	CASE(a_late_append_happens_after_unknown),
	CASE(a_refused_append_did_not_happen),
	CASE(a_lost_last_word_is_found_when_it_is_quiet),
	CASE(word_that_overtakes_the_first_page_is_not_forgotten),
	CASE(a_lost_word_is_filled_by_the_next),
	CASE(a_crash_is_silent_and_its_requests_may_happen),
	CASE(who_is_frozen_hears_later),
	CASE(a_restored_log_resets),
	CASE(a_damaged_log_is_broken),
	CASE(following_holds_under_all_faults),
	CASE(a_seed_tells_the_run),
};
const size_t n_fault_cases = sizeof(fault_cases) / sizeof(fault_cases[0]);
