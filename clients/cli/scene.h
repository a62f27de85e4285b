/* What a person at a terminal has before their eyes: the names of rooms, topics and people by id,
 * where they sit, and readable lines of what happens. It reads events by the tables of the
 * protocol: a new one needs nothing here. */
#ifndef JOBALIKE_CLI_SCENE_H
#define JOBALIKE_CLI_SCENE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "server/base/text.h"

struct scene {
	json_t *rooms, *topics, *people; /* id as text -> name */
	json_t *digest;                  /* the last one */
	uint64_t you, room;
	uint64_t topic;   /* 0: none */
	char *last_shown; /* of the view shown last: its room and who one is, to say it once */
	uint64_t shown;   /* seq of the last line shown */
	bool hand;
};

void scene_fini(struct scene *s);
/* Each takes a frame and adds what is to be read of it, lines ending in newlines, or nothing. */
void scene_view(struct scene *s, const json_t *frame, struct text *out);
void scene_event(struct scene *s, const json_t *frame, struct text *out);
void scene_digest(struct scene *s, const json_t *frame);

/* The room that is meant: by id, by title, by the beginning of one, in any case. False: none, or
 * several. */
bool scene_find_room(const struct scene *s, const char *text, uint64_t *out);
/* The people of the last digest. */
void scene_people(const struct scene *s, struct text *out);
void scene_rooms(const struct scene *s, struct text *out);

#endif
