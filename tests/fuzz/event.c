/* Bytes of a log, as events: refused or read, and what was read is written so that it reads the
 * same. The short road takes nothing that the parser refuses or reads in another way. */
#include <stdlib.h>
#include <string.h>

#include "protocol/codec_own.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare_roads(const char *text, size_t len)
{
	struct event own = { 0 }, parsed;
	struct msg *one, *other;

	if (!codec_own_event(text, len, &own))
		return;
	if (codec_parsed_event(text, len, &parsed) != OK)
		abort();
	one = codec_write_event(&own, true);
	other = codec_write_event(&parsed, true);
	if (strcmp(one->text, other->text) != 0)
		abort();
	msg_unref(&one);
	msg_unref(&other);
	event_free(&own);
	event_free(&parsed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event e, again;
	struct msg *once, *twice, *sent;

	compare_roads((const char *)data, size);
	if (codec_event((const char *)data, size, &e) != OK)
		return 0;
	once = codec_write_event(&e, true);
	sent = codec_write_event(&e, false);
	if (sent->len > once->len || codec_event(once->text, once->len, &again) != OK)
		abort();
	twice = codec_write_event(&again, true);
	if (strcmp(once->text, twice->text) != 0)
		abort();
	msg_unref(&once);
	msg_unref(&twice);
	msg_unref(&sent);
	event_free(&e);
	event_free(&again);
	return 0;
}
