#include "server/net/helping.h"

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "server/net/lag.h"

static int most = INT_MAX;
static int pause_ms;
static int emptied = -1; /* whose events were all handed out by the last call */
static bool more;        /* or there may be others */

void helping_set(int sockets)
{
	most = sockets;
}

void helping_pause(int ms)
{
	pause_ms = ms;
}

/* What is left of the time to wait. */
static int after_pause(int timeout)
{
	int most_ms = more ? 0 : pause_ms;
	int ms = timeout < 0 || timeout > most_ms ? most_ms : timeout;
	struct timespec t = { .tv_nsec = ms * 1000000L };

	if (ms > 0)
		nanosleep(&t, NULL);
	return timeout < 0 ? timeout : timeout - ms;
}

/* These two stand before the C library's for everything that is linked with us, so for libuv. When
 * it is handed fewer sockets than it asked for, it ends its turn; the kernel puts those that were
 * handed out behind the others, so that all have their turn. After each event libwebsockets makes a
 * turn that does not wait: what was emptied a moment ago is not asked in that. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): theirs are reserved names */
int epoll_pwait(int fd, struct epoll_event *events, int n, int timeout, const sigset_t *mask)
{
	int limit = n < most ? n : most, got;
	bool may_wait = timeout != 0;

	if (!may_wait && emptied == fd) {
		emptied = -1;
		return 0;
	}
	if (may_wait)
		timeout = after_pause(timeout);
	got = (int)syscall(SYS_epoll_pwait, fd, events, limit, timeout, mask, (size_t)_NSIG / 8);
	if (may_wait)
		lag_begin();
	more = got == limit;
	emptied = got >= 0 && !more ? fd : -1;
	return got;
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int epoll_wait(int fd, struct epoll_event *events, int n, int timeout)
{
	return epoll_pwait(fd, events, n, timeout, NULL);
}
