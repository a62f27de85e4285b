#include "server/reload.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/log.h"

#define WHY_SIZE 1024

bool load_keys(struct keys *k, const struct conf *c, const char *dir, bool make, char *why,
	       size_t why_size)
{
	struct keys_where where = { .dir = dir,
				    .tickets = c->keys.tickets,
				    .installation = c->keys.installation,
				    .make = make };

	return keys_load(k, &where, why, why_size);
}

/* The options as they are written now. False: they are wrong, and the first mistake is in why. */
static bool read_conf(const struct reload *r, struct conf *fresh, char *why, size_t why_size)
{
	char *said = NULL;
	size_t n = 0;
	FILE *err = open_memstream(&said, &n);
	int status = err ? conf_load(fresh, r->argc, r->argv, environ, err, err) : 2;

	if (err)
		fclose(err);
	if (status >= 0)
		snprintf(why, why_size, "%.*s", said ? (int)strcspn(said, "\n") : 0,
			 said ? said : "");
	free(said);
	return status < 0;
}

static bool read_all(const struct reload *r, struct conf *fresh, struct keys *keys, char *why,
		     size_t why_size)
{
	if (!read_conf(r, fresh, why, why_size))
		return false;
	if (fresh->tls.on != r->conf->tls.on) {
		snprintf(why, why_size, "TLS is switched on or off by a new start only.");
		return false;
	}
	return load_keys(keys, fresh, r->conf->data.dir, false, why, why_size) &&
	       net_use_certificate(r->net, fresh, why, why_size);
}

static void tell(void *arg, const char *option, bool live)
{
	(void)arg;
	if (live)
		log_info("reload.changed", "option=%s", option);
	else
		log_warn("reload.waits", "option=%s until=%s", option, "start");
}

void reload(const struct reload *r)
{
	struct conf fresh = { 0 };
	struct keys keys = { 0 };
	char why[WHY_SIZE] = "";

	if (read_all(r, &fresh, &keys, why, sizeof(why))) {
		conf_adopt(r->conf, &fresh, tell, NULL);
		*r->keys = keys;
		net_reload(r->net);
		log_level((enum log_level)r->conf->log.level);
		log_format((enum log_format)r->conf->log.format);
		log_info("reload.done", "keys=%zu tls=%s", keys.n, r->conf->tls.on ? "yes" : "no");
	} else {
		log_error("reload.refused", "why=%s", why);
	}
	conf_fini(&fresh);
	keys_fini(&keys);
}
