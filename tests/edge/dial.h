/* WebSockets by hand. What goes wrong in making one ends the program. */
#ifndef JOBALIKE_TESTS_EDGE_DIAL_H
#define JOBALIKE_TESTS_EDGE_DIAL_H

#include <stddef.h>
#include <stdint.h>

#define DIAL_MAX    4096 /* bytes of a message with its frame */
#define DIAL_TICKET 3000

extern const char dial_handshake[];

/* The bytes of a frame, and of a first message; out has room for DIAL_MAX. */
size_t dial_frame(char *out, unsigned opcode, const char *payload, size_t n);
size_t dial_hello(char *out, const char *ticket);

/* A socket at an address of our own, 127.0.0.1 + source; more: flags of its type. */
int dial_socket(unsigned source, int more);
int dial_connect(int fd, uint16_t port);
/* Connects, and says hello. */
void dial_in(int fd, uint16_t port, const char *ticket);

/* Reads a file with one a line; how many. */
size_t dial_tickets(const char *path, char tickets[][DIAL_TICKET], size_t most);

#endif
