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
	uint64_t ns = began.ns, work_ns = began.work_ns, own;
	long waited = began.waits;
	struct lag lag = { 0 };

	lag_begin();
	if (!ns)
		return lag;
	lag.ns = began.ns - ns;
	own = began.work_ns - work_ns;
	lag.own = own > lag.ns || began.waits != waited ? lag.ns : own;
	return lag;
}
