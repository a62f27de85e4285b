#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/load/load.h"

int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* proc(5): fields 14 and 15 of stat, in ticks; the name in field 2 may hold spaces. */
void cpu_of(int pid, double *user, double *system)
{
	char path[64], text[1024] = "";
	unsigned long u = 0, s = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (f && fgets(text, sizeof(text), f)) {
		const char *after = strrchr(text, ')');

		if (after)
			sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			       &u, &s);
	}
	if (f)
		fclose(f);
	*user = (double)u / (double)sysconf(_SC_CLK_TCK);
	*system = (double)s / (double)sysconf(_SC_CLK_TCK);
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

void histogram_add(uint64_t *buckets, int64_t ns)
{
	double edge = 10000;
	int i = 0;

	while (i < BUCKETS - 1 && (double)ns > edge) {
		edge *= 1.25;
		i++;
	}
	buckets[i]++;
}

/* The upper edge of the bucket in which that share of all values is reached. */
double histogram_ms(const uint64_t *buckets, double share)
{
	uint64_t all = 0, seen = 0;
	double edge = 0.01;

	for (int i = 0; i < BUCKETS; i++)
		all += buckets[i];
	for (int i = 0; i < BUCKETS; i++, edge *= 1.25) {
		seen += buckets[i];
		if (all && (double)seen >= share * (double)all)
			return edge;
	}
	return 0;
}
