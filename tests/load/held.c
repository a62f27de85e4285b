#include "tests/load/held.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAGE_BYTES 65536

/* The whole answer, as a text; empty if there is none. */
static void fetch(int port, char *page)
{
	static const char request[] =
		"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t n = 0;
	ssize_t got = 1;

	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
	    send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) > 0)
		while (n < PAGE_BYTES - 1 && (got = recv(fd, page + n, PAGE_BYTES - 1 - n, 0)) > 0)
			n += (size_t)got;
	page[n] = '\0';
	close(fd);
}

/* The histogram of this name, and its greatest. */
static struct turns read_turns(const char *page, const char *name)
{
	struct turns t = { 0 };
	char longest[64], bucket[64];
	const char *at;
	char *end;

	snprintf(longest, sizeof(longest), "\njobalike_loop_%s_max_seconds ", name);
	snprintf(bucket, sizeof(bucket), "\njobalike_loop_%s_seconds_bucket{le=\"", name);
	at = strstr(page, longest);
	if (at)
		t.longest_ms = strtod(at + strlen(longest), NULL) * 1e3;
	for (at = page; (at = strstr(at, bucket)) && t.n < HELD_SIZES; at = end) {
		t.edge_ms[t.n] = strtod(at + strlen(bucket), &end) * 1e3;
		t.turns[t.n++] = strtoull(end + strlen("\"} "), &end, 10);
	}
	return t;
}

struct held held_now(const struct load *l)
{
	static char page[PAGE_BYTES];
	struct held h = { 0 };

	for (int i = 0; i < l->n_admins; i++) {
		fetch(l->admins[i], page);
		h.lag[i] = read_turns(page, "lag");
		h.own[i] = read_turns(page, "own");
	}
	return h;
}

/* How many turns were in this bucket and in none below. */
static uint64_t in_bucket(const struct turns *t, int k)
{
	return t->turns[k] - (k ? t->turns[k - 1] : 0);
}

static double longest_ms(const struct turns *then, const struct turns *now)
{
	double most = 0;

	for (int i = 0; i < PORTS_MAX; i++) {
		double longest = now[i].longest_ms, upto = longest;
		int k = now[i].n - 1;

		if (longest <= then[i].longest_ms) {
			while (k >= 0 && in_bucket(&now[i], k) == in_bucket(&then[i], k))
				k--;
			upto = k >= 0 ? now[i].edge_ms[k] : 0;
		}
		upto = upto < longest ? upto : longest;
		most = upto > most ? upto : most;
	}
	return most;
}

void print_held(const char *of, const struct held *then, const struct held *now)
{
	printf("\"%slag_ms\":%.1f,\"%sown_ms\":%.1f,", of, longest_ms(then->lag, now->lag), of,
	       longest_ms(then->own, now->own));
}
