/* Memory that is there or the process ends: out of memory is our own fault and not an error that
 * callers could mend. The log is safe, the supervisor starts us again. Release with free(). */
#ifndef JOBALIKE_BASE_MEM_H
#define JOBALIKE_BASE_MEM_H

#include <stddef.h>

/* Once, before anything is allocated: Jansson takes its memory here too. Otherwise it would answer
 * that a good text is none, and an event of a log would be passed over. */
void mem_init(void);

/* The end, with a word why on stderr: there is no memory, or a library says that it could not do
 * what nothing else prevents. */
#define X_MEMORY "out of memory"
#define X_CHANCE "no random bytes"
void x_end(const char *why) __attribute__((noreturn));

void *x_malloc(size_t size) __attribute__((returns_nonnull));
void *x_calloc(size_t count, size_t size) __attribute__((returns_nonnull));
void *x_realloc(void *old, size_t size) __attribute__((returns_nonnull));
/* NULL in, NULL out. */
char *x_strdup(const char *s);
char *x_strndup(const char *s, size_t n);

/* Makes room for one more element in a plain array that grows by doubling.
 * items: the array or NULL; n: elements in use; size: of one element. Returns the array, perhaps
 * moved. Capacity is not stored: it is the next power of two of n (at least 8), so that an owner
 * keeps two fields, not three. */
void *x_grow(void *items, size_t n, size_t size) __attribute__((returns_nonnull));

#endif
