/* Sessions of a hub: planned, listed, read, and several that share its time. */
#include <string.h>

#include "tests/unit/hub_bench.h"

/* --- plans, and who reads ------------------------------------------------------------------------
 */

static void on_planned(void *arg, enum err err)
{
	*(enum err *)arg = err;
}

static enum err plan(struct bench *b, const char *session, int end)
{
	enum err err = ERR_UNKNOWN;

	hub_plan(b->hub,
		 json_pack("{s:s, s:s, s:s, s:s, s:[s], s:[], s:i, s:i, s:b, s:s}", "command",
			   "session.open", "session", session, "title", "Another", "format", "free",
			   "languages", "en", "areas", "start", 1, "end", end, "open", 1,
			   "rooms_by", "staff"),
		 on_planned, &err);
	bench_pass(b, 100);
	return err;
}

static void on_written(void *arg, const struct store_answer *answer)
{
	*(enum err *)arg = answer->err;
}

/* A newer version may open sessions in another way: to us there is none, and no other one is made
 * in its place. */
static void a_log_that_begins_with_what_is_not_known_opens_no_session(void **state)
{
	struct msg *m = msg_format("{\"event\":\"session.opened2\",\"seq\":1,\"at\":5}");
	enum err err = ERR_UNKNOWN;
	struct bench b;

	(void)state;
	bench_begin(&b);
	store_append(b.store, "s-z", "", 1, &m, 1, on_written, &err);
	bench_pass(&b, 100);
	assert_int_equal(err, OK);
	assert_int_equal(plan(&b, "z", 2), ERR_CONFLICT);
	assert_null(directory_find(hub_directory(b.hub), "z"));
	msg_unref(&m);
	bench_end(&b);
}

static void plans_are_listed_and_made_once(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b);
	assert_int_equal(plan(&b, HUB_SESSION, 2), ERR_CONFLICT);
	assert_int_equal(plan(&b, "z", 1), ERR_BAD_REQUEST);
	assert_int_equal(plan(&b, "z", 2), OK);
	assert_non_null(directory_find(hub_directory(b.hub), "z"));
	assert_non_null(directory_find(hub_directory(b.hub), HUB_SESSION));
	assert_null(directory_find(hub_directory(b.hub), "w"));
	bench_restart(&b);
	assert_true(hub_ready(b.hub));
	assert_non_null(directory_find(hub_directory(b.hub), "z"));
	bench_end(&b);
}

static void on_read(void *arg, enum err err, const struct state *s)
{
	assert_int_equal(err == OK, s != NULL);
	*(enum err *)arg = err;
}

static void readers_are_told_the_state_or_what_is_wrong(void **state)
{
	enum err err = ERR_UNKNOWN;
	struct bench b;
	uint64_t seq;

	(void)state;
	bench_begin(&b);
	bench_restart(&b);
	assert_int_equal(bench_read(&b, &seq), OK);
	assert_int_equal(seq, 1);
	hub_read(b.hub, "nowhere", on_read, &err);
	bench_turn(&b);
	assert_int_equal(err, ERR_NOT_FOUND);
	bench_restart(&b);
	memory_damage(b.memory, HUB_LOG, 1);
	assert_int_equal(bench_read(&b, &seq), ERR_DAMAGED);
	bench_end(&b);
}

/* --- several -------------------------------------------------------------------------------------
 */

static const char *const both[] = { HUB_SESSION, "z" };
#define DEVICES 6

static void come_to(struct bench *b, struct screen *s, const char *session, size_t number)
{
	char sub[16];
	const struct guest g = { .session = session,
				 .sub = sub,
				 .name = sub,
				 .school = "S",
				 .language = LANGUAGE_EN,
				 .role = ROLE_ATTENDEE,
				 .expires = INT64_MAX };
	const struct peer_ops *same = s->peer.ops;

	snprintf(sub, sizeof(sub), "%zu", number);
	*s = (struct screen){ .bench = b, .got = json_array(), .peer = { .ops = same } };
	hub_hello(b->hub, &s->peer, &g, &(struct hello){ .ticket = "t" });
}

static void fill(struct screen *s)
{
	char words[2001];

	memset(words, 'w', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	for (unsigned n = 1; n <= LIMIT_WINDOW; n++)
		screen_say(s, n, words);
}

/* What a turn may spend on views is shared by all sessions. */
static void views_of_all_sessions_share_one_turn(void **state)
{
	struct bench b;
	struct screen s[2][DEVICES], first;
	size_t views = 0;

	(void)state;
	bench_begin(&b);
	b.options.rate_percent = 0;
	bench_restart(&b);
	assert_int_equal(plan(&b, "z", 2), OK);
	screen_come(&first, &b, "first", ROLE_ATTENDEE);
	for (size_t i = 0; i < 2 * DEVICES; i++) {
		s[i / DEVICES][i % DEVICES].peer.ops = first.peer.ops;
		come_to(&b, &s[i / DEVICES][i % DEVICES], both[i / DEVICES], i);
	}
	bench_pass(&b, 300);
	fill(&s[0][0]);
	fill(&s[1][0]);
	bench_pass(&b, 500);
	for (size_t i = 0; i < 2 * DEVICES; i++) {
		screen_go(&s[i / DEVICES][i % DEVICES]);
		come_to(&b, &s[i / DEVICES][i % DEVICES], both[i / DEVICES], i);
	}
	bench_turn(&b);
	for (size_t i = 0; i < 2 * DEVICES; i++)
		views += screen_count(&s[i / DEVICES][i % DEVICES], "view", NULL);
	assert_true(views > 0 && views <= DEVICES);
	assert_int_equal(b.wake, b.now);
	bench_pass(&b, 100);
	for (size_t i = 0; i < 2 * DEVICES; i++) {
		assert_int_equal(screen_count(&s[i / DEVICES][i % DEVICES], "view", NULL), 1);
		screen_go(&s[i / DEVICES][i % DEVICES]);
	}
	screen_go(&first);
	bench_end(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_log_that_begins_with_what_is_not_known_opens_no_session),
	cmocka_unit_test(plans_are_listed_and_made_once),
	cmocka_unit_test(readers_are_told_the_state_or_what_is_wrong),
	cmocka_unit_test(views_of_all_sessions_share_one_turn),
};

const struct unit_group hub_sessions_group = UNIT_GROUP("hub_sessions", tests);
