/* The secrets of an installation: those that sign tickets and invitations, and the one that
 * planning asks for. Made at the first start and kept in the folder of the data, or given by
 * configuration. Two ticket keys are valid at once: the first signs, the second still opens what it
 * signed before. */
#ifndef JOBALIKE_NET_KEYS_H
#define JOBALIKE_NET_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#define KEYS_VALID  2   /* newest first */
#define KEY_MIN     32  /* characters of a secret */
#define KEY_MAX     256 /* likewise */
#define KEY_ID_SIZE 9   /* with its NUL */
#define RANDOM_NAME 33  /* with its NUL: 160 bits in base32 */

struct key {
	char id[KEY_ID_SIZE]; /* tells the keys apart, tells nothing of the secret */
	char secret[KEY_MAX + 1];
	char header[96]; /* the first part of every ticket that it signs */
};

struct keys {
	struct key list[KEYS_VALID];
	size_t n;
	char installation[KEY_MAX + 1];
};

struct keys_where {
	const char *dir;          /* of the data, made if it is not there */
	const char *tickets;      /* given keys, with white space between; "": DIR/keys/tickets */
	const char *installation; /* likewise; "": DIR/install.key */
	bool make;                /* what is not there yet */
};

/* False: why says in a sentence what is wrong and what to do. */
bool keys_load(struct keys *k, const struct keys_where *where, char *why, size_t why_size);
/* Forgets the secrets. */
void keys_fini(struct keys *k);

/* Is it the installation key? Takes as long for every wrong one of a length. */
bool keys_is_installation(const struct keys *k, const char *text);

/* A name that nobody can guess: for sessions, and for those who come with an invitation. */
void random_name(char out[RANDOM_NAME]);
/* One that is always the same for these words, and that only this installation can find. */
void derived_name(const struct keys *k, const char *session, const char *what,
		  char out[RANDOM_NAME]);

#endif
