/* The whole server in this process, with an open session "s", and strangers at the other end of
 * sockets. One at a time. Its time stands still but for inside_pass(). What goes wrong here, and
 * not in the server, ends in abort(). */
#ifndef JOBALIKE_TESTS_INSIDE_H
#define JOBALIKE_TESTS_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/gen/protocol.h"

void inside_start(void);
/* In order, as main does it: nothing may be left. */
void inside_stop(void);

/* One turn of its loop, which does not wait. */
void inside_turn(void);
void inside_pass(int64_t ms);
const char *inside_key(void); /* of the installation */

/* Our end of a new connection, to close(). room: bytes that the server's end holds for us, at least
 * as the kernel has it (SO_SNDBUF); 0: as usual. */
int inside_dial(int room);

/* Bytes to it, with turns in between; what it says meanwhile is read away. */
void inside_tell(int fd, const void *bytes, size_t n);
void inside_say(int fd, const char *words);
/* What was said is read away. Returns whether these words were in it. */
bool inside_hear(int fd, const char *words);

void inside_handshake(int fd);
/* One text message in one frame, masked with zeros. */
void inside_message(int fd, const char *text);
/* A hello with a ticket of that role. */
void inside_hello(int fd, enum role role, const char *sub);

#endif
