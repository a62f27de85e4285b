#include "server/base/conf.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/conf_read.h"
#include "server/base/conf_table.h"
#include "server/base/mem.h"
#include "server/base/text.h"

static void set_all(struct conf_reading *r)
{
	for (size_t i = 0; i < n_conf_options; i++) {
		const struct conf_option *o = &conf_options[i];
		const struct conf_given *g = &r->c->given[i];
		const char *why = conf_set(r->c, o, g->text);

		/* a password may stand in an address, before its @ */
		if (why && (o->type == CONF_SECRET || strchr(g->text, '@')))
			conf_wrong(r, "%s: %s.%s is %s", g->source, o->section, o->key, why);
		else if (why)
			conf_wrong(r, "%s: %s.%s = %s is %s", g->source, o->section, o->key,
				   g->text, why);
	}
}

static char *joined(const char *a, const char *b)
{
	struct text t = { 0 };

	text_printf(&t, "%s%s", a, b);
	return t.s;
}

static enum conf_store kind_of(const char *url)
{
	if (conf_is_redis(url))
		return CONF_STORE_REDIS;
	return strncmp(url, "memory:", 7) == 0 ? CONF_STORE_MEMORY : CONF_STORE_SQLITE;
}

/* Files for TLS, and no TLS: the second s of rediss:// was forgotten. */
static void check_redis_tls(struct conf_reading *r)
{
	const struct conf *c = r->c;
	bool tls = false;

	for (size_t i = 0; i < c->store.redis.n; i++)
		tls = tls || c->store.redis.items[i].tls;
	if (!tls && (c->redis.ca[0] || c->redis.certificate[0] || c->redis.key[0]))
		conf_wrong(r, "redis.ca, redis.certificate and redis.key are for TLS: store.url "
			      "begins with rediss:// then");
	if (!c->redis.certificate[0] != !c->redis.key[0])
		conf_wrong(r, "redis.certificate and redis.key are given together or not at all");
}

/* Either each address has a host, or there is one without, and sentinels that know it. */
static void derive_redis(struct conf_reading *r)
{
	struct conf *c = r->c;
	size_t without = 0;

	if (conf_redis_read(&c->store.redis, c->store.url))
		return; /* said before */
	for (size_t i = 0; i < c->store.redis.n; i++)
		without += !c->store.redis.items[i].host[0] && !c->store.redis.items[i].path[0];
	if (c->redis.sentinels.n == 0 && without > 0)
		conf_wrong(r, "store.url has no host: give it one, or redis.sentinels");
	if (c->redis.sentinels.n > 0 && (without == 0 || c->store.redis.n > 1))
		conf_wrong(r, "redis.sentinels know one address: store.url is redis:// then, or "
			      "rediss://, perhaps with a database: redis:///2");
	if (c->redis.sentinels.n > 0 && !c->redis.master[0])
		conf_wrong(r, "redis.sentinels are asked for a name: give redis.master");
	check_redis_tls(r);
}

/* What follows from the values. */
static void derive(struct conf_reading *r)
{
	struct conf *c = r->c;
	const char *path = strchr(c->store.url, ':');
	size_t n = strlen(c->http.public_url);
	char host[64];

	path = path ? path + 1 : "";
	c->store.kind = kind_of(c->store.url);
	if (c->store.kind == CONF_STORE_REDIS)
		derive_redis(r);
	if (c->store.kind == CONF_STORE_SQLITE && path[0] == '\0')
		c->store.path = joined(c->data.dir, "/jobalike.db");
	else
		c->store.path = x_strdup(path);
	c->admin.on = conf_split_address(c->admin.listen, host, &c->admin.port);
	c->admin.host = x_strdup(c->admin.on ? host : "");
	if (c->listen.shared && c->store.kind != CONF_STORE_REDIS)
		conf_wrong(r, "listen.shared is for instances that share a store: give a store.url "
			      "that begins with redis");
	c->tls.on = c->tls.certificate[0] && c->tls.key[0];
	if (!c->tls.on && (c->tls.certificate[0] || c->tls.key[0]))
		conf_wrong(r, "tls.certificate and tls.key are given together or not at all");
	while (n > 0 && c->http.public_url[n - 1] == '/')
		c->http.public_url[--n] = '\0';
}

static int finish(struct conf_reading *r)
{
	if (r->check && r->n_wrong == 0)
		conf_check(r);
	if (r->n_wrong > 0) {
		fprintf(r->err,
			"jobalike-server: %d %s in the options; --help says what there is\n",
			r->n_wrong, r->n_wrong == 1 ? "mistake" : "mistakes");
		return 2;
	}
	if (r->print)
		conf_print(r->c, r->out);
	if (r->check)
		fputs("the options are good\n", r->out);
	return r->print || r->check ? 0 : -1;
}

int conf_load(struct conf *c, int argc, char **argv, char *const *env, FILE *out, FILE *err)
{
	struct conf_reading r = { .c = c, .out = out, .err = err };
	int status;

	*c = (struct conf){ .given = x_calloc(n_conf_options, sizeof(*c->given)) };
	r.rank = x_calloc(n_conf_options, sizeof(*r.rank));
	r.from_file = x_calloc(n_conf_options, sizeof(*r.from_file));
	for (size_t i = 0; i < n_conf_options; i++)
		conf_take(&r, &conf_options[i], CONF_FROM_DEFAULT, conf_options[i].standard,
			  "default");
	status = conf_read_flags(&r, argc, argv);
	if (status < 0) {
		conf_read_environment(&r, env);
		set_all(&r);
		derive(&r);
		status = finish(&r);
	}
	free(r.rank);
	free(r.from_file);
	return status;
}

static void free_value(struct conf *c, const struct conf_option *o)
{
	void *at = (char *)c + o->offset;

	if (o->type == CONF_TEXT || o->type == CONF_SECRET) {
		free(*(char **)at);
	} else if (o->type == CONF_LIST) {
		struct conf_list *list = at;

		for (size_t i = 0; i < list->n; i++)
			free(list->items[i]);
		free(list->items);
	}
}

void conf_fini(struct conf *c)
{
	for (size_t i = 0; i < n_conf_options; i++) {
		free_value(c, &conf_options[i]);
		if (c->given) {
			free(c->given[i].text);
			free(c->given[i].source);
		}
	}
	free(c->given);
	free(c->store.path);
	conf_redis_free(&c->store.redis);
	free(c->admin.host);
	*c = (struct conf){ 0 };
}
