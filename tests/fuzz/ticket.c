/* Tickets and invitations: as they come, and with a good signature over whatever claims, so that
 * the reader behind the signature is reached. What is taken is written again as the same. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

#include "server/net/base64.h"
#include "server/net/ticket.h"
#include "tests/fuzz/fuzz.h"

#define NOW INT64_C(1795305600000)

static struct keys keys;

static void make_keys(void)
{
	struct keys_where where = { .dir = "build/fuzz",
				    .tickets = "0123456789abcdef0123456789abcdef",
				    .installation = "fedcba9876543210fedcba9876543210" };
	char why[256];

	if (!keys.n)
		must(keys_load(&keys, &where, why, sizeof(why)));
}

static char *signed_over(const char *claims, size_t n)
{
	const struct key *key = &keys.list[0];
	size_t head = strlen(key->header), len = head + 1 + BASE64_LENGTH(n);
	char *text = malloc(len + 1 + BASE64_LENGTH(32) + 1);
	unsigned char mac[32];
	unsigned size = 0;

	memcpy(text, key->header, head);
	text[head] = '.';
	base64_write(claims, n, text + head + 1);
	must(HMAC(EVP_sha256(), key->secret, (int)strlen(key->secret), (unsigned char *)text, len,
		  mac, &size));
	text[len] = '.';
	base64_write(mac, sizeof(mac), text + len + 1);
	return text;
}

static void read_it(const char *text, size_t len)
{
	struct ticket t, again;
	enum ticket_fault fault = ticket_read(&keys, text, len, NOW, &t);
	char *written;

	if (fault != TICKET_BAD) {
		must(session_id_ok(t.session) && (t.expires > NOW) == (fault == TICKET_GOOD));
		must(t.kind == TICKET_INVITATION || (t.sub && t.name && t.school && t.language));
		written = ticket_write(&keys, &t);
		if (written) { /* escapes may make it longer than it was */
			must(ticket_read(&keys, written, strlen(written), NOW, &again) == fault);
			must(json_equal(t.holds, again.holds));
			ticket_free(&again);
		}
		free(written);
	}
	ticket_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { (const char *)data, size };
	bool is_signed;
	char *text;

	make_keys();
	is_signed = take_byte(&in) == '{';
	if (!is_signed) {
		read_it((const char *)data, size);
		return 0;
	}
	text = signed_over((const char *)data, size);
	read_it(text, strlen(text));
	free(text);
	return 0;
}
