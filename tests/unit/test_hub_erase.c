/* What an operator has erased is in no record, on no screen, and what is around it stays. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/hub_bench.h"

static struct {
	enum err err;
	size_t n, times;
} erased;

static void on_erased(void *arg, enum err err, size_t n)
{
	(void)arg;
	erased.err = err;
	erased.n = n;
	erased.times++;
}

static enum err erase(struct bench *b, const char *session, uint64_t line)
{
	erased.times = 0;
	hub_erase(b->hub, session, line, on_erased, NULL);
	bench_pass(b, 100);
	assert_int_equal(erased.times, 1);
	return erased.err;
}

static char *all_of(struct bench *b)
{
	struct screen s;
	char *text;

	screen_come(&s, b, "Cai", ROLE_ATTENDEE);
	text = json_dumps(s.got, 0);
	screen_go(&s);
	return text;
}

/* A line that is edited twice, quoted by another and answered; the seq of the line. */
static uint64_t talk(struct bench *b, struct screen *ana)
{
	uint64_t line;

	screen_say(ana, 1, "Regretted first");
	bench_pass(b, 100);
	line = bench_head(b);
	screen_ask(ana,
		   "{\"command\":\"chat.say\",\"n\":2,\"room\":1,\"text\":\"Kept\",\"reply\":%d}",
		   (int)line);
	bench_pass(b, 100);
	screen_ask(ana,
		   "{\"command\":\"chat.edit\",\"n\":3,\"line\":%d,\"text\":\"Regretted too\"}",
		   (int)line);
	bench_pass(b, 100);
	screen_ask(ana,
		   "{\"command\":\"chat.say\",\"n\":4,\"room\":1,\"text\":\"Stays\",\"reply\":%d}",
		   (int)line);
	bench_pass(b, 100);
	return line;
}

static void words_leave_the_log(void **state)
{
	struct bench b;
	struct screen ana;
	uint64_t line;
	char *text;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	line = talk(&b, &ana);
	text = all_of(&b);
	assert_non_null(strstr(text, "Regretted"));
	free(text);
	assert_int_equal(erase(&b, HUB_SESSION, line), OK);
	assert_int_equal(erased.n, 4); /* the line, its edit, two that quoted it */
	screen_go(&ana);
	bench_restart(&b);
	text = all_of(&b);
	assert_null(strstr(text, "Regretted"));
	assert_non_null(strstr(text, "Kept"));
	assert_non_null(strstr(text, "Stays"));
	free(text);
	assert_int_equal(erase(&b, HUB_SESSION, line), OK);
	assert_int_equal(erased.n, 0);
	bench_end(&b);
}

static void only_lines_can_be_erased(void **state)
{
	struct bench b;
	struct screen ana;
	uint64_t line;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	line = talk(&b, &ana);
	assert_int_equal(erase(&b, "nowhere", line), ERR_NOT_FOUND);
	assert_int_equal(erase(&b, HUB_SESSION, 0), ERR_NOT_FOUND);
	assert_int_equal(erase(&b, HUB_SESSION, 1), ERR_NOT_FOUND); /* it was opened */
	assert_int_equal(erase(&b, HUB_SESSION, line + 2), ERR_NOT_FOUND);
	assert_int_equal(erase(&b, HUB_SESSION, line + 1000), ERR_NOT_FOUND);
	assert_int_equal(bench_head(&b), line + 3);
	screen_go(&ana);
	bench_end(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(words_leave_the_log),
	cmocka_unit_test(only_lines_can_be_erased),
};

const struct unit_group hub_erase_group = UNIT_GROUP("hub_erase", tests);
