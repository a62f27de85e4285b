#include "server/net/code.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/hash.h"

/* No 0 O, no 1 I L. */
static const char letters[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
#define N_LETTERS (sizeof(letters) - 1)

void code_of(const struct keys *k, const char *session, char out[CODE_SIZE])
{
	char name[RANDOM_NAME];
	uint64_t n = 0;

	/* A name of its own: those of devices hold no blank. Of its letters, 60 bits. */
	derived_name(k, session, "join code", name);
	for (int i = 0; i < 12; i++)
		n = n << 5 | (uint64_t)(name[i] >= 'a' ? name[i] - 'a' : name[i] - '2' + 26);
	for (int i = 0; i < CODE_SIZE - 1; i++, n /= N_LETTERS)
		out[i] = letters[n % N_LETTERS];
	out[CODE_SIZE - 1] = '\0';
}

bool code_read(const char *text, char out[CODE_SIZE])
{
	size_t n = 0;

	for (; *text; text++) {
		char c = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;

		if (c == ' ' || c == '-')
			continue;
		if (!strchr(letters, c) || n == CODE_SIZE - 1)
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return n == CODE_SIZE - 1;
}

bool code_is_live(const struct directory_put *session, int64_t now)
{
	return session->phase != PHASE_CLOSED && now < session->end + CODE_AFTER_MS;
}

struct coded {
	char code[CODE_SIZE];
	const struct entry *entry;
	struct coded *same; /* another session of this code */
	UT_hash_handle hh;
};

static void add(struct codes *c, const struct keys *k, const struct entry *e)
{
	struct coded *one = x_calloc(1, sizeof(*one)), *same;

	code_of(k, e->event.directory_put.session, one->code);
	one->entry = e;
	HASH_FIND_STR(c->all, one->code, same);
	if (same) {
		one->same = same->same;
		same->same = one;
	} else {
		HASH_ADD_STR(c->all, code, one);
	}
}

void codes_read(struct codes *c, const struct keys *k, const struct directory *d, size_t most)
{
	const struct entry *e;

	if (c->begun != directory_begun(d))
		codes_fini(c);
	c->begun = directory_begun(d);
	for (size_t i = 0; i < most && (e = directory_next(d, c->last)); i++) {
		add(c, k, e);
		c->last = e;
	}
}

void codes_fini(struct codes *c)
{
	struct coded *one, *next, *same;

	HASH_ITER (hh, c->all, one, next) {
		HASH_DEL(c->all, one);
		for (; one; one = same) {
			same = one->same;
			free(one);
		}
	}
	*c = (struct codes){ 0 };
}

const struct directory_put *code_find(struct codes *c, const struct keys *k,
				      const struct directory *d, const char code[CODE_SIZE],
				      int64_t now)
{
	const struct directory_put *found = NULL;
	struct coded *one;
	unsigned n = 0;

	codes_read(c, k, d, SIZE_MAX);
	HASH_FIND_STR(c->all, code, one);
	for (; one; one = one->same) {
		if (!code_is_live(&one->entry->event.directory_put, now))
			continue;
		found = &one->entry->event.directory_put;
		n++;
	}
	return n == 1 ? found : NULL;
}
