/* A turn of the loop serves so many sockets and no more, and all of them in their turn; and how the
 * loop waits. */
#include "server/net/helping.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "tests/unit/unit.h"

#define SOCKETS 100

struct sockets {
	uv_poll_t polls[SOCKETS];
	int ends[SOCKETS][2], served[SOCKETS], in_this_turn;
};

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct sockets *s = poll->data;

	assert_int_equal(status, 0);
	assert_int_equal(events, UV_READABLE);
	s->served[poll - s->polls]++;
	s->in_this_turn++;
}

/* Each with a byte that nobody takes. */
static void open_sockets(struct sockets *s, uv_loop_t *loop)
{
	memset(s, 0, sizeof(*s));
	for (int i = 0; i < SOCKETS; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s->ends[i]),
				 0);
		assert_int_equal(write(s->ends[i][1], "?", 1), 1);
		uv_poll_init(loop, &s->polls[i], s->ends[i][0]);
		s->polls[i].data = s;
		uv_poll_start(&s->polls[i], UV_READABLE, on_readable);
	}
}

static void close_sockets(struct sockets *s, uv_loop_t *loop)
{
	for (int i = 0; i < SOCKETS; i++)
		uv_close((uv_handle_t *)&s->polls[i], NULL);
	uv_run(loop, UV_RUN_DEFAULT);
	for (int i = 0; i < SOCKETS; i++) {
		close(s->ends[i][0]);
		close(s->ends[i][1]);
	}
}

static void test_turn_serves_so_many(void **state)
{
	struct sockets s;
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	open_sockets(&s, &loop);
	helping_set(25);
	for (int turn = 1; turn <= 8; turn++) {
		s.in_this_turn = 0;
		uv_run(&loop, UV_RUN_NOWAIT);
		assert_int_equal(s.in_this_turn, 25);
	}
	for (int i = 0; i < SOCKETS; i++)
		assert_int_equal(s.served[i], 2);
	helping_set(SOCKETS);
	s.in_this_turn = 0;
	uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(s.in_this_turn, SOCKETS);
	close_sockets(&s, &loop);
	assert_int_equal(uv_loop_close(&loop), 0);
}

/* What was just emptied is not asked again in passing, and then it is. */
static void test_no_second_look(void **state)
{
	struct sockets s;
	uv_loop_t loop;
	int before = -1;

	(void)state;
	uv_loop_init(&loop);
	open_sockets(&s, &loop);
	helping_set(SOCKETS + 1);
	for (int turn = 0; turn < 5; turn++) {
		s.in_this_turn = 0;
		uv_run(&loop, UV_RUN_NOWAIT);
		if (before >= 0)
			assert_int_equal(before + s.in_this_turn, SOCKETS);
		before = s.in_this_turn;
	}
	close_sockets(&s, &loop);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void on_first(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	*(uint64_t *)poll->data = uv_hrtime();
	uv_close((uv_handle_t *)poll, NULL);
}

/* Somebody who has spoken already is heard after the pause. */
static void test_pause(void **state)
{
	uint64_t since = uv_hrtime(), heard_at = 0;
	uv_poll_t poll = { .data = &heard_at };
	uv_loop_t loop;
	int ends[2];

	(void)state;
	uv_loop_init(&loop);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	assert_int_equal(write(ends[1], "?", 1), 1);
	uv_poll_init(&loop, &poll, ends[0]);
	uv_poll_start(&poll, UV_READABLE, on_first);
	helping_pause(20);
	uv_run(&loop, UV_RUN_DEFAULT);
	helping_pause(0);
	assert_true(heard_at - since >= 20 * 1000 * 1000);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_turn_serves_so_many),
	cmocka_unit_test(test_no_second_look),
	cmocka_unit_test(test_pause),
};

const struct unit_group helping_group = UNIT_GROUP("helping", tests);
