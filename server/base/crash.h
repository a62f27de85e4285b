/* Named points at which a test lets the process die as by kill -9: CRASH_AT=live.appended at the
 * first pass, CRASH_AT=live.appended:7 at the seventh. Built with CRASH=1 only (-DCRASH_POINTS);
 * else there is nothing. tests/cluster finds the names in the source and dies at each of them. */
#ifndef JOBALIKE_BASE_CRASH_H
#define JOBALIKE_BASE_CRASH_H

#ifdef CRASH_POINTS
void crash_at(const char *point);
#else
static inline void crash_at(const char *point)
{
	(void)point;
}
#endif

#endif
