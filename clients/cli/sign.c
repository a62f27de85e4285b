#include "clients/cli/sign.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clients/cli/cli.h"
#include "server/net/base64.h"

#define TEXT_SIZE ((KEY_MAX + 2) * KEYS_VALID)

/* As the server is told of them: by the environment, or by a file that it names. "": by neither. */
static bool given_keys(char text[TEXT_SIZE])
{
	const char *given = getenv("JOBALIKE_KEYS_TICKETS");
	const char *path = getenv("JOBALIKE_KEYS_TICKETS_FILE");
	size_t n = 0;
	FILE *f;

	snprintf(text, TEXT_SIZE, "%s", given ? given : "");
	if (given || !path)
		return true;
	if ((f = fopen(path, "r"))) {
		n = fread(text, 1, TEXT_SIZE - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	if (!n)
		says_failed(CLI_REFUSED, "no keys in %s, which JOBALIKE_KEYS_TICKETS_FILE names",
			    path);
	return n > 0;
}

bool sign_keys(struct keys *keys, const char *data)
{
	char given[TEXT_SIZE], why[300];
	struct keys_where where = { .dir = data, .tickets = given };

	if (!given_keys(given))
		return false;
	where.installation = "not-needed-here-but-long-enough-to-be-a-key";
	if (keys_load(keys, &where, why, sizeof(why)))
		return true;
	says_failed(CLI_REFUSED, "%s (--data names the folder of the server's data)", why);
	return false;
}

char *sign_token(const struct keys *keys, struct ticket *ticket)
{
	char name[RANDOM_NAME], *token;

	if (ticket->kind == TICKET_PERSON && !ticket->sub) {
		random_name(name);
		ticket->sub = name;
	}
	ticket->issued = (int64_t)time(NULL) * 1000; /* an older one of the same person ends */
	token = ticket_write(keys, ticket);
	if (ticket->sub == name)
		ticket->sub = NULL;
	if (!token)
		says_failed(CLI_REFUSED, "the ticket would be too long, or a text is not UTF-8");
	return token;
}

const char *sign_kind(const char *token)
{
	const char *claims = strchr(token, '.'), *end = claims ? strchr(claims + 1, '.') : NULL;
	unsigned char bytes[LIMIT_TICKET_BYTES];
	size_t n;
	json_t *json;
	const char *kind;
	bool is_ticket, is_invite;

	if (!end || !base64_read(claims + 1, (size_t)(end - claims - 1), bytes, sizeof(bytes), &n))
		return NULL;
	json = json_loadb((const char *)bytes, n, 0, NULL);
	kind = json_string_value(json_object_get(json, "kind"));
	is_ticket = kind && strcmp(kind, "ticket") == 0;
	is_invite = kind && strcmp(kind, "invite") == 0;
	json_decref(json);
	return is_ticket ? "ticket" : is_invite ? "invite" : NULL;
}
