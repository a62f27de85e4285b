/* Chance for tests (splitmix64, Steele, Lea and Flood 2014): the same seed gives the same run. */
#ifndef JOBALIKE_TESTS_LIB_CHANCE_H
#define JOBALIKE_TESTS_LIB_CHANCE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint64_t chance(uint64_t *seed)
{
	uint64_t z = (*seed += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0 to n - 1; n is not 0. */
static inline unsigned below(uint64_t *seed, size_t n)
{
	assert(n > 0);
	return (unsigned)(chance(seed) % n);
}

static inline bool percent(uint64_t *seed, unsigned p)
{
	return below(seed, 100) < p;
}

#endif
