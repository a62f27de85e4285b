/* Who is connected on other instances, as they tell by signals, and who is here, as we tell them.
 *
 * Every word is a small JSON object that names who says it (`of`, chance made at its start) and in
 * which history of the log (`epoch`); words of another history, of strangers and of no sense change
 * nothing. An instance tells the whole list of those who are connected to it, one id for each
 * connection, in order, when it has changed:
 *
 *	{"of":"0f3c..","epoch":"k3f9","v":7,"here":[2,5,5,9]}
 *	{"of":"0f3c..","epoch":"k3f9","v":7}			every BEAT_MS, while somebody is
 *here
 *	{"of":"77a0..","epoch":"k3f9","asks":"0f3c.."}		by who lacks list 7; "": everybody's
 *	{"of":"0f3c..","epoch":"k3f9","typing":5,"room":1}
 *
 * Of whom nothing was heard for ELSEWHERE_DEAD_MS, nobody is connected. */
#include "server/hub/live.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/base/plant.h"

#define TELL_MS 250 /* the list is told at most once in this, or in 1 ms for each connection */
#define BEAT_MS 3000

#define INSTANCES_MAX 64        /* others that are listened to in one session */
#define LIST_MAX      50000     /* connections that one instance may tell of */
#define WORD_MAX      (1 << 20) /* bytes */
#define NAME_SIZE     17

/* --- telling ------------------------------------------------------------------------------------
 */

static void name_of(uint64_t instance, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "%016" PRIx64, instance);
}

static void begin(const struct live *l, struct text *t)
{
	char name[NAME_SIZE];

	name_of(hub_options(l->hub)->instance, name);
	text_object(t, NULL);
	text_string(t, "of", name);
	text_string(t, "epoch", l->epoch);
}

static void say(struct live *l, struct text *t)
{
	text_object_end(t);
	struct msg *m = msg_new(t->s, t->len);
	text_free(t);
	store_signal(hub_store(l->hub), l->log, m);
	msg_unref(&m);
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void write_here(const struct live *l, struct text *t)
{
	uint64_t *ids = x_malloc(l->n_peers * sizeof(*ids));
	size_t n = 0;

	for (const struct present *who = l->present; who && !l->elsewhere.silent;
	     who = who->hh.next)
		for (size_t i = 0; i < who->n_peers && n < l->n_peers; i++)
			ids[n++] = who->person;
	qsort(ids, n, sizeof(*ids), by_number);
	text_array(t, "here");
	for (size_t i = 0; i < n; i++)
		text_id(t, NULL, ids[i]);
	text_array_end(t);
	free(ids);
}

static void tell(struct live *l, bool list)
{
	struct elsewhere *e = &l->elsewhere;
	struct text t = { 0 };

	begin(l, &t);
	text_id(&t, "v", e->version);
	if (list)
		write_here(l, &t);
	say(l, &t);
	e->beat_at = hub_now(l->hub) + BEAT_MS;
}

static void ask(struct live *l, const char *whom)
{
	struct text t = { 0 };

	begin(l, &t);
	text_string(&t, "asks", whom);
	say(l, &t);
}

void elsewhere_typing(struct live *l, uint64_t room, uint64_t who)
{
	struct text t = { 0 };

	if (hub_store(l->hub)->alone || l->phase != LIVE_OPEN)
		return;
	begin(l, &t);
	text_id(&t, "typing", who);
	text_id(&t, "room", room);
	say(l, &t);
}

void elsewhere_stir(struct live *l)
{
	l->elsewhere.changed = true;
}

/* A log that is empty has no epoch yet, and nobody is in it. */
static bool is_mute(const struct live *l)
{
	return l->phase != LIVE_OPEN || !l->epoch[0] || hub_store(l->hub)->alone;
}

void elsewhere_opened(struct live *l)
{
	l->elsewhere.changed = l->n_peers > 0;
	if (!is_mute(l))
		ask(l, "");
}

void elsewhere_silence(struct live *l)
{
	l->elsewhere.silent = true;
	l->elsewhere.version = hub_next_list(l->hub);
	if (!is_mute(l) && l->n_peers)
		tell(l, true);
}

/* --- what the others tell -----------------------------------------------------------------------
 */

static struct remote *find(struct elsewhere *e, uint64_t instance)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->list[i].instance == instance)
			return &e->list[i];
	return NULL;
}

static struct remote *find_or_add(struct elsewhere *e, uint64_t instance)
{
	struct remote *r = find(e, instance);

	if (r || e->n == INSTANCES_MAX)
		return r;
	e->list = x_grow(e->list, e->n, sizeof(*e->list));
	e->list[e->n] = (struct remote){ .instance = instance };
	return &e->list[e->n++];
}

/* First who came, then who went: nobody who stays is away in between. */
static void take_list(struct live *l, struct remote *r, uint64_t *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		presence_elsewhere(l, ids[i], true);
	for (size_t i = 0; i < r->n; i++)
		presence_elsewhere(l, r->ids[i], false);
	free(r->ids);
	r->ids = ids;
	r->n = n;
}

/* In order, of ids that can be. */
static bool read_list(const json_t *here, uint64_t **out, size_t *n)
{
	size_t count = json_array_size(here);
	uint64_t *ids = x_malloc(count * sizeof(*ids)), last = 1;

	for (*n = 0; *n < count && count <= LIST_MAX; last = ids[(*n)++]) {
		const json_t *id = json_array_get(here, *n);
		json_int_t value = json_integer_value(id);

		if (value < (json_int_t)last || value > (json_int_t)INT64_C(0x1fffffffffffff))
			break;
		ids[*n] = (uint64_t)value;
	}
	*out = ids;
	if (*n == count && json_is_array(here))
		return true;
	free(ids);
	return false;
}

static void hear_beat(struct live *l, uint64_t instance, uint64_t version)
{
	struct remote *r = find_or_add(&l->elsewhere, instance);
	char name[NAME_SIZE];

	if (!r || version < r->version)
		return;
	r->heard_at = hub_now(l->hub);
	if (version == r->version)
		return;
	name_of(instance, name);
	ask(l, name);
}

static void hear_list(struct live *l, uint64_t instance, uint64_t version, const json_t *here)
{
	struct remote *r;
	uint64_t *ids;
	size_t n;

	if (!read_list(here, &ids, &n))
		return;
	r = find_or_add(&l->elsewhere, instance);
	if (r && version >= r->version)
		r->heard_at = hub_now(l->hub);
	if (!r || version <= r->version) { /* late, or again */
		free(ids);
		return;
	}
	r->version = version;
	take_list(l, r, ids, n);
}

static void hear_question(struct live *l, const char *whom)
{
	char name[NAME_SIZE];

	name_of(hub_options(l->hub)->instance, name);
	if ((!whom[0] || strcmp(whom, name) == 0) && (l->n_peers || l->elsewhere.version))
		l->elsewhere.asked = true;
}

static void hear_typing(struct live *l, json_int_t who, json_int_t room)
{
	const struct person *p = who > 0 ? state_person(&l->state, (uint64_t)who) : NULL;

	if (p && room >= 0)
		word_typing(l, p, (uint64_t)room);
}

static bool read_name(const char *text, uint64_t *instance)
{
	if (!text || strlen(text) != NAME_SIZE - 1 ||
	    strspn(text, "0123456789abcdef") != NAME_SIZE - 1)
		return false;
	*instance = strtoull(text, NULL, 16);
	return true;
}

static void hear(struct live *l, json_t *word)
{
	const char *of = NULL, *epoch = NULL, *asks = NULL;
	json_int_t version = 0, typing = 0, room = -1;
	json_t *here = NULL;
	uint64_t instance;

	if (json_unpack(word, "{s:s, s:s, s?I, s?o, s?s, s?I, s?I !}", "of", &of, "epoch", &epoch,
			"v", &version, "here", &here, "asks", &asks, "typing", &typing, "room",
			&room) != 0 ||
	    !read_name(of, &instance) || instance == hub_options(l->hub)->instance ||
	    strcmp(epoch, l->epoch) != 0)
		return;
	if (asks)
		hear_question(l, asks);
	else if (typing)
		hear_typing(l, typing, room);
	else if (version > 0 && here)
		hear_list(l, instance, (uint64_t)version, here);
	else if (version > 0)
		hear_beat(l, instance, (uint64_t)version);
}

void elsewhere_hear(struct live *l, const struct msg *m)
{
	json_t *word;

	if (is_mute(l) || m->len > WORD_MAX)
		return;
	word = json_loadb(m->text, m->len, JSON_REJECT_DUPLICATES, NULL);
	if (word)
		hear(l, word);
	json_decref(word);
}

/* --- time ---------------------------------------------------------------------------------------
 */

static void forget(struct live *l, struct remote *r)
{
	take_list(l, r, NULL, 0);
	*r = l->elsewhere.list[--l->elsewhere.n];
}

void elsewhere_forget(struct live *l)
{
	while (l->elsewhere.n)
		forget(l, &l->elsewhere.list[0]);
	free(l->elsewhere.list);
	l->elsewhere.list = NULL;
}

void elsewhere_free(struct live *l)
{
	for (size_t i = 0; i < l->elsewhere.n; i++)
		free(l->elsewhere.list[i].ids);
	free(l->elsewhere.list);
}

static void bury(struct live *l)
{
	int64_t late = hub_now(l->hub) - ELSEWHERE_DEAD_MS;

	for (size_t i = l->elsewhere.n; i-- > 0 && !PLANTED(PLANT_DEAD_STAY);)
		if (l->elsewhere.list[i].heard_at <= late)
			forget(l, &l->elsewhere.list[i]);
}

static bool has_to_tell(const struct elsewhere *e)
{
	return !e->silent && (e->changed || e->asked);
}

void elsewhere_turn(struct live *l)
{
	struct elsewhere *e = &l->elsewhere;
	int64_t now = hub_now(l->hub);

	bury(l);
	if (is_mute(l))
		return;
	if (has_to_tell(e) && e->tell_at <= now) {
		if (e->changed)
			e->version = hub_next_list(l->hub);
		e->changed = e->asked = false;
		e->tell_at = now + (l->n_peers > TELL_MS ? (int64_t)l->n_peers : TELL_MS);
		tell(l, true);
	} else if (l->n_peers && !e->silent && e->version && e->beat_at <= now) {
		tell(l, false);
	}
}

int64_t elsewhere_wake(const struct live *l)
{
	const struct elsewhere *e = &l->elsewhere;
	int64_t wake = 0;

	for (size_t i = 0; i < e->n; i++)
		sooner(&wake, e->list[i].heard_at + ELSEWHERE_DEAD_MS);
	if (is_mute(l))
		return wake;
	if (has_to_tell(e))
		sooner(&wake, e->tell_at ? e->tell_at : 1);
	if (l->n_peers && !e->silent && e->version)
		sooner(&wake, e->beat_at);
	return wake;
}
