#include "server/net/code.h"

#include <openssl/crypto.h>
#include <stdint.h>
#include <string.h>

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

const struct directory_put *code_find(const struct keys *k, const struct directory *d,
				      const char code[CODE_SIZE], int64_t now)
{
	const struct directory_put *found = NULL;
	unsigned n = 0;

	for (const struct entry *e = NULL; (e = directory_next(d, e));) {
		char its[CODE_SIZE];

		if (!code_is_live(&e->event.directory_put, now))
			continue;
		code_of(k, e->event.directory_put.session, its);
		if (CRYPTO_memcmp(its, code, CODE_SIZE) != 0)
			continue;
		found = &e->event.directory_put;
		n++;
	}
	return n == 1 ? found : NULL;
}
