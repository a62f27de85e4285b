/* Sessions that are alive here, and the people's way in and out of them. */
#include "server/hub/hub.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/hub/live.h"

#define SWEEP_MS 30000 /* how often tickets are looked at that are over */

struct hub {
	struct hub_options options;
	struct store *store;
	struct directory *directory;
	struct live *lives;
	struct live *stirred; /* to look at this turn */
	struct reader *lost;  /* who asked for a session that is not there */
	int64_t now, wake, sweep_at;
	size_t view_bytes; /* built in this turn */
	bool draining;
	struct hub_figures figures;
};

int64_t hub_now(const struct hub *h)
{
	return h->now;
}

struct store *hub_store(const struct hub *h)
{
	return h->store;
}

const struct hub_options *hub_options(const struct hub *h)
{
	return &h->options;
}

struct hub_figures *hub_counts(struct hub *h)
{
	return &h->figures;
}

size_t *hub_view_bytes(struct hub *h)
{
	return &h->view_bytes;
}

struct directory *hub_list(struct hub *h)
{
	return h->directory;
}

const struct directory *hub_directory(const struct hub *h)
{
	return h->directory;
}

bool hub_ready(const struct hub *h)
{
	return h->directory && directory_is_live(h->directory);
}

struct hub *hub_new(const struct hub_options *options, int64_t now)
{
	struct hub *h = x_calloc(1, sizeof(*h));

	h->options = *options;
	h->now = now;
	h->sweep_at = now + SWEEP_MS;
	return h;
}

void hub_use(struct hub *h, struct store *store)
{
	h->store = store;
	h->directory = directory_new(store);
}

void hub_free(struct hub *h)
{
	struct live *l, *next;

	if (!h)
		return;
	HASH_ITER (hh, h->lives, l, next) {
		HASH_DEL(h->lives, l);
		live_free(l);
	}
	for (struct reader *r; (r = h->lost);) {
		h->lost = r->next;
		free(r);
	}
	directory_free(h->directory);
	free(h);
}

void hub_stir(struct hub *h, struct live *l)
{
	l->next_stirred = h->stirred;
	h->stirred = l;
}

static struct live *find(const struct hub *h, const char *session)
{
	struct live *l;

	HASH_FIND_STR(h->lives, session, l);
	return l;
}

/* Loads the session if it is not alive yet. */
static struct live *wake_up(struct hub *h, const char *session)
{
	struct live *l = find(h, session);

	if (l)
		return l;
	l = live_new(h, session);
	HASH_ADD_STR(h->lives, id, l);
	return l;
}

void hub_notice(void *hub, const struct store_notice *notice)
{
	struct hub *h = hub;

	if (strcmp(notice->log, DIRECTORY_LOG) == 0) {
		directory_notice(h->directory, notice, h->now);
		return;
	}
	struct live *l = find(h, notice->log + 2); /* after "s-" */
	if (l)
		live_notice(l, notice);
}

/* --- peers --------------------------------------------------------------------------------------
 */

static void tell(struct peer *p, struct text *t)
{
	struct msg *m = msg_new(t->s, t->len);

	p->ops->send(p, m, LOAD_ANSWER);
	msg_unref(&m);
	text_free(t);
}

void peer_error(struct peer *p, enum err err, const struct blame *blame, int64_t retry_ms)
{
	struct text t = { 0 };

	text_object(&t, NULL);
	text_string(&t, "error", err_names[err]);
	if (blame && blame->has_n)
		text_id(&t, "n", blame->n);
	if (blame && blame->field[0])
		text_string(&t, "field", blame->field);
	if (retry_ms > 0)
		text_int(&t, "retry_ms", retry_ms);
	text_object_end(&t);
	tell(p, &t);
}

void peer_already(struct peer *p, uint64_t n, uint64_t seq)
{
	struct text t = { 0 };

	text_object(&t, NULL);
	text_object(&t, "answer");
	text_id(&t, "seq", seq);
	text_object_end(&t);
	text_id(&t, "n", n);
	text_object_end(&t);
	tell(p, &t);
}

void peer_bye(struct peer *p, enum bye why, int64_t retry_ms)
{
	if (p->leaving)
		return;
	p->leaving = true;
	crowd_leave(p);
	p->ops->bye(p, why, retry_ms);
}

void hub_refuse(struct live *l, struct peer *p, enum err err)
{
	(void)l;
	if (p->leaving)
		return;
	peer_error(p, err, NULL, 0);
	if (err == ERR_REMOVED)
		peer_bye(p, BYE_REMOVED, -1);
	else
		peer_bye(p, BYE_UNAVAILABLE, err == ERR_UNAVAILABLE ? ANSWER_MS : -1);
}

/* Of the commands the client still waits for, those that are in the log. */
static void keep_taken(const struct live *l, struct peer *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_asked; i++)
		if (state_taken(&l->state, p->person, p->asked[i]))
			p->asked[n++] = p->asked[i];
	p->n_asked = n;
}

/* A screen never goes back: whoever has seen more than we have yet waits until we have seen it too.
 */
static bool is_ahead(const struct live *l, const struct peer *p)
{
	return p->resumes && strcmp(p->epoch, l->epoch) == 0 && p->after > l->state.seq;
}

static void wait(struct live *l, struct peer *p)
{
	p->waits_since = hub_now(l->hub);
	p->next_waiting = l->waiting;
	l->waiting = p;
}

static void stop_waiting(struct live *l, const struct peer *p)
{
	struct peer **at = &l->waiting;

	while (*at && *at != p)
		at = &(*at)->next_waiting;
	if (*at)
		*at = p->next_waiting;
}

void hub_admit_waiting(struct live *l)
{
	struct peer *list = l->waiting;

	l->waiting = NULL;
	for (struct peer *p = list, *next; p; p = next) {
		int64_t since = p->waits_since;

		next = p->next_waiting;
		if (is_ahead(l, p) && hub_now(l->hub) - since >= ANSWER_MS)
			hub_refuse(l, p, ERR_UNAVAILABLE);
		else
			hub_admit(l, p);
		p->waits_since = since;
	}
}

/* Those who were sent away do not count, though their connections end later. */
static bool has_too_many(const struct present *here)
{
	size_t n = 0;

	for (const struct peer *p = here ? here->peers : NULL; p; p = p->next_of_person)
		n += !p->leaving;
	return n >= LIMIT_PEOPLE_DEVICES;
}

void hub_admit(struct live *l, struct peer *p)
{
	const struct person *who = state_person_by_sub(&l->state, p->sub);
	const struct present *here = who ? presence_of(l, who->id) : NULL;

	if (p->leaving)
		return;
	if (l->hub->draining) {
		peer_bye(p, BYE_DRAINING, ANSWER_MS);
		return;
	}
	if (is_ahead(l, p)) {
		wait(l, p);
		return;
	}
	if (!who || !who->seated) {
		hub_refuse(l, p, who && who->removed ? ERR_REMOVED : ERR_UNAVAILABLE);
		return;
	}
	if (has_too_many(here)) {
		peer_bye(p, BYE_TOO_MANY, -1);
		return;
	}
	presence_enter(l, p, who->id);
	crowd_enter(l, p, who);
	keep_taken(l, p);
	if (replay_to(l, p, who)) {
		p->n_asked = 0;
		presence_digest_to(l, p, who);
	} else {
		crowd_due(l, p);
	}
}

static enum err join_command(const struct guest *g, struct command *out)
{
	struct blame blame;
	json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:s*, s:s*, s:s, s:s}", "command",
				 "people.join", "sub", g->sub, "name", g->name, "school", g->school,
				 "job", g->job, "area", g->area, "language",
				 language_names[g->language], "role", role_names[g->role]);

	return json ? codec_command(json, out, &blame) : ERR_BAD_REQUEST;
}

static void remember(struct peer *p, const struct guest *g, const struct hello *hello)
{
	p->sub = x_strdup(g->sub);
	p->expires = g->expires;
	p->resumes = hello->epoch && hello->after;
	p->after = hello->after;
	snprintf(p->epoch, sizeof(p->epoch), "%s", hello->epoch ? hello->epoch : "");
	for (size_t i = 0; i < hello->n_pending && i < LIMIT_PENDING; i++)
		p->asked[p->n_asked++] = hello->pending[i];
}

void hub_hello(struct hub *h, struct peer *p, const struct guest *g, const struct hello *hello)
{
	struct live *l = wake_up(h, g->session);
	const struct person *who;
	struct command c;

	p->live = l;
	l->n_peers++;
	h->figures.peers++;
	remember(p, g, hello);
	live_stir(l);
	who = l->phase == LIVE_OPEN ? state_person_by_sub(&l->state, g->sub) : NULL;
	if (h->draining)
		peer_bye(p, BYE_DRAINING, ANSWER_MS);
	else if (who && who->seated)
		hub_admit(l, p);
	else if (join_command(g, &c) == OK)
		live_submit(l, &c, 0, p, NULL, NULL);
	else
		hub_refuse(l, p, ERR_UNAUTHORIZED);
}

/* --- messages of peers --------------------------------------------------------------------------
 */

static int64_t ask_rate(struct hub *h, struct peer *p, const void *spec, unsigned rate)
{
	struct present *who = presence_of(p->live, p->person);
	unsigned per_minute = (unsigned)((uint64_t)rate * h->options.rate_percent / 100);

	return who ? limits_ask(&who->limits, spec, per_minute, h->now) : 0;
}

static void on_command(struct hub *h, struct peer *p, struct command *c)
{
	const struct command_spec *spec = &command_specs[c->type];
	struct blame blame = { .has_n = true, .n = c->n };
	int64_t wait = ask_rate(h, p, spec, spec->rate);

	if (wait) {
		peer_error(p, ERR_SLOW_DOWN, &blame, wait);
		h->figures.refused++;
		command_free(c);
	} else if (h->draining) {
		peer_error(p, ERR_UNAVAILABLE, &blame, ANSWER_MS);
		command_free(c);
	} else {
		live_submit(p->live, c, p->person, p, NULL, NULL);
	}
}

static void on_query(struct hub *h, struct peer *p, const struct query *q)
{
	const struct query_spec *spec = &query_specs[q->type];
	struct blame blame = { .has_n = true, .n = q->n };
	int64_t wait = ask_rate(h, p, spec, spec->rate);
	struct text t = { 0 };
	enum err err;

	text_puts(&t, "{\"answer\":");
	err = wait ? ERR_SLOW_DOWN : gate_answer(&p->live->state, p->person, q, &t);
	if (err) {
		text_free(&t);
		peer_error(p, err, &blame, wait);
		return;
	}
	text_id(&t, "n", q->n);
	text_object_end(&t);
	tell(p, &t);
}

/* A signal is told to the room it names, if one reads that room; else it is forgotten at once. */
static void on_signal(struct hub *h, struct peer *p, const struct signal *s)
{
	const struct signal_spec *spec = &signal_specs[s->type];
	const struct person *who = state_person(&p->live->state, p->person);
	struct text t = { 0 };

	if (s->type != SIG_CHAT_TYPING || ask_rate(h, p, spec, spec->rate) || !who ||
	    !(spec->roles & 1u << who->role) || !view_reads(who, s->chat_typing.room))
		return;
	text_object(&t, NULL);
	text_string(&t, "signal", spec->name);
	text_id(&t, "room", s->chat_typing.room);
	text_id(&t, "by", who->id);
	text_string(&t, "name", who->name);
	text_object_end(&t);
	struct msg *m = msg_new(t.s, t.len);
	crowd_signal(p->live, s->chat_typing.room, m, who->id);
	msg_unref(&m);
	text_free(&t);
}

void hub_message(struct hub *h, struct peer *p, const char *text, size_t len)
{
	struct upward up;
	struct blame blame;
	enum err err;

	if (p->leaving)
		return;
	err = codec_read(text, len, &up, &blame);
	if (err) {
		h->figures.refused++;
		peer_error(p, err, &blame, 0);
		return;
	}
	if (up.kind == UP_HELLO) {
		snprintf(blame.field, sizeof(blame.field), "hello");
		peer_error(p, ERR_BAD_REQUEST, &blame, 0);
		upward_free(&up);
	} else if (!p->person) {
		peer_error(p, ERR_UNAVAILABLE, &blame, ANSWER_MS);
		upward_free(&up);
	} else if (up.kind == UP_COMMAND) {
		on_command(h, p, &up.command);
	} else {
		if (up.kind == UP_QUERY)
			on_query(h, p, &up.query);
		else
			on_signal(h, p, &up.signal);
		upward_free(&up);
	}
}

/* Who lost events gets a view; who lost no more than a digest gets that. */
void hub_writable(struct hub *h, struct peer *p)
{
	struct live *l = p->live;

	(void)h;
	if (!l || !p->person || p->leaving)
		return;
	if (p->behind) {
		p->behind = false;
		p->due_view = false; /* queued anew */
		crowd_due(l, p);
	} else if (!p->due_view) {
		presence_digest_to(l, p, state_person(&l->state, p->person));
	}
}

void hub_gone(struct hub *h, struct peer *p)
{
	struct live *l = p->live;

	if (!l)
		return;
	for (size_t i = 0; p->due_view && i < l->n_due; i++)
		if (l->due[i] == p)
			l->due[i] = NULL;
	crowd_leave(p);
	stop_waiting(l, p);
	if (p->person)
		presence_leave(l, p);
	live_forget(l, p);
	l->n_peers--;
	h->figures.peers--;
	live_stir(l);
	msg_unref(&p->digest);
	free(p->sub);
	p->sub = NULL;
	p->live = NULL;
}

/* --- plans and readers --------------------------------------------------------------------------
 */

void hub_plan(struct hub *h, json_t *command, hub_planned_fn done, void *arg)
{
	struct command c;
	struct blame blame;
	enum err err = codec_command(command, &c, &blame);

	if (err)
		done(arg, err);
	else
		live_submit(wake_up(h, c.session_open.session), &c, 0, NULL, done, arg);
}

void hub_read(struct hub *h, const char *session, hub_read_fn done, void *arg)
{
	struct live *l = find(h, session);
	struct reader *r = x_malloc(sizeof(*r)), **list = &h->lost;

	if (!l && directory_find(h->directory, session))
		l = wake_up(h, session);
	if (l) {
		list = &l->readers;
		live_stir(l);
	}
	*r = (struct reader){ .next = *list,
			      .done = done,
			      .arg = arg,
			      .since = h->now,
			      .err = hub_ready(h) ? ERR_NOT_FOUND : ERR_UNAVAILABLE };
	*list = r;
}

/* --- time ---------------------------------------------------------------------------------------
 */

static void sweep(struct hub *h)
{
	h->sweep_at = h->now + SWEEP_MS;
	for (struct live *l = h->lives; l; l = l->hh.next)
		for (struct present *who = l->present; who; who = who->hh.next)
			for (struct peer *p = who->peers; p; p = p->next_of_person)
				if (p->expires <= h->now)
					peer_bye(p, BYE_EXPIRED, -1);
}

static void sooner(struct hub *h, int64_t at)
{
	if (at && (h->wake == 0 || at < h->wake))
		h->wake = at;
}

/* Does what is due in one session; lets it go when nobody has had it open for a while. */
static void turn(struct hub *h, struct live *l)
{
	live_turn(l);
	if (!live_is_idle(l))
		l->idle_since = h->now;
	if (h->now - l->idle_since >= h->options.unload_ms && !l->stirred) {
		store_unfollow(h->store, l->log);
		HASH_DEL(h->lives, l);
		live_free(l);
		return;
	}
	sooner(h, live_wake(l));
}

static void turn_stirred(struct hub *h)
{
	struct live *list = h->stirred;

	h->stirred = NULL;
	while (list) {
		struct live *l = list;

		list = l->next_stirred;
		l->stirred = false;
		turn(h, l);
	}
}

static void turn_all(struct hub *h)
{
	struct live *l, *next;

	h->wake = 0;
	HASH_ITER (hh, h->lives, l, next)
		turn(h, l);
}

int64_t hub_turn(struct hub *h, int64_t now)
{
	h->now = now;
	h->view_bytes = 0;
	for (struct reader *r; (r = h->lost);) {
		h->lost = r->next;
		r->done(r->arg, r->err, NULL);
		free(r);
	}
	turn_stirred(h);
	if (h->wake && h->wake <= now)
		turn_all(h);
	if (h->sweep_at <= now)
		sweep(h);
	sooner(h, directory_turn(h->directory, now));
	if (h->stirred)
		return now;
	return h->wake && h->wake < h->sweep_at ? h->wake : h->sweep_at;
}

void hub_drain(struct hub *h, int64_t spread_ms)
{
	int64_t n = 0, of = (int64_t)h->figures.peers;

	h->draining = true;
	for (struct live *l = h->lives; l; l = l->hh.next) {
		live_stir(l); /* who waits is told in the next turn */
		for (struct present *who = l->present; who; who = who->hh.next)
			for (struct peer *p = who->peers; p; p = p->next_of_person)
				peer_bye(p, BYE_DRAINING, of ? spread_ms * n++ / of : 0);
	}
}

bool hub_idle(const struct hub *h)
{
	for (const struct live *l = h->lives; l; l = l->hh.next)
		if (l->n_bodies || l->asked || l->queue.first)
			return false;
	return directory_is_idle(h->directory);
}

struct hub_figures hub_figures(const struct hub *h)
{
	struct hub_figures figures = h->figures;

	figures.sessions = HASH_COUNT(h->lives);
	for (const struct live *l = h->lives; l; l = l->hh.next)
		figures.people += l->state.people.seated;
	return figures;
}
