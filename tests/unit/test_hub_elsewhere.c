/* Two hubs over one store: who is connected to which of them, and what the one tells the other. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/hub_bench.h"

#define ANA 2 /* who comes first; event 1 opened the session */
#define BEN 3

/* Ana is connected to instance a, Ben to b. */
struct pair {
	struct bench a, b;
	struct screen ana, ben;
};

static void pair_begin(struct pair *p)
{
	bench_begin(&p->a);
	bench_join(&p->b, &p->a);
	screen_come(&p->ana, &p->a, "Ana", ROLE_ATTENDEE);
	screen_come(&p->ben, &p->b, "Ben", ROLE_ATTENDEE);
	bench_pass(&p->a, 600);
}

static void pair_end(struct pair *p)
{
	screen_go(&p->ana);
	screen_go(&p->ben);
	if (p->a.other)
		bench_part(&p->b);
	bench_end(&p->a);
}

/* By the last digest on this screen. */
static bool is_away(const struct screen *s, json_int_t id)
{
	const json_t *here = json_object_get(screen_last(s, "signal", "digest"), "here"), *who;
	size_t i;

	json_array_foreach (here, i, who)
		if (number_of(who, "id") == id)
			return json_is_true(json_object_get(who, "away"));
	fail_msg("%s does not see %d", "the screen", (int)id);
	return false;
}

static void who_is_connected_elsewhere_is_not_away(void **state)
{
	struct pair p;

	(void)state;
	pair_begin(&p);
	assert_false(is_away(&p.ana, BEN));
	assert_false(is_away(&p.ben, ANA));
	bench_pass(&p.a, 70000); /* nor ever gone */
	assert_int_equal(bench_head(&p.a), 3);
	screen_go(&p.ben);
	bench_pass(&p.a, 600);
	assert_true(is_away(&p.ana, BEN));
	bench_pass(&p.a, 61000);
	assert_false(bench_seated(&p.a, "Ben"));
	assert_false(bench_seated(&p.b, "Ben"));
	assert_int_equal(bench_head(&p.a), 4); /* people.left, once */
	pair_end(&p);
}

static void a_dead_instances_people_are_away_within_fifteen_seconds(void **state)
{
	struct pair p;

	(void)state;
	pair_begin(&p);
	bench_pass(&p.a, 3000);
	screen_go(&p.ben);
	bench_part(&p.b);
	bench_pass(&p.a, 8000);
	assert_false(is_away(&p.ana, BEN)); /* it may be a pause */
	bench_pass(&p.a, 7000);
	assert_true(is_away(&p.ana, BEN));
	bench_pass(&p.a, 61000);
	assert_false(bench_seated(&p.a, "Ben"));
	pair_end(&p);
}

static void who_goes_on_elsewhere_was_never_away(void **state)
{
	struct pair p;
	struct screen again;

	(void)state;
	pair_begin(&p);
	screen_come(&again, &p.a, "Ben", ROLE_ATTENDEE);
	screen_go(&p.ben);
	bench_pass(&p.a, 15000);
	assert_false(is_away(&p.ana, BEN));
	bench_pass(&p.a, 61000);
	assert_true(bench_seated(&p.b, "Ben"));
	screen_go(&again);
	bench_pass(&p.a, 600);
	assert_true(is_away(&p.ana, BEN));
	pair_end(&p);
}

static void typing_is_shown_on_the_other_instance_but_not_to_oneself(void **state)
{
	struct pair p;
	struct screen own;

	(void)state;
	pair_begin(&p);
	screen_come(&own, &p.b, "Ana", ROLE_ATTENDEE);
	screen_ask(&p.ana, "{\"signal\":\"chat.typing\",\"room\":1}");
	bench_pass(&p.a, 50);
	assert_int_equal(screen_count(&p.ben, "signal", "chat.typing"), 1);
	assert_int_equal(screen_count(&own, "signal", "chat.typing"), 0);
	assert_int_equal(screen_count(&p.ana, "signal", "chat.typing"), 0);
	assert_string_equal(json_string_value(json_object_get(
				    screen_last(&p.ben, "signal", "chat.typing"), "name")),
			    "Ana");
	screen_go(&own);
	pair_end(&p);
}

/* The session leaves memory while the other instance still tells of its people. */
static void nothing_is_left_of_a_session_that_leaves_memory(void **state)
{
	struct pair p;

	(void)state;
	pair_begin(&p);
	screen_go(&p.ana);
	bench_pass(&p.a, p.a.options.away_ms + p.a.options.unload_ms + 2000);
	assert_int_equal(hub_figures(p.a.hub).sessions, 0);
	assert_int_equal(hub_figures(p.b.hub).sessions, 1);
	bench_pass(&p.a, 5000);
	pair_end(&p);
}

static void draining_tells_at_once(void **state)
{
	struct pair p;

	(void)state;
	pair_begin(&p);
	hub_drain(p.b.hub, 2000);
	bench_pass(&p.a, 300);
	assert_int_equal(p.ben.bye, BYE_DRAINING);
	assert_true(is_away(&p.ana, BEN));
	pair_end(&p);
}

static void a_list_that_was_lost_is_asked_for(void **state)
{
	struct pair p;

	(void)state;
	pair_begin(&p);
	p.a.signal.lost = true;
	screen_go(&p.ben);
	bench_pass(&p.a, 1000);
	assert_false(is_away(&p.ana, BEN));
	screen_come(&p.ben, &p.b, "Ben", ROLE_ATTENDEE);
	screen_go(&p.ana);
	bench_pass(&p.a, 1000);
	assert_false(is_away(&p.ben, ANA));
	p.a.signal.lost = false;
	screen_come(&p.ana, &p.a, "Ana", ROLE_ATTENDEE);
	bench_pass(&p.a, 4000);
	assert_false(is_away(&p.ana, BEN));
	assert_false(is_away(&p.ben, ANA));
	pair_end(&p);
}

/* A second list, late and repeated. */
static void an_old_list_does_not_come_back(void **state)
{
	struct pair p;

	(void)state;
	pair_begin(&p);
	p.a.signal.again = true;
	p.a.signal.again_ms = 700;
	screen_go(&p.ben);
	bench_pass(&p.a, 300);
	screen_come(&p.ben, &p.b, "Ben", ROLE_ATTENDEE);
	bench_pass(&p.a, 500);
	assert_false(is_away(&p.ana, BEN));
	bench_pass(&p.a, 2000);
	assert_false(is_away(&p.ana, BEN));
	pair_end(&p);
}

static void only_so_many_devices_wherever_they_are(void **state)
{
	struct pair p;
	struct screen s[LIMIT_PEOPLE_DEVICES + 1];
	size_t n = LIMIT_PEOPLE_DEVICES;

	(void)state;
	pair_begin(&p);
	for (size_t i = 0; i < n; i++)
		screen_come(&s[i], i % 2 ? &p.a : &p.b, "Cem", ROLE_ATTENDEE);
	bench_pass(&p.a, 600);
	screen_hello(&s[n], &p.a, "Cem", ROLE_ATTENDEE);
	bench_pass(&p.a, 100);
	assert_int_equal(s[n].bye, BYE_TOO_MANY);
	assert_true(s[n].retry_ms > 0); /* those of the other may be gone by then */
	for (size_t i = 0; i <= n; i++)
		screen_go(&s[i]);
	pair_end(&p);
}

static void who_is_removed_is_sent_away_everywhere(void **state)
{
	struct pair p;
	struct screen mo, two;

	(void)state;
	pair_begin(&p);
	screen_come(&mo, &p.a, "Mo", ROLE_MODERATOR);
	screen_come(&two, &p.a, "Ben", ROLE_ATTENDEE);
	screen_ask(&mo, "{\"command\":\"people.remove\",\"n\":1,\"who\":%d,\"reason\":\"other\"}",
		   BEN);
	bench_pass(&p.a, 1000);
	assert_int_equal(p.ben.bye, BYE_REMOVED);
	assert_int_equal(two.bye, BYE_REMOVED);
	assert_int_equal(p.ben.retry_ms, -1);
	screen_go(&mo);
	screen_go(&two);
	pair_end(&p);
}

/* %s is the epoch. Each would make Ben, or somebody, be away or be here if it were believed. */
static const char *const nonsense[] = {
	"",
	"[]",
	"{",
	"null",
	"{\"of\":\"00000000000000aa\"}",
	"{\"of\":\"00000000000000aa\",\"epoch\":\"%s\"}",
	"{\"of\":\"0000000000000002\",\"epoch\":\"another\",\"v\":99,\"here\":[]}",
	"{\"of\":\"2\",\"epoch\":\"%s\",\"v\":99,\"here\":[]}",
	"{\"of\":\"000000000000000G\",\"epoch\":\"%s\",\"v\":99,\"here\":[]}",
	"{\"of\":2,\"epoch\":\"%s\",\"v\":99,\"here\":[]}",
	"{\"of\":\"0000000000000002\",\"epoch\":\"%s\",\"v\":\"99\",\"here\":[]}",
	"{\"of\":\"0000000000000002\",\"epoch\":\"%s\",\"v\":-1,\"here\":[]}",
	"{\"of\":\"0000000000000002\",\"epoch\":\"%s\",\"v\":99,\"here\":{}}",
	"{\"of\":\"0000000000000002\",\"epoch\":\"%s\",\"v\":99,\"here\":[3,2]}",
	"{\"of\":\"0000000000000002\",\"epoch\":\"%s\",\"v\":99,\"here\":[0]}",
	"{\"of\":\"0000000000000002\",\"epoch\":\"%s\",\"v\":99,\"here\":[\"3\"]}",
	"{\"of\":\"0000000000000002\",\"epoch\":\"%s\",\"v\":99,\"here\":[1.5]}",
	"{\"of\":\"0000000000000002\",\"epoch\":\"%s\",\"v\":99,\"here\":[9007199254740992]}",
	"{\"of\":\"0000000000000002\",\"epoch\":\"%s\",\"v\":99,\"here\":[],\"more\":1}",
	"{\"of\":\"0000000000000002\",\"epoch\":\"%s\",\"v\":99,\"here\":[],\"v\":98}",
	"{\"of\":\"00000000000000aa\",\"epoch\":\"%s\",\"typing\":77,\"room\":1}",
	"{\"of\":\"00000000000000aa\",\"epoch\":\"%s\",\"typing\":3,\"room\":77}",
	"{\"of\":\"00000000000000aa\",\"epoch\":\"%s\",\"typing\":3,\"room\":0}",
	"{\"of\":\"00000000000000aa\",\"epoch\":\"%s\",\"typing\":-3,\"room\":1}",
	"{\"of\":\"00000000000000aa\",\"epoch\":\"%s\",\"typing\":3}",
};

static void heard(void *arg, const struct store_notice *notice)
{
	(void)arg;
	(void)notice;
}

static void words_of_no_sense_change_nothing(void **state)
{
	struct store *stranger;
	struct pair p;

	(void)state;
	pair_begin(&p);
	stranger = memory_open(p.a.memory, 3, heard, NULL);
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		char text[256];

		snprintf(text, sizeof(text), nonsense[i], memory_epoch(p.a.memory, HUB_LOG));
		struct msg *m = msg_new(text, strlen(text));
		store_signal(stranger, HUB_LOG, m);
		msg_unref(&m);
		bench_pass(&p.a, 400);
		if (is_away(&p.ana, BEN) || is_away(&p.ben, ANA) ||
		    screen_count(&p.ana, "signal", "chat.typing"))
			fail_msg("believed: %s", text);
	}
	memory_crash(stranger);
	pair_end(&p);
}

static void on_erased(void *arg, const struct store_answer *answer)
{
	*(enum err *)arg = answer->err;
}

/* Whoever saw it comes back to a view, on whichever instance, with the seq that they had. */
static void what_was_erased_leaves_every_screen(void **state)
{
	struct msg *stub = msg_format("{\"event\":\"chat.said\",\"seq\":4,\"at\":1795305601000,"
				      "\"by\":2,\"n\":9,\"room\":1}");
	enum err err = ERR_UNKNOWN;
	const uint64_t n = 9;
	char before[20], *text;
	struct pair p;
	json_t *view;

	(void)state;
	pair_begin(&p);
	screen_say(&p.ana, n, "Regretted");
	bench_pass(&p.a, 100);
	assert_int_equal(screen_count(&p.ben, "event", "chat.said"), 1);
	strcpy(before, memory_epoch(p.a.memory, HUB_LOG));
	store_erase(p.a.store, HUB_LOG, 4, stub, on_erased, &err);
	msg_unref(&stub);
	bench_pass(&p.a, 100);
	assert_int_equal(err, OK);
	assert_int_equal(p.ana.bye, BYE_UNAVAILABLE);
	assert_int_equal(p.ben.bye, BYE_UNAVAILABLE);
	assert_true(p.ana.retry_ms > 0 && p.ben.retry_ms > 0);
	screen_go(&p.ana);
	screen_go(&p.ben);
	screen_resume(&p.ana, &p.b, "Ana", before, 4, &n, 1);
	screen_resume(&p.ben, &p.a, "Ben", before, 4, NULL, 0);
	bench_pass(&p.a, 300);
	view = screen_last(&p.ana, "view", NULL);
	assert_int_equal(json_integer_value(json_array_get(json_object_get(view, "taken"), 0)), n);
	text = json_dumps(p.ben.got, 0);
	assert_non_null(strstr(text, "\"view\""));
	assert_null(strstr(text, "Regretted"));
	free(text);
	assert_int_equal(bench_head(&p.a), 4);
	pair_end(&p);
}

/* What others tell of themselves ends some seconds later, and nobody looks at it any more here. */
static void a_damaged_session_lets_the_loop_sleep(void **state)
{
	struct pair p;

	(void)state;
	pair_begin(&p);
	hub_notice(p.a.hub, &(struct store_notice){
				    .news = STORE_BROKEN, .log = HUB_LOG, .why = "It is torn." });
	store_unfollow(p.a.store, HUB_LOG);
	screen_go(&p.ana);
	for (int i = 0; i < 20; i++) {
		bench_pass(&p.a, 1000);
		assert_true(p.a.wake == 0 || p.a.wake > p.a.now);
	}
	pair_end(&p);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(who_is_connected_elsewhere_is_not_away),
	cmocka_unit_test(a_dead_instances_people_are_away_within_fifteen_seconds),
	cmocka_unit_test(who_goes_on_elsewhere_was_never_away),
	cmocka_unit_test(typing_is_shown_on_the_other_instance_but_not_to_oneself),
	cmocka_unit_test(nothing_is_left_of_a_session_that_leaves_memory),
	cmocka_unit_test(draining_tells_at_once),
	cmocka_unit_test(a_list_that_was_lost_is_asked_for),
	cmocka_unit_test(an_old_list_does_not_come_back),
	cmocka_unit_test(only_so_many_devices_wherever_they_are),
	cmocka_unit_test(who_is_removed_is_sent_away_everywhere),
	cmocka_unit_test(words_of_no_sense_change_nothing),
	cmocka_unit_test(what_was_erased_leaves_every_screen),
	cmocka_unit_test(a_damaged_session_lets_the_loop_sleep),
};

const struct unit_group hub_elsewhere_group = UNIT_GROUP("hub_elsewhere", tests);
