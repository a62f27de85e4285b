#include "tests/load/figures.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* proc(5): fields 14 and 15 of stat, in ticks; the name in field 2 may hold spaces. */
static void ticks_of(int pid, double *user, double *system)
{
	char path[64], text[1024] = "";
	unsigned long u = 0, s = 0;
	const char *after;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f)
		return;
	after = fgets(text, sizeof(text), f) ? strrchr(text, ')') : NULL;
	if (after)
		sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &s);
	fclose(f);
	*user += (double)u / (double)sysconf(_SC_CLK_TCK);
	*system += (double)s / (double)sysconf(_SC_CLK_TCK);
}

struct cpu cpu_of(const int *pids, int n)
{
	struct cpu cpu = { 0 };

	for (int i = 0; i < n; i++) {
		struct timespec t;
		clockid_t clock;

		if (clock_getcpuclockid(pids[i], &clock) == 0 && clock_gettime(clock, &t) == 0)
			cpu.all += (double)t.tv_sec + (double)t.tv_nsec / 1e9;
		ticks_of(pids[i], &cpu.user, &cpu.system);
	}
	return cpu;
}

struct cpu cpu_since(struct cpu before, struct cpu now)
{
	double user = now.user - before.user, system = now.system - before.system;
	double all = now.all - before.all, sampled = user + system;

	if (sampled <= 0)
		return (struct cpu){ .all = all };
	return (struct cpu){ .all = all,
			     .user = all * user / sampled,
			     .system = all * system / sampled };
}

long memory_of(int pid)
{
	char path[64];
	long pages = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (fscanf(f, "%*d %ld", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static int bucket_of(int64_t ns)
{
	uint64_t us = ns > 0 ? (uint64_t)ns / 1000 : 0;
	int power, step, bucket;

	if (us < HISTOGRAM_STEPS)
		return (int)us;
	power = 63 - __builtin_clzll(us); /* at least 4 */
	step = (int)(us >> (power - 4)) & (HISTOGRAM_STEPS - 1);
	bucket = (power - 3) * HISTOGRAM_STEPS + step;
	return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

/* The upper edge, in ms. */
static double edge_of(int bucket)
{
	int power = bucket / HISTOGRAM_STEPS + 3, step = bucket % HISTOGRAM_STEPS;

	if (bucket < HISTOGRAM_STEPS)
		return (bucket + 1) / 1000.0;
	return (double)((uint64_t)(HISTOGRAM_STEPS + step + 1) << (power - 4)) / 1000.0;
}

void histogram_add(struct histogram *h, int64_t ns)
{
	h->buckets[bucket_of(ns)]++;
	h->n++;
	if (ns > h->max_ns)
		h->max_ns = ns;
}

double histogram_ms(const struct histogram *h, double share)
{
	uint64_t seen = 0;

	for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->buckets[i];
		if (h->n && (double)seen >= share * (double)h->n)
			return edge_of(i);
	}
	return 0;
}
