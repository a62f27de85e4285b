/* A disk whose power is cut at any moment: a shim under SQLite that notes what has reached the disk
 * for certain (what was synced) and what has not. At random operations it takes a picture of what
 * could be left: the synced bytes, and of the writes since then some, some not, some torn at 512
 * bytes. */
#ifndef JOBALIKE_TESTS_STORE_POWERCUT_H
#define JOBALIKE_TESTS_STORE_POWERCUT_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define POWERCUT_VFS "powercut" /* SQLite's name of it, from the first beginning on */
#define CUTS_A_ROUND 20

struct powercut {
	char dir[64];       /* the pictures are in cut0, cut1 ... below it */
	size_t n_cuts;      /* taken so far */
	atomic_ulong acked; /* records answered OK so far: counted by whoever writes */
	unsigned long acked_at[CUTS_A_ROUND];
};
extern struct powercut powercut;

/* A round: from here on pictures are taken, until there are enough. */
void powercut_begin(const char *dir, uint64_t seed);
/* The file is closed. */
void powercut_end(void);

#endif
