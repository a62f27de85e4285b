/* Sessions are dropped when they have been over for as long as they are kept, and not before. */
#include <string.h>

#include "server/hub/keep.h"
#include "tests/unit/hub_bench.h"

#define DAY  INT64_C(86400000)
#define KEEP (30 * DAY)

static void on_planned(void *arg, enum err err)
{
	*(enum err *)arg = err;
}

static void plan(struct bench *b, const char *id, int64_t end)
{
	enum err err = ERR_UNKNOWN;
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:[s], s:[], s:I, s:I, s:b, s:s}", "command",
			      "session.open", "session", id, "title", "Kept for a while", "format",
			      "combined", "languages", "en", "areas", "start", b->now, "end", end,
			      "open", 1, "rooms_by", "staff");

	hub_plan(b->hub, o, on_planned, &err);
	bench_pass(b, 50);
	assert_int_equal(err, OK);
}

/* Time goes by in which nothing happens. */
static void jump(struct bench *b, int64_t to)
{
	bench_pass(b, 500); /* what is under way ends before */
	b->now = to;
	if (b->other)
		b->other->now = to;
	bench_pass(b, KEEP_ROUND_MS + 1000); /* a leap is given a round */
}

/* Once through the list, at least. */
static void look(struct bench *b)
{
	jump(b, b->now + KEEP_LIST_MS);
}

static bool is_there(const struct bench *b, const char *id)
{
	char log[40];

	snprintf(log, sizeof(log), "s-%s", id);
	assert_true(strcmp(memory_epoch(b->memory, log), STORE_DROPPED_EPOCH) == 0 ||
		    directory_find(hub_directory(b->hub), id));
	return directory_find(hub_directory(b->hub), id) != NULL;
}

static void begin(struct bench *b, int64_t keep_ms)
{
	bench_begin(b); /* its own session was over in 1970 */
	b->options.keep_ms = keep_ms;
	bench_restart(b);
}

static void not_before_its_time_and_not_after(void **state)
{
	struct bench b;
	int64_t end;

	(void)state;
	begin(&b, KEEP);
	end = b.now + 3600000;
	plan(&b, "one", end);
	plan(&b, "later", end + DAY);
	look(&b);
	assert_false(is_there(&b, HUB_SESSION));
	jump(&b, end + KEEP - 2 * KEEP_LIST_MS);
	look(&b);
	assert_true(is_there(&b, "one"));
	jump(&b, end + KEEP);
	look(&b);
	assert_false(is_there(&b, "one"));
	assert_true(is_there(&b, "later"));
	jump(&b, end + KEEP + DAY);
	look(&b);
	assert_false(is_there(&b, "later"));
	bench_end(&b);
}

static void nothing_is_dropped_unless_it_is_asked_for(void **state)
{
	struct bench b;

	(void)state;
	begin(&b, 0);
	jump(&b, b.now + 1000 * DAY);
	look(&b);
	assert_true(is_there(&b, HUB_SESSION));
	bench_end(&b);
}

/* By one who comes, says a word, perhaps closes it, and goes. */
static void visit(struct bench *b, const char *id, bool closes)
{
	struct screen s;

	b->session = id;
	screen_come(&s, b, "Ana", ROLE_ORGANIZER);
	screen_say(&s, 1, "A word");
	bench_pass(b, 100);
	if (closes)
		screen_ask(&s, "{\"command\":\"session.close\",\"n\":2}");
	bench_pass(b, 100);
	screen_go(&s);
	bench_pass(b, b->options.away_ms + 1000);
}

/* It is there until so long after that. */
static void is_kept_from(struct bench *b, const char *id, int64_t at)
{
	jump(b, at + KEEP - 2 * KEEP_LIST_MS);
	look(b);
	assert_true(is_there(b, id));
	jump(b, at + KEEP + 1000);
	look(b);
	assert_false(is_there(b, id));
}

static void what_is_closed_early_is_over_early(void **state)
{
	struct bench b;
	int64_t closed;

	(void)state;
	begin(&b, KEEP);
	plan(&b, "one", b.now + 100 * DAY);
	closed = b.now;
	visit(&b, "one", true);
	is_kept_from(&b, "one", closed);
	bench_end(&b);
}

static void what_goes_on_beyond_its_end_is_over_later(void **state)
{
	struct bench b;
	int64_t said;

	(void)state;
	begin(&b, KEEP);
	plan(&b, "one", b.now + 1000);
	jump(&b, b.now + 20 * DAY);
	said = b.now;
	visit(&b, "one", false);
	is_kept_from(&b, "one", said);
	bench_end(&b);
}

static void nobody_is_sent_away(void **state)
{
	struct bench b;
	struct screen ana;

	(void)state;
	bench_begin(&b);
	b.expires = b.now + DAY;
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	b.options.keep_ms = KEEP;
	screen_go(&ana);
	bench_restart(&b); /* her seat is still hers */
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	look(&b);
	assert_true(is_there(&b, HUB_SESSION));
	assert_int_equal(ana.bye, 0);
	screen_go(&ana);
	bench_pass(&b, b.options.away_ms + 1000);
	look(&b);
	assert_false(is_there(&b, HUB_SESSION));
	bench_end(&b);
}

/* More than fit into one round, and one in the middle that stays because its log is damaged. */
static void all_of_many_are_found(void **state)
{
	struct bench b;
	int64_t end;
	char id[16];

	(void)state;
	begin(&b, KEEP);
	end = b.now + 3600000;
	for (int i = 0; i < 25; i++) {
		snprintf(id, sizeof(id), "many%d", i);
		plan(&b, id, end);
	}
	memory_damage(b.memory, "s-many12", 1);
	bench_restart(&b);
	jump(&b, end + KEEP);
	bench_pass(&b, 5 * KEEP_ROUND_MS);
	for (int i = 0; i < 25; i++) {
		snprintf(id, sizeof(id), "many%d", i);
		assert_true(is_there(&b, id) == (i == 12));
	}
	bench_end(&b);
}

static void two_instances_do_it_once(void **state)
{
	struct bench a, b;

	(void)state;
	bench_begin(&a);
	a.options.keep_ms = KEEP;
	bench_restart(&a);
	bench_join(&b, &a);
	look(&a);
	assert_false(is_there(&a, HUB_SESSION));
	assert_false(is_there(&b, HUB_SESSION));
	assert_true(hub_ready(a.hub) && hub_ready(b.hub));
	bench_part(&b);
	bench_end(&a);
}

/* A machine's clock is set forward, and what the store's is beside it is known only a moment later.
 */
static void a_leap_of_the_clock_drops_nothing(void **state)
{
	struct bench b;

	(void)state;
	begin(&b, KEEP);
	plan(&b, "one", b.now + DAY);
	bench_pass(&b, KEEP_ROUND_MS + 1000);
	for (int i = 0; i < 300; i++, b.now += 10) {
		bench_store(&b);
		hub_turn(b.hub, b.now + 1000 * DAY);
	}
	bench_pass(&b, KEEP_ROUND_MS + 1000);
	assert_true(is_there(&b, "one"));
	bench_end(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(not_before_its_time_and_not_after),
	cmocka_unit_test(nothing_is_dropped_unless_it_is_asked_for),
	cmocka_unit_test(what_is_closed_early_is_over_early),
	cmocka_unit_test(what_goes_on_beyond_its_end_is_over_later),
	cmocka_unit_test(nobody_is_sent_away),
	cmocka_unit_test(all_of_many_are_found),
	cmocka_unit_test(two_instances_do_it_once),
	cmocka_unit_test(a_leap_of_the_clock_drops_nothing),
};

const struct unit_group hub_keep_group = UNIT_GROUP("hub_keep", tests);
