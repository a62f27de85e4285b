/* The built web client, carried inside the binary. The table is made from build/web/manifest.txt by
 * server/net/assets.sh, sorted by path (strcmp), read-only, there from the first instruction on. */
#ifndef JOBALIKE_NET_ASSETS_H
#define JOBALIKE_NET_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

struct asset {
	const char *path; /* as in the URL: "/", "/app-3f2a91c0.js" */
	const char *mime;
	bool immutable; /* the name holds a hash of the content: may be kept for ever */
	const unsigned char *body, *gz, *br; /* gz and br may be NULL */
	size_t body_len, gz_len, br_len;
};

extern const struct asset assets[];
extern const size_t n_assets;

#endif
