/* Bugs that can be planted at compile time (-DPLANT=n), each found by the simulation or it proves
 * nothing. A build without PLANT has none of them: the comparison is a constant. */
#ifndef JOBALIKE_BASE_PLANT_H
#define JOBALIKE_BASE_PLANT_H

#ifndef PLANT
#define PLANT 0
#endif

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
	PLANT_COUNT
};

#define PLANTED(bug) (PLANT == (bug))

#endif
