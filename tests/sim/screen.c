/* What comes down to a screen: views, events, digests, answers and errors, each taken as the web
 * client takes it. All of it is kept, for check.c. A screen may be slow, and take nothing for a
 * while. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "tests/sim/human.h"

#define VIEW   "{\"view\":"
#define DIGEST "{\"signal\":\"digest\""

static json_int_t number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static struct human *human_of(struct peer *p)
{
	return (struct human *)(void *)((char *)p - offsetof(struct human, peer));
}

static void show(struct human *h, bool is_view, uint64_t seq, const char *text, size_t len)
{
	h->shown = x_grow(h->shown, h->n_shown, sizeof(*h->shown));
	h->shown[h->n_shown++] = (struct shown){ is_view, h->history, seq, x_strndup(text, len) };
	h->seq = seq;
}

/* The message around a view, from the last ,"seq": on, which is the one at the top. The view is not
 * parsed: it is compared with what the state says, byte for byte, at the end. */
static json_t *around_view(const char *text, size_t *view_len)
{
	const char *end = strstr(text, ",\"seq\":"), *last = end;
	struct text rest = { 0 };
	json_t *m;

	for (; end; end = strstr(end + 1, ",\"seq\":"))
		last = end;
	text_puts(&rest, "{");
	text_puts(&rest, last + 1);
	m = json_loads(rest.s, 0, NULL);
	text_free(&rest);
	*view_len = (size_t)(last - text) - strlen(VIEW);
	return m;
}

static void on_view(struct human *h, const char *text)
{
	const char *you = strstr(text, "\"you\":{");
	size_t i, len;
	json_t *m = around_view(text, &len), *n;

	h->id = (uint64_t)number(m, "you");
	h->room = strtoull(strstr(you, "\"room\":") + strlen("\"room\":"), NULL, 10);
	snprintf(h->epoch, sizeof(h->epoch), "%s", json_string_value(json_object_get(m, "epoch")));
	h->history = cluster_history(h->sim, h->epoch);
	show(h, true, (uint64_t)number(m, "seq"), text + strlen(VIEW), len);
	h->sim->counts.views++;
	json_array_foreach (json_object_get(m, "taken"), i, n)
		wish_acked(h, (uint64_t)json_integer_value(n), h->seq);
	wish_history(h);
	json_decref(m);
}

/* The first digest after hello: view or gap came before it. */
static void on_digest(struct human *h, const char *text)
{
	free(h->digest);
	h->digest = x_strdup(text);
	if (h->welcome)
		return;
	h->welcome = true;
	wish_welcome(h);
}

static void on_event(struct human *h, const json_t *m, const struct msg *wire)
{
	show(h, false, (uint64_t)number(m, "seq"), wire->text, wire->len);
	h->sim->counts.events++;
	if ((uint64_t)number(m, "by") == h->id && number(m, "n"))
		wish_acked(h, (uint64_t)number(m, "n"), h->seq);
}

static void on_other(struct human *h, const struct msg *wire)
{
	json_t *m = json_loadb(wire->text, wire->len, JSON_REJECT_DUPLICATES, NULL);
	uint64_t n = (uint64_t)number(m, "n");

	if (!m)
		sim_fail(h->sim, "%s was sent what is not JSON: %s", h->name, wire->text);
	else if (json_object_get(m, "event"))
		on_event(h, m, wire);
	else if (json_object_get(m, "error"))
		wish_refused(h, n, json_string_value(json_object_get(m, "error")));
	else if (json_object_get(m, "answer"))
		wish_acked(h, n, (uint64_t)number(json_object_get(m, "answer"), "seq"));
	else if ((uint64_t)number(m, "by") == h->id)
		sim_fail(h->sim, "%s was shown their own typing", h->name);
	json_decref(m);
}

/* Now and then a screen stops taking what is not owed to it alone. */
static bool is_slow(struct human *h, enum peer_load load)
{
	if (h->slow)
		return load == LOAD_EVENT || load == LOAD_SIGNAL;
	if (load != LOAD_EVENT || h->sim->heals || !percent(&h->sim->rng, 1))
		return false;
	h->slow = 1 + below(&h->sim->rng, 40);
	return true;
}

static bool take(struct peer *p, struct msg *m, enum peer_load load)
{
	struct human *h = human_of(p);

	if (is_slow(h, load))
		return false;
	if (strncmp(m->text, VIEW, strlen(VIEW)) == 0)
		on_view(h, m->text);
	else if (strncmp(m->text, DIGEST, strlen(DIGEST)) == 0)
		on_digest(h, m->text);
	else
		on_other(h, m);
	return true;
}

static void bye(struct peer *p, enum bye why, int64_t retry_ms)
{
	struct human *h = human_of(p);

	if (why == BYE_REMOVED)
		h->banned = true;
	h->slow = 0;
	h->again_at = -(retry_ms < 0 ? 300 : retry_ms + 1); /* closes in the next step */
}

const struct peer_ops screen_ops = { .send = take, .bye = bye };
