/* What libwebsockets sends by itself: answers to pings, and the rest of what a full socket did not
 * take from us. To ask it before each write whether it holds something back for this connection
 * costs a look at memory that nothing else needs, an eighth of a delivery of ours; nothing is held
 * back as long as all of its writes were whole. */
#ifndef JOBALIKE_NET_SENDING_H
#define JOBALIKE_NET_SENDING_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Another number since the library last wrote something that was not taken whole, to whomever; 0:
 * not a write of it was seen, so nothing is known. */
uint64_t sending_shorts(void);

/* As send(2), which is the library's. */
ssize_t sending_own(int fd, const void *bytes, size_t n, int flags);

#endif
