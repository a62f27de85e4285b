#include "server/base/crash.h"

#ifdef CRASH_POINTS

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void crash_at(const char *point)
{
	static atomic_int passes;
	const char *wanted = getenv("CRASH_AT");
	size_t n = strlen(point);

	if (!wanted || strncmp(wanted, point, n) != 0 || (wanted[n] != '\0' && wanted[n] != ':'))
		return;
	if (++passes >= (wanted[n] ? atoi(wanted + n + 1) : 1))
		kill(getpid(), SIGKILL);
}

#endif
