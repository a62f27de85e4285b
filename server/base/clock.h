/* The machine's clocks. Not for core and protocol, which are told what time it is. */
#ifndef JOBALIKE_BASE_CLOCK_H
#define JOBALIKE_BASE_CLOCK_H

#include <stdint.h>

/* Since 1970; it may be set. */
int64_t clock_ms(void);
/* Since some moment; it only goes forward. */
int64_t clock_steady_ms(void);
/* CPU time that this thread has taken. */
int64_t clock_work_ns(void);

#endif
