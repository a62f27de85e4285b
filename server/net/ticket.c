#include "server/net/ticket.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/net/base64.h"

#define MAC_BYTES   32
#define MAC_LETTERS BASE64_LENGTH(MAC_BYTES)
#define EXP_MAX     INT64_C(253402300799) /* the end of the year 9999 */

static const char *const kinds[] = { [TICKET_PERSON] = "ticket", [TICKET_INVITATION] = "invite" };

bool session_id_ok(const char *id)
{
	size_t n = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

	return n > 0 && n <= 32 && id[n] == '\0';
}

static void sign(const struct key *key, const char *text, size_t len, unsigned char mac[MAC_BYTES])
{
	unsigned n = 0;

	if (!HMAC(EVP_sha256(), key->secret, (int)strlen(key->secret), (const unsigned char *)text,
		  len, mac, &n) ||
	    n != MAC_BYTES)
		x_end(X_MEMORY);
}

static char *write_claims(const struct ticket *t)
{
	json_t *j = json_pack("{s:s, s:s, s:s, s:I}", "kind", kinds[t->kind], "session", t->session,
			      "role", role_names[t->role], "exp", (json_int_t)(t->expires / 1000));
	char *text = NULL;

	if (j && t->kind == TICKET_PERSON &&
	    json_object_update_new(j, json_pack("{s:I, s:s, s:s, s:s, s:s*, s:s*, s:s}", "iat",
						(json_int_t)(t->issued / 1000), "sub", t->sub,
						"name", t->name, "school", t->school, "job", t->job,
						"area", t->area, "language",
						language_names[t->language])) != 0) {
		json_decref(j);
		return NULL;
	}
	if (j)
		text = json_dumps(j, JSON_COMPACT);
	json_decref(j);
	return text;
}

char *ticket_write(const struct keys *k, const struct ticket *t)
{
	const struct key *key = &k->list[0];
	unsigned char mac[MAC_BYTES];
	char *claims = write_claims(t), *out = NULL;
	size_t n_header = strlen(key->header), n_claims = claims ? strlen(claims) : 0, signed_len;

	signed_len = n_header + 1 + BASE64_LENGTH(n_claims);
	if (claims && signed_len + 1 + MAC_LETTERS <= LIMIT_TICKET_BYTES) {
		out = x_malloc(signed_len + 1 + MAC_LETTERS + 1);
		memcpy(out, key->header, n_header);
		out[n_header] = '.';
		base64_write(claims, n_claims, out + n_header + 1);
		sign(key, out, signed_len, mac);
		out[signed_len] = '.';
		base64_write(mac, sizeof(mac), out + signed_len + 1);
	}
	free(claims);
	return out;
}

/* The key whose header this is. */
static const struct key *key_of(const struct keys *k, const char *header, size_t len)
{
	for (size_t i = 0; i < k->n; i++)
		if (strlen(k->list[i].header) == len && memcmp(k->list[i].header, header, len) == 0)
			return &k->list[i];
	return NULL;
}

/* Is the part after the last dot the signature of what stands before it? */
static bool is_signed(const struct key *key, const char *text, size_t signed_len, const char *mac)
{
	unsigned char should[MAC_BYTES], is[MAC_BYTES];
	size_t n;

	sign(key, text, signed_len, should);
	return base64_read(mac, MAC_LETTERS, is, sizeof(is), &n) && n == sizeof(is) &&
	       CRYPTO_memcmp(should, is, sizeof(is)) == 0;
}

static json_t *read_claims(const char *text, size_t len)
{
	unsigned char bytes[LIMIT_TICKET_BYTES];
	size_t n;

	if (!base64_read(text, len, bytes, sizeof(bytes), &n))
		return NULL;
	return json_loadb((const char *)bytes, n, JSON_REJECT_DUPLICATES, NULL);
}

/* The place of a claim in a list of words; 0: it is not there or not one of them. */
static int word_of(const json_t *claims, const char *name, const char *const *words, int n)
{
	const char *word = json_string_value(json_object_get(claims, name));

	for (int i = 1; word && i < n; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return 0;
}

/* NULL when absent; counts what was found. */
static const char *text_of(const json_t *claims, const char *name, size_t *found)
{
	const json_t *j = json_object_get(claims, name);

	if (json_is_string(j))
		(*found)++;
	return json_string_value(j);
}

/* Whole seconds, as a time. */
static bool take_time(const json_t *claims, const char *name, int64_t least, int64_t *out)
{
	const json_t *j = json_object_get(claims, name);

	if (!json_is_integer(j) || json_integer_value(j) < least || json_integer_value(j) > EXP_MAX)
		return false;
	*out = json_integer_value(j) * 1000;
	return true;
}

/* Every claim that we make is there, and no other. */
static bool take_claims(const json_t *claims, struct ticket *out)
{
	size_t found = 4; /* kind, session, role, exp */

	if (!json_is_object(claims) || !take_time(claims, "exp", 1, &out->expires))
		return false;
	out->kind = (enum ticket_kind)word_of(claims, "kind", kinds, TICKET_INVITATION + 1);
	out->role = (enum role)word_of(claims, "role", role_names, ROLE_COUNT);
	out->session = json_string_value(json_object_get(claims, "session"));
	if (!out->kind || !out->role || !out->session || !session_id_ok(out->session))
		return false;
	if (out->kind == TICKET_PERSON) {
		out->sub = text_of(claims, "sub", &found);
		out->name = text_of(claims, "name", &found);
		out->school = text_of(claims, "school", &found);
		out->job = text_of(claims, "job", &found);
		out->area = text_of(claims, "area", &found);
		out->language =
			(enum language)word_of(claims, "language", language_names, LANGUAGE_COUNT);
		found += 2; /* language, iat */
		if (!take_time(claims, "iat", 0, &out->issued) || !out->sub || !out->name ||
		    !out->school || !out->language)
			return false;
	}
	return json_object_size(claims) == found;
}

enum ticket_fault ticket_read(const struct keys *k, const char *text, size_t len, int64_t now,
			      struct ticket *out)
{
	const char *claims = memchr(text, '.', len), *mac;
	const struct key *key;

	*out = (struct ticket){ 0 };
	if (!claims || len > LIMIT_TICKET_BYTES || len < MAC_LETTERS + 3)
		return TICKET_BAD;
	mac = text + len - MAC_LETTERS;
	key = key_of(k, text, (size_t)(claims - text));
	claims++;
	if (!key || mac - 1 < claims || mac[-1] != '.' ||
	    !is_signed(key, text, (size_t)(mac - 1 - text), mac))
		return TICKET_BAD;
	out->holds = read_claims(claims, (size_t)(mac - 1 - claims));
	if (!take_claims(out->holds, out))
		return TICKET_BAD;
	return out->expires > now ? TICKET_GOOD : TICKET_EXPIRED;
}

void ticket_free(struct ticket *t)
{
	json_decref(t->holds);
	*t = (struct ticket){ 0 };
}
