/* How many bytes libwebsockets has read from a socket, of which it does not tell all: pings that
 * it answers, parts of frames. To ask the kernel for each connection that is pinged costs two
 * calls, nearly a third of what an idle connection costs at all. */
#ifndef JOBALIKE_NET_TAKEN_H
#define JOBALIKE_NET_TAKEN_H

#include <stdint.h>

/* Since the process began, whatever was behind the descriptor: compare with an earlier one. */
uint64_t taken_bytes(int fd);

#endif
