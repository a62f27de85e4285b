/* This process as the system sees it: whose it is, what it leaves behind, what it tells systemd. */
#ifndef JOBALIKE_BASE_PROCESS_H
#define JOBALIKE_BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

/* No program that it might start gains privileges; in threads that are made later too. */
void process_no_new_privileges(void);
/* Nothing of its memory goes into a file when it dies. */
void process_no_core(void);

/* Is there such a user? False: why says in a sentence that there is none. */
bool process_knows(const char *user, char *why, size_t why_size);
/* A folder is that user's, made if it is not there. Before process_become. False: why says in a
 * sentence what is wrong. */
bool process_give(const char *folder, const char *user, char *why, size_t why_size);
/* Another user's from now on, of that user's groups and with no way back; likewise. */
bool process_become(const char *user, char *why, size_t why_size);

/* Tells the service manager (sd_notify(3)), if there is one: "READY=1", "STOPPING=1". */
void process_tell(const char *state);
/* Does it want to hear WATCHDOG=1 again and again? */
bool process_is_watched(void);

#endif
