/* What the tests count beside their cases. */
#ifndef JOBALIKE_TESTS_STORE_FILES_H
#define JOBALIKE_TESTS_STORE_FILES_H

#include <stddef.h>

extern size_t n_skipped;             /* cases that this machine does not allow */
extern size_t n_flips, n_flips_seen; /* bits flipped; flips that were noticed */

extern size_t n_kills;             /* processes killed; STORE_KILLS=N wants more than 20 */
extern size_t n_acked;             /* appends that they were answered OK */
extern size_t n_lost;              /* records of those that were not there afterwards */
extern size_t n_runs, n_faults;    /* swarms of the memory store; parcels that suffered */
extern size_t n_cuts, n_cuts_lost; /* power cuts; those after which something was missing */
extern size_t n_normal_cuts, n_normal_lost; /* the same with synchronous=NORMAL */

#endif
