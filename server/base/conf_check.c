/* What --check-config asks of the machine: files and users that the options name. A start finds out
 * by itself, but after the old one has ended. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "server/base/conf_read.h"
#include "server/base/process.h"
#include "server/base/tls_pair.h"

#define WHY_SIZE 1024

static void check_pair(struct conf_reading *r, const char *certificate, const char *key)
{
	struct tls_pair pair;
	char why[WHY_SIZE];

	if (tls_pair_read(&pair, certificate, key, why, sizeof(why)))
		tls_pair_free(&pair);
	else
		conf_wrong(r, "%s", why);
}

void conf_check(struct conf_reading *r)
{
	const struct conf *c = r->c;
	char why[WHY_SIZE];

	if (c->tls.on)
		check_pair(r, c->tls.certificate, c->tls.key);
	if (c->redis.certificate[0] && c->redis.key[0])
		check_pair(r, c->redis.certificate, c->redis.key);
	if (c->redis.ca[0] && access(c->redis.ca, R_OK) != 0)
		conf_wrong(r, "redis.ca = %s cannot be read: %s", c->redis.ca, strerror(errno));
	if (c->process.user[0] && !process_knows(c->process.user, why, sizeof(why)))
		conf_wrong(r, "%s", why);
}
