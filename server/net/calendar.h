/* A session as an entry for calendars: iCalendar, RFC 5545. */
#ifndef JOBALIKE_NET_CALENDAR_H
#define JOBALIKE_NET_CALENDAR_H

#include <stdint.h>

#include "protocol/gen/protocol.h"
#include "server/base/text.h"

/* base: where people reach us. changed: when the entry became what it is. */
void calendar_write(struct text *t, const struct directory_put *e, const char *base,
		    int64_t changed);

#endif
