/* The laws of the core on random sessions.
 *
 *	law              14 seeds; LONG=1: two thousand
 *	SEED=7 law       that one, and its log
 *	law --dump FILE  also writes what people saw, for the law of the client; at most 24 MB
 *
 * For each event: two states agree byte for byte, and so does a replay of the log at the end;
 * views, events, digests and answers have their shapes; who is told nothing has the view they
 * had; a marked command is decided alike before and after that of somebody else; seats, roles
 * and mutes hold. Events that make no sense do no harm. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/law/session.h"

#define SEEDS      14
#define SEEDS_LONG 2000
#define DUMP_BYTES (24 << 20)

/* How many types of event happened, of all that this log may hold. Each is printed. */
static unsigned print_types(const struct report *r, unsigned *all)
{
	unsigned types = 0;

	*all = 0;
	for (unsigned i = 1; i < EVT_COUNT; i++) {
		if (event_specs[i].log)
			continue;
		(*all)++;
		types += r->of_type[i] != 0;
		printf("%-20s %8" PRIu64 "%s\n", event_specs[i].name, r->of_type[i],
		       r->of_type[i] ? "" : "  never happened");
	}
	return types;
}

static void summary(struct report *r)
{
	unsigned all, n = print_types(r, &all);

	printf("refused %" PRIu64 ", answered %" PRIu64 "\n", r->refused, r->answers);
	if (n != all && r->seeds >= SEEDS)
		r->failed++;
	printf("suite=law seeds=%u events=%" PRIu64 " types=%u/%u pairs=%" PRIu64 " failed=%u\n",
	       r->seeds, r->events, n, all, r->pairs, r->failed);
}

/* Each seed has its share of the file. */
static void run_all(struct report *r, uint64_t seeds)
{
	for (uint64_t i = 1; i <= seeds; i++) {
		r->dump_until = (long)((double)DUMP_BYTES / (double)seeds * (double)i);
		session_run(i, r);
	}
}

static void run_one(struct report *r, uint64_t seed)
{
	r->loud = true;
	r->dump_until = DUMP_BYTES;
	session_run(seed, r);
}

int main(int argc, char **argv)
{
	const char *only = getenv("SEED");
	struct report r = { 0 };

	if (argc == 3 && strcmp(argv[1], "--dump") == 0) {
		r.dump = fopen(argv[2], "w");
		if (!r.dump) {
			perror(argv[2]);
			return 2;
		}
	}
	if (only)
		run_one(&r, strtoull(only, NULL, 10));
	else
		run_all(&r, getenv("LONG") ? SEEDS_LONG : SEEDS);
	if (r.dump && fclose(r.dump) != 0)
		return 2;
	summary(&r);
	return r.failed != 0;
}
