/* A Redis that answers nonsense: broken by a fault of its memory, of its version or of whoever came
 * between. It is another thing than a damaged log (faults.c): nothing of it is in order. Whatever
 * it says, we stay, every question has an answer that the store may give, and when it tells the
 * truth again it is used as before. */
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/base/text.h"
#include "server/store/redis_record.h"
#include "tests/lib/liar.h"
#include "tests/redis/redis.h"

#define NONE       "*3\r\n$4\r\nnone\r\n$0\r\n\r\n$1\r\n0\r\n"
#define TEXT(n, s) "$" #n "\r\n" s "\r\n"
#define ZEROS      "0000000000000000000000000000000000000000000000000000000000000000"
/* test: and database 0 */
#define MESSAGE "*3\r\n" TEXT(7, "message") TEXT(12, "test:0:log:a")

struct lies {
	struct liar liar;
	char path[100];
	const char *answer; /* of the next script; NULL: the truth */
	unsigned asked;
	bool has_log; /* the truth is that "a" has one record, "x", under the epoch e */
	char chain[HASH_HEX + 1];
};

/* As the scripts do that read a log, or heads. */
static void tell_of_log(const struct lies *lies, struct liar_end *end, const redisReply *words)
{
	static const char record[] = "*1\r\n*2\r\n" TEXT(3, "1-0") "*4\r\n" TEXT(4, "body")
		TEXT(1, "x") TEXT(5, "chain") "$64\r\n%s\r\n";
	bool first = words->elements == 9 && strcmp(words->element[7]->str, "1") == 0;
	struct text t = { 0 };

	if (words->elements == 9) {
		text_printf(&t, "*5\r\n" TEXT(2, "ok") TEXT(1, "e") TEXT(1, "1") "$64\r\n%s\r\n",
			    first ? ZEROS : lies->chain);
		text_printf(&t, first ? record : "*0\r\n", lies->chain);
	} else {
		text_printf(&t, "*3\r\n" TEXT(1, "e") TEXT(1, "1") "$64\r\n%s\r\n", lies->chain);
	}
	liar_say(end, t.s, t.len);
	text_free(&t);
}

static bool on_asked(struct liar *l, struct liar_end *end, const char *command,
		     const redisReply *words)
{
	struct lies *lies = l->arg;

	if (strncmp(command, "EVAL", 4) != 0)
		return false;
	lies->asked++;
	if (lies->answer)
		liar_puts(end, lies->answer);
	else if (lies->has_log && strcmp(words->element[4]->str, "test:log:a") == 0)
		tell_of_log(lies, end, words);
	else
		liar_puts(end, NONE);
	lies->answer = NULL;
	return true;
}

static void make(struct bench *b)
{
	struct lies *lies = x_calloc(1, sizeof(*lies));
	struct hash one;

	snprintf(lies->path, sizeof(lies->path), "%s/liar.sock", b->dir);
	one = hash_of("x", 1);
	one = chain_next(&(struct hash){ { 0 } }, &one);
	hash_write(&one, lies->chain);
	lies->liar.asked = on_asked;
	lies->liar.arg = lies;
	assert_true(liar_start(&lies->liar, &b->loop, lies->path));
	b->own = lies;
}

static struct store *open_one(struct bench *b, unsigned number, store_notice_fn told, void *arg)
{
	struct lies *lies = b->own;

	(void)number;
	return redis_open(&b->loop,
			  &(struct redis_options){ .path = lies->path, .prefix = "test:" }, told,
			  arg);
}

static void end(struct bench *b)
{
	struct lies *lies = b->own;

	liar_stop(&lies->liar);
	uv_run(&b->loop, UV_RUN_NOWAIT);
	free(lies);
}

const struct kind lies_kind = {
	.name = "a liar", .n_seats = 1, .make = make, .open = open_one, .end = end
};

static void expect_truth(struct seat *s)
{
	n_lies++;
	for (int i = 0; i < 50 && read_log(s, "b", 1, 9)->err != ERR_NOT_FOUND; i++)
		run_for(s->bench, 20);
	assert_int_equal(read_log(s, "b", 1, 9)->err, ERR_NOT_FOUND);
}

/* --- what scripts are said to answer --- */

static const char *const to_scripts[] = {
	/* what nobody asked for comes behind the answer */
	NONE ":7\r\n",
	NONE "*1\r\n:7\r\n",
	NONE "-ERR all is lost\r\n",
	/* no answer of ours */
	":7\r\n",
	"+OK\r\n",
	"$-1\r\n",
	"*-1\r\n",
	"*0\r\n",
	"*1\r\n" TEXT(2, "ok"),
	"*3\r\n:1\r\n:2\r\n:3\r\n",
	"*3\r\n$-1\r\n$-1\r\n$-1\r\n",
	"*3\r\n*-1\r\n*0\r\n*0\r\n",
	"-WRONG thing\r\n",
	/* no protocol at all */
	"hello\r\n",
	"*3\r\n$99x\r\n",
	"*9999999999999999999999\r\n",
	"*2147483647\r\n" TEXT(2, "ok"),
	"*2\r\n*2147483647\r\n" TEXT(2, "ok"),
	"*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
	"$-7\r\n",
	/* an answer of another question */
	"*3\r\n" TEXT(8, "conflict") TEXT(1, "e") TEXT(1, "9"),
	"*3\r\n" TEXT(2, "ok") TEXT(1, "e") TEXT(1, "9"),
	"*5\r\n" TEXT(4, "wait") TEXT(1, "e") TEXT(1, "9") TEXT(0, "") TEXT(1, "5"),
	/* an epoch that is none */
	"*5\r\n" TEXT(2, "ok") TEXT(20, "01234567890123456789") TEXT(1, "0")
		TEXT(64, ZEROS) "*0\r\n",
	"*5\r\n" TEXT(2, "ok") TEXT(0, "") TEXT(1, "0") TEXT(64, ZEROS) "*0\r\n",
	/* a head, a chain and records that are none */
	"*5\r\n" TEXT(2, "ok") TEXT(1, "e") TEXT(2, "-9") TEXT(64, ZEROS) "*0\r\n",
	"*5\r\n" TEXT(2, "ok") TEXT(1, "e") TEXT(1, "1") TEXT(2, "zz") "*1\r\n:1\r\n",
	"*5\r\n" TEXT(2, "ok") TEXT(1, "e") TEXT(1, "1") TEXT(64, ZEROS) "*1\r\n:1\r\n",
	"*5\r\n" TEXT(2, "ok") TEXT(1, "e") TEXT(1, "1") TEXT(64, ZEROS) ":1\r\n",
	"*5\r\n" TEXT(2, "ok") TEXT(1, "e") TEXT(1, "1")
		TEXT(64, ZEROS) "*1\r\n*2\r\n" TEXT(3, "1-0") "*4\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n",
	"*5\r\n" TEXT(2, "ok") TEXT(1, "e") TEXT(1, "1")
		TEXT(64, ZEROS) "*1\r\n*2\r\n" TEXT(3, "1-0") "*1\r\n" TEXT(4, "body"),
};

static bool may_be_read(enum err err)
{
	return err == OK || err == ERR_NOT_FOUND || err == ERR_DAMAGED || err == ERR_UNAVAILABLE;
}

static bool may_be_appended(enum err err)
{
	return err == OK || err == ERR_CONFLICT || err == ERR_DAMAGED || err == ERR_UNAVAILABLE ||
	       err == ERR_UNKNOWN;
}

static void nonsense_of_scripts_is_an_answer(void **state)
{
	struct seat *s = SEAT(0);
	struct lies *lies = s->bench->own;
	uint64_t begun;

	for (size_t i = 0; i < sizeof(to_scripts) / sizeof(to_scripts[0]); i++) {
		const struct reply *r;

		begun = uv_hrtime();
		lies->answer = to_scripts[i];
		r = read_log(s, "a", 1, 9);
		if (!may_be_read(r->err) || r->n_records)
			fail_msg("a read of %s is %s", to_scripts[i], err_names[r->err]);
		expect_truth(s);
		lies->answer = to_scripts[i];
		r = append(s, "a", "", 1, 1, "a 1");
		if (!may_be_appended(r->err) || (r->err == OK && strcmp(r->epoch, "e") != 0))
			fail_msg("an append of %s is %s", to_scripts[i], err_names[r->err]);
		expect_truth(s);
		assert_true(uv_hrtime() - begun < 8u * 1000 * 1000 * 1000);
	}
}

/* --- what is heard --- */

static const char *const to_ears[] = {
	":1\r\n",
	"+OK\r\n",
	"-ERR all is lost\r\n",
	"$-1\r\n",
	"*0\r\n",
	"*1\r\n" TEXT(7, "message"),
	"*3\r\n:1\r\n:2\r\n:3\r\n",
	"*3\r\n$-1\r\n$-1\r\n$-1\r\n",
	"*3\r\n" TEXT(7, "message") ":2\r\n:3\r\n",
	"*3\r\n" TEXT(7, "message") TEXT(0, "") TEXT(1, "x"),
	"*3\r\n" TEXT(7, "message") TEXT(4, "test") TEXT(1, "x"),
	"*2\r\n" TEXT(11, "unsubscribe") TEXT(12, "test:0:log:a"),
	"*3\r\n" TEXT(11, "unsubscribe") TEXT(12, "test:0:log:a") TEXT(1, "x"),
	"*3\r\n" TEXT(9, "subscribe") TEXT(12, "test:0:log:a") ":9\r\n",
	"*2147483647\r\n" TEXT(7, "message"),
	"no protocol\r\n",
	MESSAGE ":3\r\n",
	MESSAGE "$-1\r\n",
	MESSAGE "*1\r\n:3\r\n",
	MESSAGE TEXT(0, ""),
	MESSAGE TEXT(1, "\n"),
	MESSAGE TEXT(13, "R x e 1 9999\n"),
	MESSAGE TEXT(10, "R x e 1 0\n"),
	MESSAGE TEXT(4, "R x\n"),
	MESSAGE TEXT(4, "S \n\n"),
	MESSAGE TEXT(12, "E e 99\nstub\n"),
	MESSAGE TEXT(84, "R x e 1 1\n9999 " ZEROS "\nbody"),
	MESSAGE TEXT(104, "R x e 18446744073709551615 1\n4 " ZEROS "\nbody    "),
};

static void nonsense_that_is_heard_harms_nobody(void **state)
{
	struct seat *s = SEAT(0);
	struct lies *lies = s->bench->own;

	seat_follow(s, "a", 0);
	bench_until_news(s, "a", STORE_LIVE);
	for (size_t i = 0; i < sizeof(to_ears) / sizeof(to_ears[0]); i++) {
		for (int k = 0; k < 200 && !lies->liar.ear; k++)
			run_for(s->bench, 20);
		assert_non_null(lies->liar.ear);
		liar_puts(lies->liar.ear, to_ears[i]);
		expect_truth(s);
		bench_tick(s->bench, 1000);
	}
	assert_int_equal(count_news(s, "a", STORE_EVENT), 0);
	seat_unfollow(s, "a");
}

static struct seat *follow_one(struct bench *b)
{
	struct lies *lies = b->own;
	struct seat *s = bench_seat(b, 0);

	lies->has_log = true;
	seat_follow(s, "a", 0);
	bench_until_news(s, "a", STORE_LIVE);
	assert_int_equal(count_news(s, "a", STORE_EVENT), 1);
	lies->asked = 0;
	return s;
}

/* It is looked for once, and not again and again. */
static void word_of_more_than_there_is_is_not_believed(void **state)
{
	struct seat *s = follow_one(*state);
	struct lies *lies = s->bench->own;

	liar_puts(lies->liar.ear, MESSAGE TEXT(80, "R x e 777 1\n1 " ZEROS "\ny"));
	run_for(s->bench, 500);
	assert_in_range(lies->asked, 1, 5);
	assert_int_equal(s->n_told, 2);
	seat_unfollow(s, "a");
	n_lies++;
}

/* The log is asked. */
static void a_heard_record_that_breaks_the_chain_is_not_told(void **state)
{
	struct seat *s = follow_one(*state);
	struct lies *lies = s->bench->own;

	liar_puts(lies->liar.ear, MESSAGE TEXT(78, "R x e 2 1\n1 " ZEROS "\ny"));
	run_for(s->bench, 500);
	assert_in_range(lies->asked, 1, 5);
	assert_int_equal(s->n_told, 2);
	assert_int_equal(count_news(s, "a", STORE_EVENT), 1);
	seat_unfollow(s, "a");
	n_lies++;
}

const struct redis_case lie_cases[] = {
	CASE(word_of_more_than_there_is_is_not_believed),
	CASE(a_heard_record_that_breaks_the_chain_is_not_told),
	CASE(nonsense_of_scripts_is_an_answer),
	CASE(nonsense_that_is_heard_harms_nobody),
};
const size_t n_lie_cases = sizeof(lie_cases) / sizeof(lie_cases[0]);
