/* A first look at JSON from strangers, before anything is built of it: the parser takes twenty
 * times the memory of its text, and more. */
#ifndef JOBALIKE_PROTOCOL_SCAN_H
#define JOBALIKE_PROTOCOL_SCAN_H

#include <stddef.h>

#include "protocol/gen/protocol.h"

/* OK, if it is within LIMIT_DEPTH, LIMIT_KEYS, LIMIT_ITEMS and LIMIT_STRING_BYTES, and no number of
 * it is -0, which is another one in a browser; ERR_TOO_LARGE for a string, ERR_BAD_REQUEST for the
 * rest. One pass, no memory. What is not JSON at all may be OK. */
enum err scan_json(const char *text, size_t len);

#endif
