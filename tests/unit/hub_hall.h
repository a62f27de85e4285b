/* A session in which many sit: a bench with as many screens, all let in. */
#ifndef JOBALIKE_TESTS_UNIT_HUB_HALL_H
#define JOBALIKE_TESTS_UNIT_HUB_HALL_H

#include "tests/unit/hub_bench.h"

/* Begins the bench, too. Give the screens back to hall_end, which ends it. */
struct screen *hall_begin(struct bench *b, size_t n);
void hall_end(struct bench *b, struct screen *list, size_t n);

#endif
