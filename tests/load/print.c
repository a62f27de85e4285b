/* What every kind of run prints: times, what the server spent, and what went wrong. */
#include <inttypes.h>
#include <stdio.h>

#include "tests/load/load.h"

void print_waits(const char *of, const struct histogram *h)
{
	printf("\"%sp50_ms\":%.3f,\"%sp99_ms\":%.3f,\"%smax_ms\":%.3f,", of, histogram_ms(h, 0.5),
	       of, histogram_ms(h, 0.99), of, (double)h->max_ns / 1e6);
}

void print_cpu(const struct cpu *cpu, uint64_t n)
{
	double each = n ? 1e6 / (double)n : 0;

	printf("\"cpu_us\":%.3f,\"user_us\":%.3f,\"system_us\":%.3f,", cpu->all * each,
	       cpu->user * each, cpu->system * each);
}

int print_end(const struct run *r, long memory, int n, int odd)
{
	printf("\"kib_each\":%.2f,\"missing\":%" PRIu64 ",\"doubled\":%" PRIu64
	       ",\"disordered\":%" PRIu64 ",\"at_odds\":%d,\"errors\":%" PRIu64 "}\n",
	       (double)memory / n, r->missing, r->doubled, r->disordered, odd, r->errors);
	return r->missing || r->doubled || r->disordered || r->errors || odd;
}
