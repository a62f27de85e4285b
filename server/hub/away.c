/* Who has no connection at all, in order: everybody may be away for equally long, so who went first
 * stands first. */
#include <utlist.h>

#include "server/hub/live.h"

void away_take(struct live *l, struct present *who)
{
	if (who->away_since)
		DL_DELETE2(l->away, who, prev_away, next_away);
	who->away_since = 0;
}

void away_put(struct live *l, struct present *who)
{
	away_take(l, who);
	who->away_since = hub_now(l->hub);
	DL_APPEND2(l->away, who, prev_away, next_away);
}
