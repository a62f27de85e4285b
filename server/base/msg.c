#include "server/base/msg.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

/* Writes the frame header so that it ends where the text begins. */
static void put_header(struct msg *m)
{
	unsigned char *h = (unsigned char *)m->text;

	if (m->len < 126) {
		*--h = (unsigned char)m->len;
	} else if (m->len < 65536) {
		*--h = (unsigned char)(m->len & 255);
		*--h = (unsigned char)(m->len >> 8);
		*--h = 126;
	} else {
		for (unsigned shift = 0; shift < 64; shift += 8)
			*--h = (unsigned char)((unsigned long long)m->len >> shift & 255);
		*--h = 127;
	}
	*--h = 0x81;
	m->frame = (const char *)h;
	m->frame_len = (size_t)(m->text - m->frame) + m->len;
}

static struct msg *msg_alloc(size_t len)
{
	struct msg *m = x_malloc(sizeof(*m) + MSG_HEADROOM + len + 1);

	m->refs = 1;
	m->len = len;
	m->text = m->space + MSG_HEADROOM;
	m->text[len] = '\0';
	put_header(m);
	return m;
}

struct msg *msg_new(const char *text, size_t len)
{
	struct msg *m = msg_alloc(len);

	memcpy(m->text, text, len);
	return m;
}

struct msg *msg_format(const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	assert(len >= 0);
	struct msg *m = msg_new(text, (size_t)len);
	free(text);
	return m;
}

struct msg *msg_join(struct msg *const *parts, size_t n)
{
	struct msg *m;
	size_t len = 0;
	char *to;

	for (size_t i = 0; i < n; i++)
		len += parts[i]->frame_len;
	m = x_malloc(sizeof(*m) + len + 1);
	*m = (struct msg){ .refs = 1, .frame_len = len, .frame = m->space };
	to = m->space;
	for (size_t i = 0; i < n; i++) {
		memcpy(to, parts[i]->frame, parts[i]->frame_len);
		to += parts[i]->frame_len;
	}
	*to = '\0';
	m->text = to;
	return m;
}

struct msg *msg_ref(struct msg *m)
{
	assert(m->refs > 0);
	m->refs++;
	return m;
}

void msg_unref(struct msg **m)
{
	if (!*m)
		return;
	assert((*m)->refs > 0);
	if (--(*m)->refs == 0)
		free(*m);
	*m = NULL;
}
