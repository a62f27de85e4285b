/* SIGTERM and SIGINT: an orderly end. Everybody is told and sent away, what is under way gets its
 * outcome, the store is closed, then the rest; the loop ends with the last of it. What does not
 * answer is waited for so long and not longer, and a second signal ends everything at once. */
#ifndef JOBALIKE_SHUTDOWN_H
#define JOBALIKE_SHUTDOWN_H

#include <uv.h>

/* data of the handle: the struct server. */
void shutdown_on_signal(uv_signal_t *handle, int number);

#endif
