/* Where to: what a link or an address says. */
#ifndef JOBALIKE_CLI_PLACE_H
#define JOBALIKE_CLI_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#define PLACE_SERVER "http://127.0.0.1:8080" /* where nothing else is said */

/* Owns its texts. */
struct place {
	bool tls;
	char *host; /* without brackets */
	int port;
	char *session; /* NULL: the link names none */
	char *token;   /* an invitation or a ticket; NULL: the link holds none */
};

/* Reads https://host:port, https://host/s/ID, https://host/s/ID#ticket=..., or (where server is not
 * NULL) just ID, which is then a session of that server. On false, why says in one sentence what is
 * wrong, and there is nothing to free. */
bool place_read(const char *text, const char *server, struct place *out, char *why, size_t size);
void place_fini(struct place *p);

/* "example.org" or "[::1]:8080": as the Host header wants it. Into a buffer of the caller. */
const char *place_host(const struct place *p, char *buffer, size_t size);

#endif
