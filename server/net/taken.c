/* Alone in a file: <linux/tcp.h>, which knows this count, and <netinet/tcp.h>, which comes with
 * libuv, do not bear each other. */
#include "server/net/taken.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

uint64_t taken_bytes(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);
	int unread = 0;

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 ||
	    ioctl(fd, FIONREAD, &unread) != 0 || (uint64_t)unread > info.tcpi_bytes_received)
		return 0;
	return info.tcpi_bytes_received - (uint64_t)unread;
}
