/* The edge in C: what needs no server, and what needs more connections than a script can make. */
#ifndef JOBALIKE_TESTS_EDGE_H
#define JOBALIKE_TESTS_EDGE_H

#include <stdbool.h>
#include <stdint.h>

/* Each prints its row and says whether it holds. */
bool row_flips(unsigned n);
bool row_time(unsigned n);
bool row_heavy(unsigned n);
bool row_many_keys(unsigned n);

/* n connections, each with bytes that are wrong in a way of its own, from a seed. tickets: a file
 * with one a line, for a quarter of them. */
bool row_streams(uint16_t port, unsigned n, uint64_t seed, const char *tickets);

/* Connections that never read, one for each ticket, until a line comes in. */
bool row_readers(uint16_t port, const char *tickets);

/* Somebody who reads a little now and then, with the first ticket. */
bool row_trickle(uint16_t port, const char *tickets);

/* People who behave, one for each ticket. Each line that comes in is answered by how long they have
 * waited for answers since the last one. */
bool row_people(uint16_t port, const char *tickets);

/* One kind of flood, until a line comes in. */
bool row_flood(const char *kind, uint16_t port, const char *tickets, const char *session);

#endif
