#include "server/base/mem.h"

#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void x_end(const char *why)
{
	fprintf(stderr, "%s\n", why);
	abort();
}

/* From this size on memory goes back to the system as soon as it is freed. Left to itself the
 * allocator raises the limit up to 32 MiB with the first large message, and what slow readers and
 * large views leave behind stays for good between what is in use. */
#define MAPPED_FROM 65536

void mem_init(void)
{
	mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
	json_set_alloc_funcs(x_malloc, free);
}

static void *or_end(void *p)
{
	if (!p)
		x_end(X_MEMORY);
	return p;
}

void *x_malloc(size_t size)
{
	return or_end(malloc(size ? size : 1));
}

void *x_calloc(size_t count, size_t size)
{
	return or_end(calloc(count ? count : 1, size ? size : 1));
}

void *x_realloc(void *old, size_t size)
{
	return or_end(realloc(old, size ? size : 1));
}

char *x_strdup(const char *s)
{
	return s ? or_end(strdup(s)) : NULL;
}

char *x_strndup(const char *s, size_t n)
{
	return s ? or_end(strndup(s, n)) : NULL;
}

void *x_grow(void *items, size_t n, size_t size)
{
	size_t room = n == 0 ? 8 : n * 2;

	if (n != 0 && (n < 8 || (n & (n - 1)) != 0))
		return items; /* not full: capacities are 8, 16, 32 ... */
	return x_realloc(items, room * size);
}
