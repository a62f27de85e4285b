/* A message: bytes that are written once and read by many.
 * It holds one JSON text and, in front of it, the header of the WebSocket frame that carries it
 * (RFC 6455 section 5.2: FIN, text, unmasked), so that the same bytes are stored, published and
 * written to every screen without another copy.
 * The maker holds the first reference; whoever keeps one past the current call takes its own.
 * Immutable once shared. One thread. */
#ifndef JOBALIKE_BASE_MSG_H
#define JOBALIKE_BASE_MSG_H

#include <stddef.h>

#define MSG_HEADROOM 10 /* bytes: the longest header of an unmasked frame */

struct msg {
	unsigned refs;
	size_t len;       /* of the text, in bytes, without its final NUL */
	char *text;       /* NUL-terminated for convenience; may hold no NUL inside */
	size_t frame_len; /* header and text */
	const char *frame;
	char space[]; /* headroom, text, NUL */
};

/* Copies len bytes. */
struct msg *msg_new(const char *text, size_t len);
/* printf into a message; for short ones. */
struct msg *msg_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The frames of all of them, one after the other, to be written at once. It has no text of its own.
 */
struct msg *msg_join(struct msg *const *parts, size_t n);
struct msg *msg_ref(struct msg *m);
/* Leaves NULL behind; NULL inside is fine. */
void msg_unref(struct msg **m);

#endif
