#include "tests/unit/hub_bench.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/log.h"
#include "server/core/state.h"

#define BEGIN 1795305600000
#define STEP  10 /* ms, while time passes */

/* --- the store ----------------------------------------------------------------------------------
 */

static void random_bytes(void *arg, void *bytes, size_t n)
{
	static unsigned char next;
	unsigned char *out = bytes;

	(void)arg;
	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)(next++ * 37);
}

static struct memory_fate fate(void *arg, enum memory_what what, unsigned from, unsigned to)
{
	struct bench *b = arg;

	(void)from;
	(void)to;
	if (what == MEMORY_APPEND) {
		b->appends++;
		return b->append;
	}
	if (what == MEMORY_ERASE && b->erases) {
		b->erases--;
		return (struct memory_fate){ 0 };
	}
	return what == MEMORY_ERASE    ? b->erase
	       : what == MEMORY_ANSWER ? b->answer
	       : what == MEMORY_READ   ? b->read
	       : what == MEMORY_WORD   ? b->word
	       : what == MEMORY_SIGNAL ? b->signal
				       : (struct memory_fate){ 0 };
}

static void on_notice(void *arg, const struct store_notice *notice)
{
	struct bench *b = arg;

	hub_notice(b->hub, notice);
}

/* --- time ---------------------------------------------------------------------------------------
 */

void bench_store(struct bench *b)
{
	memory_time(b->memory, b->now);
	while (memory_step(b->memory))
		;
}

void bench_turn(struct bench *b)
{
	b->turns++;
	b->wake = hub_turn(b->hub, b->now);
}

static void turn_one(struct bench *b)
{
	if (b->now % 200 == 0)
		store_tick(b->store, b->now);
	bench_turn(b);
	if (b->other)
		b->other->now = b->now;
}

void bench_pass(struct bench *b, int64_t ms)
{
	for (int64_t until = b->now + ms; b->now <= until; b->now += STEP) {
		bench_store(b);
		turn_one(b);
		if (b->other)
			turn_one(b->other);
	}
	b->now -= STEP;
	bench_store(b);
	bench_turn(b);
}

/* --- beginning and end --------------------------------------------------------------------------
 */

static void start(struct bench *b)
{
	b->hub = hub_new(&b->options, b->now);
	b->store = memory_open(b->memory, (unsigned)b->options.instance, on_notice, b);
	hub_use(b->hub, b->store);
}

static void stop(struct bench *b)
{
	memory_crash(b->store);
	hub_free(b->hub);
}

static void on_planned(void *arg, enum err err)
{
	*(enum err *)arg = err;
}

void bench_begin(struct bench *b)
{
	enum err err = ERR_UNKNOWN;
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:[s], s:[{s:s, s:s}, {s:s, s:s}], s:i, s:i, "
			      "s:b, s:s}",
			      "command", "session.open", "session", HUB_SESSION, "title",
			      "A session", "format", "combined", "languages", "en", "areas", "key",
			      "hr", "en", "Human Resources", "key", "finance", "en", "Finance",
			      "start", 1, "end", 2, "open", 1, "rooms_by", "staff");

	log_level(LEVEL_NONE);
	*b = (struct bench){
		.now = BEGIN,
		.options = { .away_ms = 60000,
			     .unload_ms = 300000,
			     .instance = 1,
			     .rate_percent = 100 },
	};
	b->faults = (struct memory_faults){ .arg = b, .fate = fate };
	b->memory = memory_new(NULL, random_bytes, NULL);
	memory_set_faults(b->memory, &b->faults);
	memory_time(b->memory, b->now);
	start(b);
	hub_plan(b->hub, o, on_planned, &err);
	bench_pass(b, 100);
	assert_int_equal(err, OK);
	assert_int_equal(bench_head(b), 1);
}

void bench_join(struct bench *b, struct bench *first)
{
	*b = (struct bench){ .now = first->now,
			     .options = first->options,
			     .memory = first->memory,
			     .other = first };
	b->options.instance = 2;
	first->other = b;
	start(b);
	bench_pass(first, 50);
}

void bench_part(struct bench *b)
{
	b->other->other = NULL;
	stop(b);
}

void bench_restart(struct bench *b)
{
	stop(b);
	start(b);
	bench_pass(b, 50);
}

void bench_end(struct bench *b)
{
	stop(b);
	memory_free(b->memory);
	log_level(LEVEL_INFO);
}

/* --- screens ------------------------------------------------------------------------------------
 */

static struct screen *screen_of(struct peer *p)
{
	return (struct screen *)(void *)((char *)p - offsetof(struct screen, peer));
}

static bool take(struct peer *p, struct msg *m, enum peer_load load)
{
	struct screen *s = screen_of(p);
	json_t *o;

	if (s->bye || (s->slow && (load == LOAD_EVENT || load == LOAD_SIGNAL))) {
		s->lost++;
		return false;
	}
	o = json_loadb(m->text, m->len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(o);
	json_array_append_new(s->got, o);
	return true;
}

static bool take_run(struct peer *p, const struct run *run)
{
	struct screen *s = screen_of(p);
	const char *at = run->joined->frame;

	assert_true(run->n > 0);
	for (size_t i = 0; i < run->n; i++) {
		assert_memory_equal(at, run->msgs[i]->frame, run->msgs[i]->frame_len);
		at += run->msgs[i]->frame_len;
	}
	assert_ptr_equal(at, run->joined->frame + run->joined->frame_len);
	if (s->bye || s->slow) {
		s->lost++;
		return false;
	}
	s->runs += run->n > 1;
	for (size_t i = 0; i < run->n; i++)
		take(p, run->msgs[i], LOAD_EVENT);
	return true;
}

static void bye(struct peer *p, enum bye why, int64_t retry_ms)
{
	struct screen *s = screen_of(p);

	assert_int_equal(s->bye, 0); /* once */
	s->bye = why;
	s->retry_ms = retry_ms;
}

static const struct peer_ops ops = { .send = take, .send_run = take_run, .bye = bye };

static void hello(struct screen *s, struct bench *b, const char *sub, enum role role,
		  const struct hello *h)
{
	const struct guest g = {
		.session = b->session ? b->session : HUB_SESSION,
		.sub = sub,
		.name = sub,
		.school = "School",
		.language = LANGUAGE_EN,
		.role = role,
		.expires = b->expires ? b->expires : b->now + 3600000,
		.issued = b->issued,
	};

	*s = (struct screen){ .bench = b, .got = json_array(), .peer = { .ops = &ops } };
	hub_hello(b->hub, &s->peer, &g, h);
}

void screen_hello(struct screen *s, struct bench *b, const char *sub, enum role role)
{
	hello(s, b, sub, role, &(struct hello){ .ticket = "t" });
}

void screen_resume(struct screen *s, struct bench *b, const char *sub, const char *epoch,
		   uint64_t after, const uint64_t *pending, size_t n_pending)
{
	hello(s, b, sub, ROLE_ATTENDEE,
	      &(struct hello){ .ticket = "t",
			       .epoch = epoch,
			       .after = after,
			       .pending = pending,
			       .n_pending = n_pending });
}

void screen_come(struct screen *s, struct bench *b, const char *sub, enum role role)
{
	screen_hello(s, b, sub, role);
	bench_pass(b, 300);
	assert_int_equal(screen_count(s, "view", NULL), 1);
	assert_true(screen_count(s, "signal", "digest") > 0);
	assert_int_equal(s->bye, 0);
}

void screen_go(struct screen *s)
{
	if (!s->got)
		return;
	hub_gone(s->bench->hub, &s->peer);
	json_decref(s->got);
	s->got = NULL;
}

void screen_ask(struct screen *s, const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	hub_message(s->bench->hub, &s->peer, text, strlen(text));
}

void screen_say(struct screen *s, uint64_t n, const char *text)
{
	screen_ask(s, "{\"command\":\"chat.say\",\"n\":%llu,\"room\":1,\"text\":\"%s\"}",
		   (unsigned long long)n, text);
}

static bool is_such(const json_t *o, const char *key, const char *value)
{
	const json_t *has = json_object_get(o, key);

	return has &&
	       (!value || (json_is_string(has) && strcmp(json_string_value(has), value) == 0));
}

size_t screen_count(const struct screen *s, const char *key, const char *value)
{
	size_t i, n = 0;
	json_t *o;

	json_array_foreach (s->got, i, o)
		n += is_such(o, key, value);
	return n;
}

json_t *screen_last(const struct screen *s, const char *key, const char *value)
{
	json_t *o, *last = NULL;
	size_t i;

	json_array_foreach (s->got, i, o)
		if (is_such(o, key, value))
			last = o;
	return last;
}

const char *screen_error(const struct screen *s, uint64_t n)
{
	const char *word = "";
	size_t i;
	json_t *o;

	json_array_foreach (s->got, i, o)
		if (is_such(o, "error", NULL) && (uint64_t)number_of(o, "n") == n)
			word = json_string_value(json_object_get(o, "error"));
	return word;
}

json_int_t number_of(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

void screen_clear(struct screen *s)
{
	json_array_clear(s->got);
}

/* --- looking ------------------------------------------------------------------------------------
 */

struct look {
	bool told;
	enum err err;
	uint64_t seq;
	const char *sub;
	bool seated;
};

static void on_read(void *arg, enum err err, const struct state *state)
{
	struct look *look = arg;
	const struct person *p = state && look->sub ? state_person_by_sub(state, look->sub) : NULL;

	look->told = true;
	look->err = err;
	look->seq = state ? state->seq : 0;
	look->seated = p && p->seated;
}

static struct look look_at(struct bench *b, const char *sub)
{
	struct look look = { .sub = sub };

	hub_read(b->hub, HUB_SESSION, on_read, &look);
	for (int i = 0; i < 500 && !look.told; i++)
		bench_pass(b, STEP);
	assert_true(look.told);
	return look;
}

uint64_t bench_head(const struct bench *b)
{
	return memory_head(b->memory, HUB_LOG);
}

enum err bench_read(struct bench *b, uint64_t *seq)
{
	struct look look = look_at(b, NULL);

	*seq = look.seq;
	return look.err;
}

bool bench_seated(struct bench *b, const char *sub)
{
	return look_at(b, sub).seated;
}
