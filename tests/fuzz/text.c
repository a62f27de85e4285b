/* Text of strangers: its check, its one form, its lengths, and its way into JSON and back. */
#include <jansson.h>

#include "server/base/text.h"
#include "server/base/utf8.h"
#include "tests/fuzz/fuzz.h"

static void same_again(char *(*form)(const char *), const char *s)
{
	char *once = form(s), *twice;

	must(utf8_valid(once, strlen(once)));
	twice = form(once);
	must(strcmp(once, twice) == 0);
	free(once);
	free(twice);
}

static void measure(const char *s)
{
	size_t n = utf8_graphemes(s), points = 0, len = strlen(s);

	for (const char *at = s; utf8_next(&at);)
		points++;
	must(n <= points && points <= len && utf8_cut(s, n) == len && utf8_cut(s, n + 1) == len);
	for (size_t i = 0; i < n && i < 8; i++) {
		size_t cut = utf8_cut(s, i);

		must(cut <= len && utf8_valid(s, cut));
	}
}

static void through_json(const char *s)
{
	struct text t = { 0 };
	json_t *read;

	text_object(&t, NULL);
	text_string(&t, "x", s);
	text_object_end(&t);
	for (size_t i = 0; i < t.len; i++)
		must((unsigned char)t.s[i] >= ' ');
	must(!strstr(t.s, "\xe2\x80\xa8") && !strstr(t.s, "\xe2\x80\xa9"));
	read = json_loadb(t.s, t.len, JSON_REJECT_DUPLICATES, NULL);
	must(read && strcmp(json_string_value(json_object_get(read, "x")), s) == 0);
	json_decref(read);
	text_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { (const char *)data, size };
	bool valid = utf8_valid((const char *)data, size);
	char *s = take_rest(&in);

	/* One check of ours, one of Jansson's: the same verdict. */
	json_t *j = json_stringn((const char *)data, size);
	must(valid == (j != NULL));
	json_decref(j);
	if (valid) {
		same_again(utf8_nfc, s);
		same_again(utf8_fold, s);
		measure(s);
		through_json(s);
	}
	free(s);
	return 0;
}
