/* What this process may ask of the kernel, once it has opened what it needs: to read and write, to
 * talk and to wait. Programs, other processes and the machine are none of its business: to ask for
 * them ends it, and everything that is not on the list is refused (EPERM). Linux's seccomp, by
 * libseccomp. */
#ifndef JOBALIKE_BASE_CONFINE_H
#define JOBALIKE_BASE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

enum confine {
	CONFINE_OFF,
	CONFINE_ON,
	CONFINE_AUDIT, /* what is not on the list is done, and told to the log of the kernel */
};

/* For all threads, for ever. False: why says why not; then nothing is confined. */
bool confine(enum confine how, char *why, size_t why_size);
/* Is it in this build? Not in those that look after memory, whose own means it would refuse. */
bool confine_possible(void);

#endif
