/* Clocks, what a process used, and a histogram of times. */
#ifndef JOBALIKE_TESTS_LOAD_FIGURES_H
#define JOBALIKE_TESTS_LOAD_FIGURES_H

#include <stddef.h>
#include <stdint.h>

/* Each power of two of microseconds in 16 steps: no more than 6 % off, up to 70 s. */
#define HISTOGRAM_STEPS   16
#define HISTOGRAM_BUCKETS (26 * HISTOGRAM_STEPS)

struct histogram {
	uint64_t buckets[HISTOGRAM_BUCKETS];
	uint64_t n;
	int64_t max_ns;
};

/* Seconds of CPU. all is exact; how it is parted is sampled by the kernel. */
struct cpu {
	double all, user, system;
};

int64_t clock_ns(void);
/* Of all threads of these processes together. */
struct cpu cpu_of(const int *pids, int n);
struct cpu cpu_since(struct cpu before, struct cpu now);
/* KiB in memory. */
long memory_of(int pid);
void histogram_add(struct histogram *h, int64_t ns);
/* In ms: what that share of all values does not exceed. */
double histogram_ms(const struct histogram *h, double share);

#endif
