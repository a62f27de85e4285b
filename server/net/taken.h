/* How many bytes were ever read from a TCP socket, as the kernel counts them; 0 when it cannot say.
 */
#ifndef JOBALIKE_NET_TAKEN_H
#define JOBALIKE_NET_TAKEN_H

#include <stdint.h>

uint64_t taken_bytes(int fd);

#endif
