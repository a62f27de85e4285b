#include "server/base/conf_redis.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

#define TCP        "redis://"
#define TLS        "rediss://"
#define UNIX       "redis+unix://"
#define NAME_BYTES 64
#define HOST_BYTES 253
#define PATH_BYTES 107 /* bytes of a unix socket's path, unix(7) */

bool conf_is_redis(const char *url)
{
	return strncmp(url, "redis", 5) == 0;
}

/* Digits only. */
static bool read_number(const char *text, size_t n, unsigned long max, unsigned long *out)
{
	char digits[8] = "";

	if (n == 0 || n >= sizeof(digits))
		return false;
	memcpy(digits, text, n);
	*out = strtoul(digits, NULL, 10);
	return strspn(digits, "0123456789") == n && *out <= max;
}

static const char *read_db(struct conf_redis *r, const char *text, size_t n)
{
	unsigned long db;

	if (!read_number(text, n, 9999, &db))
		return "wrong: the database is a number, such as redis://127.0.0.1:6379/2";
	r->db = (unsigned)db;
	return NULL;
}

static bool is_host(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr(".-_:", text[i]))
			return false;
	return n <= HOST_BYTES;
}

/* host, host:port, [::1]:port */
static const char *read_host(char **host, uint16_t *port, const char *text, size_t n)
{
	const char *end = text + n, *colon = memrchr(text, ':', n);
	unsigned long number = *port;
	bool brackets = n > 0 && text[0] == '[';
	const char *bracket = brackets ? memchr(text, ']', n) : NULL;

	if (brackets && !bracket)
		return "wrong: the bracket of an IPv6 address is not closed";
	if (colon && brackets && colon < bracket)
		colon = NULL;
	if (colon && !read_number(colon + 1, (size_t)(end - colon - 1), 65535, &number))
		return "wrong: the port is not a number from 1 to 65535";
	if (number == 0)
		return "wrong: the port is not a number from 1 to 65535";
	*port = (uint16_t)number;
	if (colon)
		end = colon;
	if (brackets) {
		text++;
		end = bracket;
	}
	if (!is_host(text, (size_t)(end - text)))
		return "wrong: the host is neither a name nor an address";
	*host = x_strndup(text, (size_t)(end - text));
	return NULL;
}

static const char *read_tcp(struct conf_redis *r, const char *text, size_t n)
{
	const char *slash = memchr(text, '/', n), *why;
	size_t host = slash ? (size_t)(slash - text) : n;

	if (memchr(text, '@', n))
		return "wrong: user and password belong into redis.user and redis.password";
	r->port = REDIS_PORT;
	why = read_host(&r->host, &r->port, text, host);
	if (!why && slash && host + 1 < n)
		why = read_db(r, slash + 1, n - host - 1);
	return why;
}

static const char *read_unix(struct conf_redis *r, const char *text, size_t n)
{
	const char *mark = memchr(text, '?', n);
	size_t path = mark ? (size_t)(mark - text) : n;

	if (path < 2 || text[0] != '/' || path > PATH_BYTES)
		return "wrong: the path of the socket begins with / and has at most 107 bytes: "
		       "redis+unix:///run/redis/redis.sock";
	r->path = x_strndup(text, path);
	if (!mark)
		return NULL;
	if (n - path < 4 || strncmp(mark, "?db=", 4) != 0)
		return "wrong: after ? only db=NUMBER is known";
	return read_db(r, mark + 4, n - path - 4);
}

static const char *read_name(struct conf_redis *r, const char *text, size_t n)
{
	if (n == 0 || n > NAME_BYTES)
		return "wrong: the name after # has 1 to 64 characters";
	r->name = x_strndup(text, n);
	return NULL;
}

static const char *read_one(struct conf_redis *r, const char *text, size_t n)
{
	const char *mark = memchr(text, '#', n), *why = NULL;
	size_t address = mark ? (size_t)(mark - text) : n;

	if (mark)
		why = read_name(r, mark + 1, n - address - 1);
	else
		r->name = x_strndup(text, n);
	if (why)
		return why;
	if (address >= strlen(UNIX) && strncmp(text, UNIX, strlen(UNIX)) == 0)
		return read_unix(r, text + strlen(UNIX), address - strlen(UNIX));
	if (address >= strlen(TCP) && strncmp(text, TCP, strlen(TCP)) == 0)
		return read_tcp(r, text + strlen(TCP), address - strlen(TCP));
	r->tls = address >= strlen(TLS) && strncmp(text, TLS, strlen(TLS)) == 0;
	if (r->tls)
		return read_tcp(r, text + strlen(TLS), address - strlen(TLS));
	return "not like redis://127.0.0.1:6379, rediss://redis.example.org or "
	       "redis+unix:///run/redis/redis.sock";
}

static const char *same_name(const struct conf_redis_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(list->items[i].name, list->items[k].name) == 0)
				return "wrong: two servers have one name";
	return NULL;
}

const char *conf_redis_read(struct conf_redis_list *list, const char *urls)
{
	const char *why = NULL;

	for (urls += strspn(urls, " \t"); *urls && !why; urls += strspn(urls, " \t")) {
		size_t n = strcspn(urls, " \t");
		struct conf_redis r = { 0 };

		why = read_one(&r, urls, n);
		r.host = r.host ? r.host : x_strdup("");
		r.path = r.path ? r.path : x_strdup("");
		r.name = r.name ? r.name : x_strdup("");
		list->items = x_grow(list->items, list->n, sizeof(*list->items));
		list->items[list->n++] = r;
		urls += n;
	}
	return why ? why : same_name(list);
}

void conf_redis_free(struct conf_redis_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->items[i].host);
		free(list->items[i].path);
		free(list->items[i].name);
	}
	free(list->items);
	*list = (struct conf_redis_list){ 0 };
}

const char *conf_wrong_sentinel(const char *value)
{
	uint16_t port = 26379;
	char *host = NULL;
	const char *why = read_host(&host, &port, value, strlen(value));

	if (!why && !host[0])
		why = "wrong: the host is missing";
	free(host);
	return why;
}
