/* Who is who for tests of TLS: a root, what it signed, and one that is not trusted. Files are in
 * the folder of the bench. */
#ifndef JOBALIKE_TESTS_REDIS_PAPERS_H
#define JOBALIKE_TESTS_REDIS_PAPERS_H

#include "server/store/redis_tls.h"
#include "tests/lib/certificate.h"
#include "tests/redis/redis.h"

#define PATH_SIZE 112

struct papers {
	struct bench *bench;
	struct certificate root, other;
	char ca[PATH_SIZE], other_ca[PATH_SIZE];
};

struct papers papers_new(struct bench *b);
void papers_free(struct papers *p);
/* Of a file in the folder. */
void papers_path(const struct papers *p, const char *name, const char *end, char out[PATH_SIZE]);
/* Makes NAME.pem and NAME-key.pem, signed by the root if how says nothing else. */
void papers_issue(const struct papers *p, const char *name, struct certificate_how how);
/* name: the pair of ours that is shown; NULL: none. */
struct redis_tls *papers_trusting(const struct papers *p, const char *ca, const char *name);
/* Starts a Redis in the folder NAME that shows the pair NAME, on this port or, for 0, a free one;
 * more are words of its command line. Returns the port. */
uint16_t papers_start(struct redis_server *s, const struct papers *p, const char *name,
		      uint16_t port, const char *const *more);

#endif
