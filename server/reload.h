/* SIGHUP: options, keys and the certificate are read anew, while everybody stays connected. All of
 * it is good, or all stays as it was and the log says what is wrong. */
#ifndef JOBALIKE_RELOAD_H
#define JOBALIKE_RELOAD_H

#include "server/base/conf.h"
#include "server/net/keys.h"
#include "server/net/net.h"

struct reload {
	int argc; /* as the program was started */
	char **argv;
	struct conf *conf;
	struct keys *keys;
	struct net *net;
};

void reload(const struct reload *r);
/* From the configuration, and from dir, the folder of this run; make: those that are not there yet.
 */
bool load_keys(struct keys *k, const struct conf *c, const char *dir, bool make, char *why,
	       size_t why_size);

#endif
