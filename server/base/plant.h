/* Bugs that can be planted into a build with -DPLANTS, by the number in `planted`: each is found by
 * the simulation, or it proves nothing. Other builds have none of them: the comparison is a
 * constant. */
#ifndef JOBALIKE_BASE_PLANT_H
#define JOBALIKE_BASE_PLANT_H

#include <stdbool.h>

enum plant {
	PLANT_N_NOT_IN_BATCH = 1,  /* n is not looked for in the batch */
	PLANT_ACK_BEFORE_DURABLE,  /* an event is shown before the store has it */
	PLANT_LATE_APPLIED_TWICE,  /* a late delivery is applied again */
	PLANT_GAP_NOT_FILLED,      /* a notification beyond head + 1 is taken as the next */
	PLANT_MUTE_ON_ARRIVAL,     /* a mute is judged when the line arrives, not at its position */
	PLANT_OLD_ROOM_AFTER_MOVE, /* a peer is sent its old room after a move */
	PLANT_RESUME_OFF_BY_ONE,   /* a resume begins one event too late */
	PLANT_VIEW_MIXED_WITH_EVENTS, /* events before a view are sent after it */
	PLANT_DEAD_STAY,              /* the people of an instance that is gone never leave */
	PLANT_EPOCH_NOT_CHECKED,      /* another history is followed as if it were the same */
	PLANT_UNKNOWN_IS_FAILED,      /* an unknown outcome is told as one that did not happen */
	PLANT_APPEND_ELSEWHERE,       /* what is unknown is appended again at another position */
	PLANT_RESTORE_AFTER_WRITE,    /* lost records come back behind what somebody wrote */
	PLANT_COUNT
};

#ifdef PLANTS
extern int planted;
#define PLANTED(bug) (planted == (bug))
#else
#define PLANTED(bug) false
#endif

#endif
