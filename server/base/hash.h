/* Hash tables of uthash, with memory that is there or the process ends (its own way is exit). */
#ifndef JOBALIKE_BASE_HASH_H
#define JOBALIKE_BASE_HASH_H

#include "server/base/mem.h"

#define uthash_malloc(size) x_malloc(size)

#include <uthash.h>

/* Short chains: whoever is looked for was not in the processor's cache, nor is anybody before. */
#undef HASH_BKT_CAPACITY_THRESH
#define HASH_BKT_CAPACITY_THRESH 4U

#endif
