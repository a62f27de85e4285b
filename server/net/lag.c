#include "server/net/lag.h"

#include <sys/resource.h>
#include <uv.h>

#include "server/base/clock.h"

static struct {
	uint64_t ns, work_ns;
	long waits;
} began;

/* How often this thread gave its CPU away to wait for something: getrusage(2). */
static long waits(void)
{
	struct rusage r = { 0 };

	getrusage(RUSAGE_THREAD, &r);
	return r.ru_nvcsw;
}

void lag_begin(void)
{
	began.ns = uv_hrtime();
	began.work_ns = (uint64_t)clock_work_ns();
	began.waits = waits();
}

struct lag lag_end(void)
{
	struct lag h = { 0 };
	uint64_t own;

	if (!began.ns)
		return h;
	own = (uint64_t)clock_work_ns() - began.work_ns;
	h.ns = uv_hrtime() - began.ns;
	h.own = own > h.ns || waits() != began.waits ? h.ns : own;
	return h;
}
