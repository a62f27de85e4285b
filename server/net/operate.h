/* What operators ask of one session, on the listener that is theirs. */
#ifndef JOBALIKE_NET_OPERATE_H
#define JOBALIKE_NET_OPERATE_H

#include <stdbool.h>

struct request;

/* GET /sessions/{id}/state: {"seq","epoch","sha256"}, the hash of the whole state as this instance
 * has it. Instances that say the same seq and epoch must say the same hash.
 *
 * POST /sessions/{id}/erase: {"line"}, see hub_erase; the answer is {"erased"}, of how many
 * records.
 *
 * POST /sessions/{id}/drop: {}, see hub_drop; the answer is {"dropped":true}.
 *
 * False: the address is none of these. */
bool operate_serve(struct request *r);

#endif
