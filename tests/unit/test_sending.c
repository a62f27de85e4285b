/* Frames arrive whole and in order at somebody whose socket is full, although libwebsockets answers
 * their pings past us: what it holds back goes out before anything of ours. */
#include "server/net/sending.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/inside.h"
#include "tests/unit/unit.h"

#define ROOM   4096 /* bytes: a few frames */
#define TRIALS 50
#define LINES  40 /* and half as many pings */
#define LONG   "------------------------------------------------------------"

struct heard {
	unsigned char bytes[1 << 20];
	size_t n;
};

static bool read_some(int fd, struct heard *h, size_t n)
{
	ssize_t got = read(fd, h->bytes + h->n, n);

	h->n += got > 0 ? (size_t)got : 0;
	return got > 0;
}

static void read_all(int fd, struct heard *h)
{
	for (int quiet = 0; quiet < 50; quiet++) {
		inside_turn();
		inside_pass(10); /* what they said is read when they have read */
		while (read_some(fd, h, sizeof(h->bytes) - h->n))
			quiet = 0;
	}
}

/* The number that the line has; 0: it is none. */
static int line_of(const char *text)
{
	const char *n = strstr(text, "\"event\":\"chat.said\"") ? strstr(text, "\"n\":") : NULL;

	return n ? atoi(n + 4) : 0;
}

/* Whole frames, and all lines in their order. Returns how many pongs there were. */
static size_t check_frames(const struct heard *h)
{
	int last = 0;
	size_t pongs = 0;

	for (size_t at = 0; at < h->n;) {
		unsigned opcode = h->bytes[at] & 0x0f;
		size_t len = h->bytes[at + 1] & 0x7f, head = len == 126 ? 4 : 2;
		char text[2048];

		assert_int_equal(h->bytes[at] & 0xf0, 0x80);
		if (len == 126)
			len = (size_t)h->bytes[at + 2] << 8 | h->bytes[at + 3];
		assert_in_range(at + head + len, at, h->n);
		snprintf(text, sizeof(text), "%.*s", (int)len, (const char *)h->bytes + at + head);
		if (line_of(text))
			assert_int_equal(line_of(text), ++last);
		assert_true(opcode == 10 || (opcode == 1 && text[0] == '{'));
		pongs += opcode == 10;
		at += head + len;
	}
	assert_int_equal(last, LINES);
	return pongs;
}

static void ping(int fd)
{
	unsigned char frame[6 + 125] = { 0x89, 0x80 | 125 };

	assert_int_equal(send(fd, frame, sizeof(frame), 0), sizeof(frame));
	for (int i = 0; i < 4; i++)
		inside_turn();
}

static void say(int fd, int n, int length)
{
	char frame[128];
	int len = snprintf(frame + 6, sizeof(frame) - 6,
			   "{\"command\":\"chat.say\",\"n\":%d,\"room\":1,\"text\":\"%.*s\"}", n,
			   length, LONG);

	memcpy(frame, (char[6]){ (char)0x81, (char)(0x80 | len) }, 6);
	assert_int_equal(send(fd, frame, (size_t)len + 6, 0), len + 6);
	for (int i = 0; i < 6; i++) {
		inside_turn();
		inside_pass(10); /* or what is said waits for more */
	}
}

/* They say lines, and do not read that they were said: their socket fills. In between they ping,
 * and read what makes just room enough for a line or two. */
static size_t trial(int which)
{
	static struct heard heard;
	int fd = inside_dial(ROOM);
	char name[16];

	snprintf(name, sizeof(name), "p%d", which);
	inside_handshake(fd);
	inside_hello(fd, ROLE_ATTENDEE, name);
	heard.n = 0;
	read_all(fd, &heard);
	heard.n = 0;
	for (int i = 1; i <= LINES; i++) {
		say(fd, i, which);
		if (i % 2)
			ping(fd);
		if (i > LINES / 2 && i % 4 == 1)
			read_some(fd, &heard, 1000);
	}
	read_all(fd, &heard);
	close(fd);
	inside_turn();
	return check_frames(&heard);
}

static void test_frames_stay_whole(void **state)
{
	uint64_t before;
	size_t pongs = 0;

	(void)state;
	inside_start();
	before = sending_shorts();
	for (int i = 0; i < TRIALS; i++) {
		inside_pass(1000);
		pongs += trial(1 + i);
	}
	inside_stop();
	assert_true(pongs > TRIALS);
	assert_true(sending_shorts() > before + TRIALS / 4); /* or nothing was tried */
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_frames_stay_whole),
};

const struct unit_group sending_group = UNIT_GROUP("sending", tests);
