#include "server/base/skeleton.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "server/base/text.h"
#include "server/base/utf8.h"

struct alike {
	uint32_t c;
	char looks;
};

/* Letters of other scripts that look like one of ours, in order. Case is still there: the capital
 * eta looks like H, the small one like n. */
/* clang-format off */
static const struct alike alikes[] = {
	{ 0x00D8, 'o' }, { 0x00F8, 'o' }, { 0x00FE, 'p' }, { 0x0110, 'd' },
	{ 0x0111, 'd' }, { 0x0126, 'h' }, { 0x0127, 'h' }, { 0x0131, 'l' }, { 0x0138, 'k' },
	{ 0x0141, 'l' }, { 0x0142, 'l' }, { 0x014B, 'n' }, { 0x0166, 't' }, { 0x0167, 't' },
	{ 0x0180, 'b' }, { 0x0183, 'b' }, { 0x0192, 'f' }, { 0x01A8, 's' }, { 0x01B5, 'z' },
	{ 0x01B6, 'z' }, { 0x01DD, 'e' }, { 0x01E5, 'g' }, { 0x0251, 'a' }, { 0x0257, 'd' },
	{ 0x025B, 'e' }, { 0x0261, 'g' }, { 0x0262, 'g' }, { 0x0269, 'l' }, { 0x026A, 'l' },
	{ 0x0274, 'n' }, { 0x0280, 'r' }, { 0x028F, 'y' }, { 0x0299, 'b' }, { 0x029C, 'h' },
	{ 0x029F, 'l' }, { 0x0391, 'a' }, { 0x0392, 'b' }, { 0x0395, 'e' }, { 0x0396, 'z' },
	{ 0x0397, 'h' }, { 0x0398, 'o' }, { 0x0399, 'l' }, { 0x039A, 'k' }, { 0x039C, 'm' },
	{ 0x039D, 'n' }, { 0x039F, 'o' }, { 0x03A1, 'p' }, { 0x03A4, 't' }, { 0x03A5, 'y' },
	{ 0x03A7, 'x' }, { 0x03B1, 'a' }, { 0x03B2, 'b' }, { 0x03B3, 'y' }, { 0x03B5, 'e' },
	{ 0x03B6, 'z' }, { 0x03B7, 'n' }, { 0x03B8, 'o' }, { 0x03B9, 'l' }, { 0x03BA, 'k' },
	{ 0x03BC, 'u' }, { 0x03BD, 'v' }, { 0x03BF, 'o' }, { 0x03C0, 'n' }, { 0x03C1, 'p' },
	{ 0x03C3, 'o' }, { 0x03C4, 't' }, { 0x03C5, 'u' }, { 0x03C7, 'x' }, { 0x03C9, 'w' },
	{ 0x03DC, 'f' }, { 0x03F3, 'j' }, { 0x0404, 'e' }, { 0x0405, 's' }, { 0x0406, 'l' },
	{ 0x0408, 'j' }, { 0x0410, 'a' }, { 0x0412, 'b' }, { 0x0413, 'r' }, { 0x0415, 'e' },
	{ 0x0417, 'e' }, { 0x0418, 'u' }, { 0x041A, 'k' }, { 0x041C, 'm' }, { 0x041D, 'h' },
	{ 0x041E, 'o' }, { 0x041F, 'n' }, { 0x0420, 'p' }, { 0x0421, 'c' }, { 0x0422, 't' },
	{ 0x0423, 'y' }, { 0x0425, 'x' }, { 0x0426, 'u' }, { 0x0428, 'w' }, { 0x042A, 'b' },
	{ 0x042C, 'b' }, { 0x042D, 'e' }, { 0x0430, 'a' }, { 0x0431, 'b' }, { 0x0432, 'b' },
	{ 0x0433, 'r' }, { 0x0435, 'e' }, { 0x0437, 'e' }, { 0x0438, 'u' }, { 0x043A, 'k' },
	{ 0x043C, 'm' }, { 0x043D, 'h' }, { 0x043E, 'o' }, { 0x043F, 'n' }, { 0x0440, 'p' },
	{ 0x0441, 'c' }, { 0x0442, 't' }, { 0x0443, 'y' }, { 0x0445, 'x' }, { 0x0446, 'u' },
	{ 0x0448, 'w' }, { 0x044A, 'b' }, { 0x044C, 'b' }, { 0x044D, 'e' }, { 0x0454, 'e' },
	{ 0x0455, 's' }, { 0x0456, 'l' }, { 0x0458, 'j' }, { 0x0461, 'w' }, { 0x0472, 'o' },
	{ 0x0473, 'o' }, { 0x0474, 'v' }, { 0x0475, 'v' }, { 0x049B, 'k' }, { 0x04AE, 'y' },
	{ 0x04AF, 'y' }, { 0x04BA, 'h' }, { 0x04BB, 'h' }, { 0x04BD, 'e' }, { 0x04C0, 'l' },
	{ 0x04CF, 'l' }, { 0x0500, 'd' }, { 0x0501, 'd' }, { 0x050D, 'g' }, { 0x051A, 'q' },
	{ 0x051B, 'q' }, { 0x051C, 'w' }, { 0x051D, 'w' }, { 0x054D, 'u' }, { 0x054F, 's' },
	{ 0x0555, 'o' }, { 0x0561, 'w' }, { 0x0566, 'q' }, { 0x0570, 'h' }, { 0x0575, 'j' },
	{ 0x0578, 'n' }, { 0x057A, 'n' }, { 0x057D, 'u' }, { 0x0581, 'g' }, { 0x0585, 'o' },
	{ 0x13DE, 'l' }, { 0x13FC, 'b' }, { 0x1D00, 'a' }, { 0x1D04, 'c' }, { 0x1D05, 'd' },
	{ 0x1D07, 'e' }, { 0x1D0A, 'j' }, { 0x1D0B, 'k' }, { 0x1D0D, 'm' }, { 0x1D0F, 'o' },
	{ 0x1D18, 'p' }, { 0x1D1B, 't' }, { 0x1D1C, 'u' }, { 0x1D20, 'v' }, { 0x1D21, 'w' },
	{ 0x1D22, 'z' }, { 0x1D26, 'r' }, { 0x2202, 'a' }, { 0x2C6D, 'a' }, { 0x2CA4, 'c' },
	{ 0xA730, 'f' }, { 0xA731, 's' },
};
/* clang-format on */

static int compare(const void *a, const void *b)
{
	uint32_t x = ((const struct alike *)a)->c, y = ((const struct alike *)b)->c;

	return (x > y) - (x < y);
}

/* 0: like none of ours. */
static char looks_like(uint32_t c)
{
	const struct alike key = { .c = c };
	const struct alike *found = bsearch(&key, alikes, sizeof(alikes) / sizeof(alikes[0]),
					    sizeof(alikes[0]), compare);

	if (found)
		return found->looks;
	if (c >= 0x1F150 && c <= 0x1F169) /* in a black circle */
		return (char)('a' + (c - 0x1F150));
	if (c >= 0x1F170 && c <= 0x1F189) /* in a black square */
		return (char)('a' + (c - 0x1F170));
	if (c >= 0x1F1E6 && c <= 0x1F1FF) /* of a flag */
		return (char)('a' + (c - 0x1F1E6));
	return 0;
}

static bool is_letter_or_digit(uint32_t c)
{
	utf8proc_category_t cat = utf8proc_category((utf8proc_int32_t)c);

	return (cat >= UTF8PROC_CATEGORY_LU && cat <= UTF8PROC_CATEGORY_LO) ||
	       (cat >= UTF8PROC_CATEGORY_ND && cat <= UTF8PROC_CATEGORY_NO);
}

/* Letters and digits of s, those of other scripts as what they look like. */
static char *in_letters(const char *s)
{
	struct text t = { 0 };
	const char *next = s;

	text_puts(&t, "");
	for (uint32_t c; (c = utf8_next(&next)) != 0; s = next) {
		char looks = looks_like(c);

		if (looks)
			text_add(&t, &looks, 1);
		else if (is_letter_or_digit(c))
			text_add(&t, s, (size_t)(next - s));
	}
	return t.s;
}

/* Digits that stand for letters, and letters that look like others; in place. */
static void read_quickly(char *s)
{
	static const char as[][2] = { "0o", "1l", "3e", "4a", "5s", "7t", "8b", "9g", "il" };
	char *to = s;

	for (const char *from = s; *from; from++) {
		char c = *from;

		for (size_t i = 0; i < sizeof(as) / sizeof(as[0]); i++)
			if (c == as[i][0])
				c = as[i][1];
		if (c == 'n' && to > s && to[-1] == 'r')
			to[-1] = 'm';
		else if (c == 'v' && to > s && to[-1] == 'v')
			to[-1] = 'w';
		else
			*to++ = c;
	}
	*to = '\0';
}

/* Signs that would become letters: they stand beside a name, not in it. */
static char *without_marks_of_trade(const char *s)
{
	struct text t = { 0 };
	const char *next = s;

	text_puts(&t, "");
	for (uint32_t c; (c = utf8_next(&next)) != 0; s = next)
		if (c != 0x2120 && c != 0x2122)
			text_add(&t, s, (size_t)(next - s));
	return t.s;
}

char *skeleton(const char *name)
{
	char *own = without_marks_of_trade(name), *letters, *folded;
	utf8proc_uint8_t *bare = NULL;

	utf8proc_map((const utf8proc_uint8_t *)own, 0, &bare,
		     UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
			     UTF8PROC_IGNORE | UTF8PROC_STRIPMARK);
	letters = in_letters((const char *)bare);
	folded = utf8_fold(letters);
	read_quickly(folded);
	free(letters);
	free(bare);
	free(own);
	return folded;
}
