/* Chance that can be had again: splitmix64 (S. Vigna, public domain). */
#ifndef JOBALIKE_CLI_DICE_H
#define JOBALIKE_CLI_DICE_H

#include <stdint.h>

static inline uint64_t dice_roll(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/* From 0 to n - 1; 0 for n 0. */
static inline uint64_t dice_below(uint64_t *state, uint64_t n)
{
	uint64_t roll = dice_roll(state);

	return n ? roll % n : 0;
}

#endif
