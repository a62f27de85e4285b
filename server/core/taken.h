/* Which commands were accepted, for the life of a session: nothing is done twice. A list in the
 * order of their events, and an index into it by who asked and their n: about 40 bytes each, as
 * every line that is said adds one. Zeroed is empty and valid. */
#ifndef JOBALIKE_CORE_TAKEN_H
#define JOBALIKE_CORE_TAKEN_H

#include <stddef.h>
#include <stdint.h>

struct taken {
	uint64_t seq, by, n;
};

struct takens {
	struct taken *list;
	size_t n;
	uint32_t *index; /* places in the list, from 1; 0: free */
	size_t room;     /* of the index, a power of two and more than n */
};

/* The seq of the event that it became; 0: none. */
uint64_t takens_find(const struct takens *t, uint64_t by, uint64_t n);
/* The first time counts. */
void takens_add(struct takens *t, uint64_t by, uint64_t n, uint64_t seq);
void takens_free(struct takens *t);

#endif
