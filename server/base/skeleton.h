/* What a name looks like, whatever it is written with: two names with one skeleton can be taken for
 * each other. For comparing only. The idea of UTS 39, with a short table of our own: what it does
 * not know is in DECISIONS.md. */
#ifndef JOBALIKE_BASE_SKELETON_H
#define JOBALIKE_BASE_SKELETON_H

/* Letters and digits alone: without case, width, accents, marks, spaces and signs; Cyrillic, Greek
 * and Armenian letters as the Latin ones they look like, digits as the letters they stand for, rn
 * as m. "" when none is left. name is valid UTF-8; the answer is the caller's, to free(). */
char *skeleton(const char *name);

#endif
