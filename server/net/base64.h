/* base64url without padding (RFC 4648 section 5), for tickets: each sequence of bytes has exactly
 * one text, and every other text is refused. */
#ifndef JOBALIKE_NET_BASE64_H
#define JOBALIKE_NET_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#define BASE64_LENGTH(n) (((n)*4 + 2) / 3) /* characters for n bytes */

/* out holds BASE64_LENGTH(n) characters and a NUL. */
void base64_write(const void *bytes, size_t n, char *out);
/* At most max bytes into out, how many into *n. False: not such a text, or too long. */
bool base64_read(const char *text, size_t len, unsigned char *out, size_t max, size_t *n);

#endif
