#include "server/net/operate.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/net/api.h"
#include "server/net/http.h"
#include "server/net/inside.h"

#define HASH_BYTES 32

/* Letters and digits of the hash of everything that follows from the log. */
static void hash_state(const struct state *s, char out[2 * HASH_BYTES + 1])
{
	unsigned char hash[HASH_BYTES];
	unsigned n = 0;
	struct text t = { 0 };

	state_write(s, &t);
	if (!EVP_Digest(t.s ? t.s : "", t.len, hash, &n, EVP_sha256(), NULL) || n != HASH_BYTES)
		x_end(X_MEMORY);
	text_free(&t);
	for (size_t i = 0; i < HASH_BYTES; i++)
		snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

static void on_state(void *arg, enum err err, const struct state *s)
{
	struct request *r = arg;
	char hash[2 * HASH_BYTES + 1];
	struct text t = { 0 };

	if (err) {
		api_refuse(r, err, NULL);
		return;
	}
	hash_state(s, hash);
	text_object(&t, NULL);
	text_id(&t, "seq", s->seq);
	text_string(&t, "epoch", hub_epoch(r->net->hub, s->session.id));
	text_string(&t, "sha256", hash);
	text_object_end(&t);
	answer_json(r, 200, &t);
}

static void on_erased(void *arg, enum err err, size_t n)
{
	struct request *r = arg;
	struct text t = { 0 };

	if (err) {
		api_refuse(r, err, NULL);
		return;
	}
	text_object(&t, NULL);
	text_int(&t, "erased", (int64_t)n);
	text_object_end(&t);
	answer_json(r, 200, &t);
}

static void erase(struct request *r, const char *session)
{
	json_t *body = api_body(r), *line;
	json_int_t number;

	if (!body)
		return;
	line = json_object_get(body, "line");
	number = json_object_size(body) == 1 ? json_integer_value(line) : 0;
	json_decref(body);
	if (number <= 0) {
		api_refuse(r, ERR_BAD_REQUEST, "line");
		return;
	}
	r->busy = true;
	hub_erase(r->net->hub, session, (uint64_t)number, on_erased, r);
}

static void on_dropped(void *arg, enum err err, size_t n)
{
	struct request *r = arg;
	struct text t = { 0 };

	(void)n;
	if (err) {
		api_refuse(r, err, NULL);
		return;
	}
	text_object(&t, NULL);
	text_bool(&t, "dropped", true);
	text_object_end(&t);
	answer_json(r, 200, &t);
}

static void drop(struct request *r, const char *session)
{
	json_t *body = api_body(r);
	bool says_more = json_object_size(body) > 0;

	if (!body)
		return;
	json_decref(body);
	if (says_more) {
		api_refuse(r, ERR_BAD_REQUEST, NULL);
		return;
	}
	r->busy = true;
	hub_drop(r->net->hub, session, "operator", on_dropped, r);
}

bool operate_serve(struct request *r)
{
	char id[33];
	const char *rest = api_take_id(r->path, "/sessions/", id);
	bool posts = r->method == METHOD_POST;

	if (!rest)
		return false;
	if (strcmp(rest, "/state") == 0 && !posts)
		api_read(r, id, on_state);
	else if (strcmp(rest, "/state") == 0)
		answer_not_allowed(r, "GET, HEAD");
	else if (strcmp(rest, "/erase") == 0 && posts)
		erase(r, id);
	else if (strcmp(rest, "/drop") == 0 && posts)
		drop(r, id);
	else if (strcmp(rest, "/erase") == 0 || strcmp(rest, "/drop") == 0)
		answer_not_allowed(r, "POST");
	else
		return false;
	return true;
}
