/* What the dialects of peers share. A line is #, its number, and dots up to a frame of the size
 * that was asked. */
#ifndef JOBALIKE_TESTS_LOAD_PEERS_H
#define JOBALIKE_TESTS_LOAD_PEERS_H

#include "tests/load/load.h"

/* Into text: head, the line, tail; as long as --body says with so many bytes of frame around it.
 * Returns its length. */
size_t peer_line(const struct client *c, uint64_t n, const char *head, const char *tail,
		 size_t around, char text[TEXT_MAX]);
/* A text with a line in it, or something else. */
void peer_came(struct client *c, const char *text, size_t n, size_t frame_bytes);
/* The number of the client's room; who hears no line sits in one more. */
int peer_room(const struct client *c);

#endif
