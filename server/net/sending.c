#include "server/net/sending.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t shorts;

uint64_t sending_shorts(void)
{
	return shorts;
}

ssize_t sending_own(int fd, const void *bytes, size_t n, int flags)
{
	return syscall(SYS_sendto, fd, bytes, n, flags, NULL, 0);
}

/* This one stands before the C library's for everything that is linked with us: of that only
 * libwebsockets calls it. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): theirs are reserved names */
ssize_t send(int fd, const void *bytes, size_t n, int flags)
{
	ssize_t sent = sending_own(fd, bytes, n, flags);

	if (!shorts || sent != (ssize_t)n)
		shorts++;
	return sent;
}
