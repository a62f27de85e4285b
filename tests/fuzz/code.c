/* A join code as somebody types it. */
#include "server/net/code.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { (const char *)data, size };
	char *text = take_rest(&in), code[CODE_SIZE], again[CODE_SIZE];

	if (code_read(text, code)) {
		must(strlen(code) == CODE_SIZE - 1 && strcspn(code, "01ILO") == CODE_SIZE - 1);
		must(code_read(code, again) && strcmp(code, again) == 0);
	}
	free(text);
	return 0;
}
