/* A group of unit tests: one for each file of tests/unit. main.c holds the list. */
#ifndef JOBALIKE_TESTS_UNIT_H
#define JOBALIKE_TESTS_UNIT_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct unit_group {
	const char *name;
	const struct CMUnitTest *tests;
	size_t n;
};

#define UNIT_GROUP(name, tests)                                                                    \
	{                                                                                          \
		name, tests, sizeof(tests) / sizeof((tests)[0])                                    \
	}

#endif
