/* Hash tables of uthash, with memory that is there or the process ends (its own way is exit). */
#ifndef JOBALIKE_BASE_HASH_H
#define JOBALIKE_BASE_HASH_H

#include "server/base/mem.h"

#define uthash_malloc(size) x_malloc(size)

#include <uthash.h>

#endif
