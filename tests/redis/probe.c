#include <stdio.h>

#include "tests/redis/redis.h"

static void on_refused(void *arg, const char *why)
{
	struct probe *p = arg;

	assert_false(p->refused);
	p->refused = true;
	snprintf(p->why, sizeof(p->why), "%s", why);
}

static void on_answer(void *arg, const struct store_answer *a)
{
	struct probe *p = arg;

	p->answered = true;
	p->err = a->err;
}

static void on_closed(void *arg)
{
	((struct probe *)arg)->closed = true;
}

static void no_news(void *arg, const struct store_notice *n)
{
	(void)arg;
	(void)n;
}

void probe_open(struct probe *p, struct bench *b, struct redis_options o)
{
	*p = (struct probe){ 0 };
	uv_update_time(&b->loop); /* starting a server took some of it */
	o.prefix = o.prefix ? o.prefix : "test:";
	o.refused = on_refused;
	o.refused_arg = p;
	p->store = redis_open(&b->loop, &o, no_news, NULL);
	store_read(p->store, "a", 1, 1, on_answer, p);
}

void probe_end(struct probe *p, struct bench *b)
{
	bench_until(b, &p->answered);
	for (int i = 0; i < 400 && p->err == ERR_UNAVAILABLE && !p->store->trouble; i++)
		uv_run(&b->loop, UV_RUN_ONCE);
	snprintf(p->trouble, sizeof(p->trouble), "%s", p->store->trouble ? p->store->trouble : "");
	store_close(p->store, on_closed, p);
	bench_until(b, &p->closed);
}
