#include "server/net/guess.h"

#define MINUTE_MS 60000

int64_t guess_ask(const struct guesses *g, unsigned a_minute, int64_t now)
{
	if (now < g->locked_until)
		return g->locked_until - now;
	if (g->in_minute >= a_minute && now < g->minute_at + MINUTE_MS)
		return g->minute_at + MINUTE_MS - now;
	return 0;
}

void guess_wrong(struct guesses *g, unsigned most, int64_t now)
{
	if (!g->in_minute || now >= g->minute_at + MINUTE_MS) {
		g->minute_at = now;
		g->in_minute = 0;
	}
	g->in_minute++;
	if (now >= g->wrong_at + GUESS_FORGIVE_MS)
		g->wrong = 0;
	g->wrong_at = now;
	if (++g->wrong == most) {
		g->wrong = 0;
		g->locked_until = now + GUESS_LOCK_MS;
	}
}

bool guess_forgiven(const struct guesses *g, int64_t now)
{
	return !g->wrong_at || (now >= g->wrong_at + GUESS_FORGIVE_MS && now >= g->locked_until);
}
