#include "server/net/helping.h"

#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

static int most = INT_MAX;

void helping_set(int sockets)
{
	most = sockets;
}

/* These two stand before the C library's for everything that is linked with us, so for libuv. When
 * it is handed fewer sockets than it asked for, it ends its turn; the kernel puts those that were
 * handed out behind the others, so that all have their turn. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): theirs are reserved names */
int epoll_pwait(int fd, struct epoll_event *events, int n, int timeout, const sigset_t *mask)
{
	return (int)syscall(SYS_epoll_pwait, fd, events, n < most ? n : most, timeout, mask,
			    (size_t)_NSIG / 8);
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int epoll_wait(int fd, struct epoll_event *events, int n, int timeout)
{
	return epoll_pwait(fd, events, n, timeout, NULL);
}
