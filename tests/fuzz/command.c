/* Bytes from strangers, as messages up: refused or taken, never worse. What is taken keeps what the
 * tables promise, and is taken again just so. The short road for commands takes nothing that the
 * parser refuses or reads in another way. */
#include <stdlib.h>
#include <string.h>

#include "protocol/codec_own.h"
#include "server/base/utf8.h"
#include "tests/lib/same.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Texts may have been put right; once right, they stay as they are. */
static void read_again(const struct upward *u)
{
	char *once = json_dumps(json_of(u), JSON_COMPACT | JSON_SORT_KEYS);
	struct upward again;
	struct blame blame;
	char *twice;

	if (strlen(once) <= LIMIT_MESSAGE_BYTES) { /* NFC may be longer */
		if (codec_parsed(once, strlen(once), &again, &blame) != OK)
			abort();
		twice = json_dumps(json_of(&again), JSON_COMPACT | JSON_SORT_KEYS);
		if (strcmp(once, twice) != 0)
			abort();
		free(twice);
		upward_free(&again);
	}
	free(once);
}

static void take_both_roads(const char *text, size_t len)
{
	struct command own = { 0 };
	struct upward parsed;
	struct blame blame;

	if (!codec_own_command(text, len, &own))
		return;
	if (codec_parsed(text, len, &parsed, &blame) != OK || parsed.kind != UP_COMMAND ||
	    blame.n != own.n || !same_command(&own, &parsed.command))
		abort();
	command_free(&own);
	upward_free(&parsed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct upward u;
	struct blame blame;

	take_both_roads((const char *)data, size);
	if (codec_parsed((const char *)data, size, &u, &blame) != OK) {
		if (u.kind != UP_NONE || !utf8_valid(blame.field, strlen(blame.field)))
			abort();
		return 0;
	}
	if ((u.kind == UP_COMMAND || u.kind == UP_QUERY) && (!blame.has_n || !blame.n))
		abort();
	read_again(&u);
	upward_free(&u);
	return 0;
}
