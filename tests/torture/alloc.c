/* malloc and its kin for all of this program, libraries too: counted, and one of them refused. */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "tests/torture/torture.h"

/* The C library's own, under the names it keeps for this. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *old, size_t size);
void free(void *old);

static atomic_ulong asked, refused;
static atomic_long held;

void alloc_arm(unsigned long nth)
{
	atomic_store(&refused, nth);
	atomic_store(&asked, 0);
}

unsigned long alloc_count(void)
{
	return atomic_load(&asked);
}

long alloc_held(void)
{
	return atomic_load(&held);
}

static bool refuse(void)
{
	unsigned long n = atomic_fetch_add(&asked, 1) + 1;

	if (n != atomic_load(&refused))
		return false;
	errno = ENOMEM;
	return true;
}

static void *count(void *p)
{
	if (p)
		atomic_fetch_add(&held, 1);
	return p;
}

void *malloc(size_t size)
{
	return refuse() ? NULL : count(__libc_malloc(size));
}

void *calloc(size_t n, size_t size)
{
	return refuse() ? NULL : count(__libc_calloc(n, size));
}

void *realloc(void *old, size_t size)
{
	if (refuse())
		return NULL;
	return old ? __libc_realloc(old, size) : count(__libc_realloc(NULL, size));
}

void free(void *old)
{
	if (old)
		atomic_fetch_sub(&held, 1);
	__libc_free(old);
}
