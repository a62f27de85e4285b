/* Bytes of a log, as events: refused or read, and what was read is written so that it reads the
 * same. */
#include <stdlib.h>
#include <string.h>

#include "protocol/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event e, again;
	struct msg *once, *twice, *sent;

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
