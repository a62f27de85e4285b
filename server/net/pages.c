#include "server/net/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/net/assets.h"
#include "server/net/http.h"
#include "server/net/ticket.h"

static int compare(const void *path, const void *asset)
{
	return strcmp(path, ((const struct asset *)asset)->path);
}

static const struct asset *find(const char *path)
{
	return bsearch(path, assets, n_assets, sizeof(*assets), compare);
}

/* Addresses within the client, for which there is one page: what they mean it finds out itself. */
static bool is_page(const char *path)
{
	char id[40];
	size_t n;

	if (strcmp(path, "/") == 0 || strcmp(path, "/plan") == 0)
		return true;
	if (strncmp(path, "/s/", 3) != 0)
		return false;
	n = strcspn(path + 3, "/");
	if (n >= sizeof(id) || (path[3 + n] && strcmp(path + 3 + n, "/") != 0))
		return false;
	snprintf(id, sizeof(id), "%.*s", (int)n, path + 3);
	return session_id_ok(id);
}

/* What is kept for ever is known by its name, which holds the hash of its content. */
static bool is_known(const struct request *r, const struct asset *a, char *tag, size_t size)
{
	const char *name = strrchr(a->path, '/') + 1;

	tag[0] = '\0';
	if (!a->immutable || (size_t)snprintf(tag, size, "W/\"%s\"", name) >= size)
		return false;
	return strstr(r->known, tag) != NULL;
}

static void serve_asset(struct request *r, const struct asset *a)
{
	char tag[128], more[256];
	bool known = is_known(r, a, tag, sizeof(tag)), br = r->br && a->br, gzip = r->gzip && a->gz;
	struct reply reply = { .status = known ? 304 : 200,
			       .type = a->mime,
			       .immutable = a->immutable,
			       .more = more };

	snprintf(more, sizeof(more), "vary: accept-encoding\r\n%s%s%s%s", tag[0] ? "etag: " : "",
		 tag, tag[0] ? "\r\n" : "",
		 known  ? ""
		 : br   ? "content-encoding: br\r\n"
		 : gzip ? "content-encoding: gzip\r\n"
			: "");
	if (br)
		answer_constant(r, reply, a->br, a->br_len);
	else if (gzip)
		answer_constant(r, reply, a->gz, a->gz_len);
	else
		answer_constant(r, reply, a->body, a->body_len);
}

void pages_serve(struct request *r)
{
	const struct asset *a = find(is_page(r->path) ? "/index.html" : r->path);

	if (!a)
		answer_plain(r, 404, "There is nothing here.");
	else if (r->method == METHOD_POST)
		answer_not_allowed(r, "GET, HEAD");
	else
		serve_asset(r, a);
}
