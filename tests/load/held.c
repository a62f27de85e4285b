#include "tests/load/held.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAGE_BYTES 65536
#define LONGEST    "\njobalike_loop_lag_max_seconds "
#define BUCKET     "\njobalike_loop_lag_seconds_bucket{le=\""

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

/* sched(7): the second figure, in ns. */
static double starved_ms(int pid)
{
	char path[64];
	double ns = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (fscanf(f, "%*s %lf", &ns) != 1)
		ns = 0;
	fclose(f);
	return ns / 1e6;
}

struct held held_now(const struct load *l)
{
	static char page[PAGE_BYTES];
	struct held h = { 0 };

	for (int i = 0; i < l->n_admins; i++) {
		const char *at;
		char *end;

		fetch(l->admins[i], page);
		at = strstr(page, LONGEST);
		if (at)
			h.at[i].longest_ms = strtod(at + strlen(LONGEST), NULL) * 1e3;
		for (at = page; (at = strstr(at, BUCKET)) && h.at[i].n < HELD_SIZES; at = end) {
			h.at[i].edge_ms[h.at[i].n] = strtod(at + strlen(BUCKET), &end) * 1e3;
			h.at[i].turns[h.at[i].n++] = strtoull(end + strlen("\"} "), &end, 10);
		}
	}
	for (int i = 0; i < l->n_pids; i++)
		h.starved_ms += starved_ms(l->pids[i]);
	return h;
}

/* How many turns were in this bucket and in none below. */
static uint64_t in_bucket(const struct held *h, int instance, int k)
{
	const uint64_t *turns = h->at[instance].turns;

	return turns[k] - (k ? turns[k - 1] : 0);
}

static double longest_ms(const struct held *then, const struct held *now)
{
	double most = 0;

	for (int i = 0; i < PORTS_MAX; i++) {
		double longest = now->at[i].longest_ms, upto = longest;
		int k = now->at[i].n - 1;

		if (longest <= then->at[i].longest_ms) {
			while (k >= 0 && in_bucket(now, i, k) == in_bucket(then, i, k))
				k--;
			upto = k >= 0 ? now->at[i].edge_ms[k] : 0;
		}
		upto = upto < longest ? upto : longest;
		most = upto > most ? upto : most;
	}
	return most;
}

void print_held(const char *of, const struct held *then, const struct held *now)
{
	printf("\"%slag_ms\":%.1f,\"%sstarved_ms\":%.1f,", of, longest_ms(then, now), of,
	       now->starved_ms - then->starved_ms);
}
