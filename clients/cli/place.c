#include "clients/cli/place.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

void place_fini(struct place *p)
{
	free(p->host);
	free(p->session);
	free(p->token);
	*p = (struct place){ 0 };
}

static bool wrong(struct place *p, char *why, size_t size, const char *what, const char *text)
{
	snprintf(why, size, "%s: %s", text, what);
	place_fini(p);
	return false;
}

static size_t word_length(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || s[n] == '_' || s[n] == '-')
		n++;
	return n;
}

static bool is_word(const char *s)
{
	size_t n = word_length(s);

	return n > 0 && n <= 64 && s[n] == '\0';
}

static int hex(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* As decodeURIComponent does, but for what is not %XX, which stays. */
static char *decode(const char *s)
{
	char *out = x_malloc(strlen(s) + 1), *to = out;

	for (; *s; s++) {
		if (*s == '%' && hex(s[1]) >= 0 && hex(s[2]) >= 0) {
			*to++ = (char)(hex(s[1]) * 16 + hex(s[2]));
			s += 2;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
	return out;
}

/* After the scheme: host and port. Returns what follows, NULL when it is no host. */
static const char *read_host(const char *s, struct place *p)
{
	const char *end = *s == '[' ? strchr(s, ']') : s + strcspn(s, ":/#?");
	char *after;
	long port;

	if (!end || end == s)
		return NULL;
	p->host = *s == '[' ? x_strndup(s + 1, (size_t)(end - s - 1))
			    : x_strndup(s, (size_t)(end - s));
	if (*end == ']')
		end++;
	p->port = p->tls ? 443 : 80;
	if (*end != ':')
		return end;
	port = strtol(end + 1, &after, 10);
	if (after == end + 1 || port < 1 || port > 65535)
		return NULL;
	p->port = (int)port;
	return after;
}

/* The path and what is behind #. */
static bool read_path(const char *s, struct place *p)
{
	size_t n;

	if (strncmp(s, "/s/", 3) == 0) {
		n = word_length(s + 3);
		if (n == 0 || n > 64)
			return false;
		p->session = x_strndup(s + 3, n);
		s += 3 + n;
	}
	if (*s == '/')
		s++;
	if (*s == '\0')
		return true;
	if (!p->session || strncmp(s, "#ticket=", 8) != 0 || s[8] == '\0')
		return false;
	p->token = decode(s + 8);
	return true;
}

bool place_read(const char *text, const char *server, struct place *out, char *why, size_t size)
{
	const char *s = text;

	*out = (struct place){ 0 };
	if (server && is_word(text)) {
		if (!place_read(server, NULL, out, why, size))
			return false;
		free(out->session);
		out->session = x_strdup(text);
		return true;
	}
	if (strncmp(s, "https://", 8) == 0)
		out->tls = true;
	else if (strncmp(s, "http://", 7) != 0)
		return wrong(out, why, size, "not a link; it begins with http:// or https://",
			     text);
	s = read_host(s + (out->tls ? 8 : 7), out);
	if (!s)
		return wrong(out, why, size, "the link has no host and port", text);
	if (!read_path(s, out))
		return wrong(out, why, size, "the link is not like http://host/s/ID#ticket=...",
			     text);
	return true;
}

const char *place_host(const struct place *p, char *buffer, size_t size)
{
	bool v6 = strchr(p->host, ':') != NULL;
	const char *open = v6 ? "[" : "", *close = v6 ? "]" : "";

	if (p->port == (p->tls ? 443 : 80))
		snprintf(buffer, size, "%s%s%s", open, p->host, close);
	else
		snprintf(buffer, size, "%s%s%s:%d", open, p->host, close, p->port);
	return buffer;
}
