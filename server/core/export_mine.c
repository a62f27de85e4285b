#include "server/core/export.h"

#include "server/core/areas.h"

bool export_is_mine(struct event *e, uint64_t person)
{
	if (e->by != person)
		return false;
	if (e->type == EVT_CHAT_SAID)
		e->chat_said.quote = NULL;
	return true;
}

void export_mine(const struct state *s, const struct person *who, struct text *out)
{
	text_object(out, NULL);
	text_id(out, "seq", s->seq);
	text_int(out, "at", s->at);
	text_object(out, "session");
	session_view(s, who, out);
	text_object_end(out);
	text_object(out, "you");
	people_you(s, who, out);
	text_object_end(out);
	text_array(out, "events");
}
