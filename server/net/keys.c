#include "server/net/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/mem.h"
#include "server/net/base64.h"

#define SECRET_BYTES 32
#define FILE_MAX     2048 /* bytes of a file of keys */
#define PATH_SIZE    4096

static void random_bytes(void *out, int n)
{
	if (RAND_bytes(out, n) != 1)
		x_end(X_CHANCE); /* there is no secret worth serving */
}

static void write_base32(const unsigned char bytes[20], char out[RANDOM_NAME])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint32_t bits = 0;
	unsigned n_bits = 0;

	for (size_t i = 0; i < 20; i++) {
		bits = bits << 8 | bytes[i];
		for (n_bits += 8; n_bits >= 5; n_bits -= 5)
			*out++ = letters[bits >> (n_bits - 5) & 31];
	}
	*out = '\0';
}

void random_name(char out[RANDOM_NAME])
{
	unsigned char bytes[20];

	random_bytes(bytes, sizeof(bytes));
	write_base32(bytes, out);
}

/* HMAC-SHA-256 of two words that hold no new line. */
static void sign_words(const char *secret, const char *a, const char *b, unsigned char out[32])
{
	char words[512];
	int n = snprintf(words, sizeof(words), "%s\n%s", a, b);
	unsigned size = 0;

	if (n < 0 || (size_t)n >= sizeof(words) ||
	    !HMAC(EVP_sha256(), secret, (int)strlen(secret), (unsigned char *)words, (size_t)n, out,
		  &size))
		x_end(X_MEMORY);
}

void derived_name(const struct keys *k, const char *session, const char *what,
		  char out[RANDOM_NAME])
{
	unsigned char mac[32];

	sign_words(k->installation, session, what, mac);
	write_base32(mac, out);
}

bool keys_is_installation(const struct keys *k, const char *text)
{
	size_t n = strlen(k->installation);

	return strlen(text) == n && CRYPTO_memcmp(text, k->installation, n) == 0;
}

static void name_key(struct key *key)
{
	unsigned char mac[32];
	char header[64];
	int n;

	sign_words(key->secret, "key", "id", mac);
	snprintf(key->id, sizeof(key->id), "%02x%02x%02x%02x", mac[0], mac[1], mac[2], mac[3]);
	n = snprintf(header, sizeof(header), "{\"alg\":\"HS256\",\"kid\":\"%s\",\"typ\":\"JWT\"}",
		     key->id);
	base64_write(header, (size_t)n, key->header);
}

/* Takes the words of a text as secrets; says what is wrong with them, or NULL. */
static const char *take_secrets(char *text, char (*out)[KEY_MAX + 1], size_t max, size_t *n)
{
	static const char white[] = " \t\r\n";
	char *rest = NULL;

	*n = 0;
	for (char *word = strtok_r(text, white, &rest); word; word = strtok_r(NULL, white, &rest)) {
		size_t len = strlen(word);

		if (len < KEY_MIN)
			return "a key is shorter than 32 characters";
		if (len > KEY_MAX)
			return "a key is longer than 256 characters";
		if (*n == max)
			break; /* older ones are worth nothing any more */
		memcpy(out[(*n)++], word, len + 1);
	}
	return *n ? NULL : "there is no key in it";
}

static bool make_folder(const char *path, char *why, size_t why_size)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return true;
	snprintf(why, why_size, "The folder %s cannot be made: %s.", path, strerror(errno));
	return false;
}

/* A complete file appears under its name at once, or somebody else's is there before. */
static bool make_file(const char *path, char *why, size_t why_size)
{
	unsigned char secret[SECRET_BYTES];
	char text[SECRET_BYTES * 2 + 2] = "", draft[PATH_SIZE];
	bool done;
	int fd;

	random_bytes(secret, sizeof(secret));
	for (size_t i = 0; i < sizeof(secret); i++)
		snprintf(text + 2 * i, 3, "%02x", secret[i]);
	text[SECRET_BYTES * 2] = '\n';
	snprintf(draft, sizeof(draft), "%s.%ld", path, (long)getpid());
	fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	done = fd >= 0 && write(fd, text, sizeof(text) - 1) == (ssize_t)sizeof(text) - 1 &&
	       fsync(fd) == 0 && (link(draft, path) == 0 || errno == EEXIST);
	if (!done)
		snprintf(why, why_size, "The key %s cannot be made: %s.", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	unlink(draft);
	OPENSSL_cleanse(secret, sizeof(secret));
	OPENSSL_cleanse(text, sizeof(text));
	return done;
}

static bool read_file(const char *path, char text[FILE_MAX], char *why, size_t why_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) != 0) {
		snprintf(why, why_size, "The key %s cannot be read: %s.", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	n = read(fd, text, FILE_MAX - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	if (st.st_mode & 077) {
		snprintf(why, why_size, "The key %s can be read by others: chmod 600 %s.", path,
			 path);
		return false;
	}
	return true;
}

/* The secrets that are given, else those of the file. */
static bool find_secrets(const char *given, const char *path, bool make, char (*out)[KEY_MAX + 1],
			 size_t max, size_t *n, char *why, size_t why_size)
{
	char text[FILE_MAX];
	const char *wrong;

	if (given[0])
		snprintf(text, sizeof(text), "%s", given);
	else if ((make && access(path, F_OK) != 0 && !make_file(path, why, why_size)) ||
		 !read_file(path, text, why, why_size))
		return false;
	wrong = take_secrets(text, out, max, n);
	OPENSSL_cleanse(text, sizeof(text));
	if (wrong)
		snprintf(why, why_size, "The key %s is of no use: %s.", given[0] ? "given" : path,
			 wrong);
	return !wrong;
}

bool keys_load(struct keys *k, const struct keys_where *where, char *why, size_t why_size)
{
	char folder[PATH_SIZE - 16], path[PATH_SIZE], secrets[KEYS_VALID][KEY_MAX + 1];
	size_t n = 0;
	bool done;

	*k = (struct keys){ 0 };
	if ((size_t)snprintf(folder, sizeof(folder), "%s/keys", where->dir) >= sizeof(folder)) {
		snprintf(why, why_size, "The name of the folder of the data is too long.");
		return false;
	}
	if (where->make &&
	    (!make_folder(where->dir, why, why_size) || !make_folder(folder, why, why_size)))
		return false;
	snprintf(path, sizeof(path), "%s/tickets", folder);
	done = find_secrets(where->tickets, path, where->make, secrets, KEYS_VALID, &k->n, why,
			    why_size);
	for (size_t i = 0; done && i < k->n; i++) {
		memcpy(k->list[i].secret, secrets[i], sizeof(secrets[i]));
		name_key(&k->list[i]);
	}
	OPENSSL_cleanse(secrets, sizeof(secrets));
	snprintf(path, sizeof(path), "%s/install.key", where->dir);
	return done && find_secrets(where->installation, path, where->make, &k->installation, 1, &n,
				    why, why_size);
}

void keys_fini(struct keys *k)
{
	OPENSSL_cleanse(k, sizeof(*k));
}
