/* The bench on Redis: each on a server of its own. */
#ifndef JOBALIKE_TESTS_LIB_REDIS_KIND_H
#define JOBALIKE_TESTS_LIB_REDIS_KIND_H

struct redis_options;

/* How seats are opened from now on, until NULL: the bench's own server. */
void redis_kind_options(const struct redis_options *options);

#endif
