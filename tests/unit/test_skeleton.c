/* What can be taken for each other, and what cannot. */
#include "tests/unit/unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/skeleton.h"

static bool alike(const char *a, const char *b)
{
	char *x = skeleton(a), *y = skeleton(b);
	bool same = strcmp(x, y) == 0;

	free(x);
	free(y);
	return same;
}

static void names_that_look_alike(void **state)
{
	static const char *const pairs[][2] = {
		{ "Mei Chen", "mei chen" },
		{ "Mei Chen", "MeiChen" },
		{ "Mei Chen", "M\u0435i Ch\u0435n" }, /* Cyrillic */
		{ "Mei Chen", "\u039cei Chen" },      /* Greek */
		{ "Mei Chen", "\u041c\u0435\u0456 \u0421hen" },
		{ "Mei Chen", "\uff2d\uff45\uff49 \uff23\uff48\uff45\uff4e" }, /* wide */
		{ "Mei Chen", "M\u00e9i Ch\u00eb\u0308n" },                    /* accents */
		{ "Mei Chen", "Mei\u200b Chen" },
		{ "Mei Chen", "\u2713 Mei Chen \u2713" },
		{ "Mei Chen", "M.e.i C-h-e-n" },
		{ "Mei Chen", "M3i Ch3n" },
		{ "Mei Chen",
		  "\U0001d40c\U0001d41e\U0001d422 \U0001d402\U0001d421\U0001d41e\U0001d427" },
		{ "Organizer", "0rganizer" },
		{ "Organizer", "\u041erg\u0430nizer" },
		{ "Organizer", "\U0001f17e\U0001f181\U0001f176\U0001f170\U0001f17d\U0001f178"
			       "\U0001f189\U0001f174\U0001f181" },
		{ "Organizer", "Organizer\u2122" },
		{ "Paypal", "PaypaI" },
		{ "Paypal", "paypa1" },
		{ "Thomas Kim", "Thornas Kirn" },
		{ "Wim", "VVirn" },
		{ "Hanna", "\u0397anna" },
		{ "nina", "\u03b7ina" },
		{ "\u738b\u82b3", " \u738b \u82b3 " },
		{ "\u4e3b\u6301\u4eba", "\u4e3b\u6301\u4eba\u2605" },
		{ "Se\u00e1n \u00d3 Dubhghaill", "Sean O Dubhghaill" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (!alike(pairs[i][0], pairs[i][1]))
			fail_msg("%s and %s", pairs[i][0], pairs[i][1]);
}

static void names_that_do_not(void **state)
{
	static const char *const pairs[][2] = {
		{ "Mei Chen", "Mei Cheng" },
		{ "Ana", "Anna" },
		{ "Organizer", "Organizer B" },
		{ "\u738b\u82b3", "\u738b\u65b9" },
		{ "Ben", "Bo" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (alike(pairs[i][0], pairs[i][1]))
			fail_msg("%s and %s", pairs[i][0], pairs[i][1]);
}

static void what_has_no_letter_has_none(void **state)
{
	static const char *const none[] = { "", " ", "\u2605", "\U0001f600", "\u200b", ".-_" };

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		char *s = skeleton(none[i]);

		assert_string_equal(s, "");
		free(s);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(names_that_look_alike),
	cmocka_unit_test(names_that_do_not),
	cmocka_unit_test(what_has_no_letter_has_none),
};

const struct unit_group skeleton_group = UNIT_GROUP("skeleton", tests);
