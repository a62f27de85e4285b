/* What a crowd does, as a text file:
 *
 *	# A comment.
 *	pace 20
 *	say 70
 *		We share one calendar at {school}.
 *		In {area} we do it weekly, {name} here.
 *	reply 15
 *		Same at {school}, {author}!
 *	react 10 same agree thanks
 *	hand 3
 *	enter 2
 *	after topic 30
 *		On "{topic}": we tried that last year.
 *
 * pace: so many seconds lie between two acts of one person, give or take a half. The number behind
 *an act is its weight: how often it is done, beside the others. Lines that begin with a blank are
 *texts of the act above them, one of which is said. reply and react take one of the last lines of
 *the room, enter goes to any other open room, hand raises or lowers. Within so many seconds after a
 *topic was pushed, everybody says one of the texts below `after topic`. Placeholders: {name}
 *{school} {job} {area} {room} {topic} {author} (of the line replied to) {n} (how many things this
 *person has said). {{ is a brace. */
#ifndef JOBALIKE_CLI_SCRIPT_H
#define JOBALIKE_CLI_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/gen/protocol.h"
#include "server/base/text.h"

enum act_kind { ACT_SAY, ACT_REPLY, ACT_REACT, ACT_HAND, ACT_ENTER, ACT_AFTER_TOPIC, ACT_COUNT };

struct act {
	unsigned weight; /* 0: never */
	char **texts;
	size_t n;
	enum reaction kinds[REACTION_COUNT];
	size_t n_kinds;
};

struct script {
	int64_t pace_ms;
	int64_t after_topic_ms; /* 0: nobody says anything */
	struct act acts[ACT_COUNT];
};

/* On false, why names the line, and there is nothing to free. */
bool script_read(const char *text, size_t len, struct script *out, char *why, size_t size);
void script_free(struct script *s);

/* Which act it is to be; ACT_COUNT: none has a weight. */
enum act_kind script_choose(const struct script *s, uint64_t *dice);
/* One of the act's texts; NULL: it has none. */
const char *script_text(const struct act *act, uint64_t *dice);

/* What stands for a placeholder; NULL values are written as "...". */
struct script_values {
	const char *name, *school, *job, *area, *room, *topic, *author;
	uint64_t n;
};
void script_fill(const char *text, const struct script_values *values, struct text *out);

#endif
