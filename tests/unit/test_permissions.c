/* Every command as every role, on people of every rank, in every phase, under every restriction,
 * against the table in permissions.tsv. The world is made so that nothing but permission can
 * refuse. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/codec.h"
#include "tests/lib/step.h"
#include "tests/unit/unit.h"

#define COLUMNS 11
#define OLGA    2
#define ACTOR   3
#define TARGET  4
#define NOW     (STEP_BEGIN + 600000)

enum restriction { MUTED = 1, LOCKED = 2, RESTRICTIONS = 4 };

struct row {
	char cells[COLUMNS][24];
};
enum column { NAME, ROLES, SERVER = 7, ABOUT, PHASES, BLOCKED };

static struct row rows[CMD_COUNT + QRY_COUNT];
static size_t n_rows;

/* In the order of the columns, with their ranks as they are meant. */
static const struct {
	enum role role;
	int rank;
	bool staff;
} roles[] = {
	{ ROLE_ORGANIZER, 4, true }, { ROLE_FACILITATOR, 3, true }, { ROLE_MODERATOR, 3, true },
	{ ROLE_ATTENDEE, 2, false }, { ROLE_OBSERVER, 1, false },   { ROLE_WAITING, 0, false },
};
#define N_ROLES (sizeof(roles) / sizeof(roles[0]))

/* What to ask so that it would be granted in the world below. */
static const struct {
	const char *name, *fields;
} asks[] = {
	{ "session.open",
	  "\"session\":\"x\",\"title\":\"X\",\"format\":\"free\",\"languages\":[],\"areas\":[],"
	  "\"start\":1,\"end\":2,\"open\":true,\"rooms_by\":\"staff\"" },
	{ "session.change", "\"title\":\"Another\"" },
	{ "session.phase", "\"phase\":\"%s\"" },
	{ "session.close", "" },
	{ "people.join", "\"sub\":\"new\",\"name\":\"N\",\"school\":\"S\",\"language\":\"en\","
			 "\"role\":\"attendee\"" },
	{ "people.leave", "" },
	{ "people.expire", "\"who\":4" },
	{ "people.appoint", "\"who\":4,\"role\":\"%s\"" },
	{ "people.mute", "\"who\":4,\"minutes\":5,\"reason\":\"other\"" },
	{ "people.unmute", "\"who\":4" },
	{ "people.remove", "\"who\":4,\"reason\":\"other\"" },
	{ "rooms.open", "\"title\":\"New\"" },
	{ "rooms.close", "\"room\":6" },
	{ "rooms.lock", "\"room\":6" },
	{ "rooms.unlock", "\"room\":7" },
	{ "rooms.enter", "\"room\":5" },
	{ "rooms.leave", "" },
	{ "rooms.move", "\"who\":4,\"to\":6" },
	{ "rooms.send", "" },
	{ "rooms.recall", "\"seconds\":60" },
	{ "rooms.return", "" },
	{ "rooms.watch", "\"room\":5" },
	{ "rooms.unwatch", "\"room\":1" },
	{ "agenda.add", "\"title\":\"New\",\"minutes\":5" },
	{ "agenda.edit", "\"topic\":9,\"title\":\"Other\"" },
	{ "agenda.remove", "\"topic\":10" },
	{ "agenda.order", "\"topic\":9" },
	{ "agenda.push", "\"topic\":10" },
	{ "agenda.next", "\"from\":9" },
	{ "agenda.back", "\"from\":9" },
	{ "agenda.extend", "\"topic\":9,\"minutes\":5" },
	{ "agenda.finish", "\"topic\":9" },
	{ "agenda.skip", "\"topic\":10" },
	{ "chat.say", "\"room\":6,\"text\":\"Hello\"" },
	{ "chat.edit", "\"line\":14,\"text\":\"Hello\"" },
	{ "chat.remove", "\"line\":14" },
	{ "chat.react", "\"line\":14,\"kind\":\"idea\",\"on\":true" },
	{ "hands.raise", "" },
	{ "hands.lower", "" },
	{ "hands.dismiss", "\"who\":4" },
	{ "hands.call", "\"who\":4" },
	{ "notices.announce", "\"text\":\"Hear\"" },
	{ "people.roster", "" },
	{ "chat.history", "\"room\":6" },
};

/* Seqs 5 on; the actor sits in room 6, the target in the plenary. 7 is the room that is locked from
 * the beginning, 8 and 9 are topics of which 8 is done and 9 active, 10 is pending; 14 is a line.
 */
static const char *const happenings[] = {
	/* 5 */ "\"event\":\"rooms.opened\",\"title\":\"HR\",\"area\":\"hr\"",
	/* 6 */ "\"event\":\"rooms.opened\",\"title\":\"Corner\"",
	/* 7 */ "\"event\":\"rooms.opened\",\"title\":\"Locked\"",
	/* 8 */ "\"event\":\"agenda.added\",\"title\":\"A\",\"minutes\":5",
	/* 9 */ "\"event\":\"agenda.added\",\"title\":\"B\",\"minutes\":5",
	/* 10 */ "\"event\":\"agenda.added\",\"title\":\"C\",\"minutes\":5",
	/* 11 */ "\"event\":\"rooms.locked\",\"room\":7",
	/* 12 */ "\"event\":\"agenda.pushed\",\"topic\":8",
	/* 13 */ "\"event\":\"rooms.entered\",\"to\":6,\"by\":3",
	/* 14 */ "\"event\":\"chat.said\",\"room\":6,\"text\":\"Line\",\"by\":3",
	/* 15 */ "\"event\":\"agenda.pushed\",\"topic\":9",
	/* 16 */ "\"event\":\"rooms.watched\",\"room\":1,\"by\":3",
	/* 17 */ "\"event\":\"hands.raised\",\"by\":4",
	/* 18 */ "\"event\":\"people.muted\",\"who\":4,\"minutes\":480,\"reason\":\"other\"",
	/* 19 */ "\"event\":\"rooms.recalled\",\"seconds\":1",
};

static void read_table(void)
{
	FILE *f = fopen("tests/unit/permissions.tsv", "r");
	char line[256];

	assert_non_null(f);
	for (bool header = true; fgets(line, sizeof(line), f);) {
		struct row *r = &rows[n_rows];
		char *rest = line, *cell;
		size_t n = 0;

		if (line[0] == '#')
			continue;
		line[strcspn(line, "\n")] = '\0';
		while ((cell = strsep(&rest, "\t")) && n < COLUMNS)
			snprintf(r->cells[n++], sizeof(r->cells[0]), "%s", cell);
		assert_int_equal(n, COLUMNS);
		assert_true(++n_rows < CMD_COUNT + QRY_COUNT);
		n_rows -= header;
		header = false;
	}
	fclose(f);
}

static const struct row *row_of(const char *name)
{
	for (size_t i = 0; i < n_rows; i++)
		if (strcmp(rows[i].cells[NAME], name) == 0)
			return &rows[i];
	print_error("%s is not in permissions.tsv\n", name);
	abort();
}

static void happen(struct state *s, const char *fields)
{
	struct text t = { 0 };
	struct step step;

	text_printf(&t, "{%s%s,\"seq\":%" PRIu64 ",\"at\":%lld}", fields,
		    strstr(fields, "\"by\":") ? "" : ",\"by\":2", s->seq + 1,
		    (long long)(STEP_BEGIN + (int64_t)s->seq));
	assert_true(step_happen(s, t.s, &step));
	step_free(&step);
	text_free(&t);
}

static void join(struct state *s, enum role role)
{
	char fields[300];

	snprintf(fields, sizeof(fields),
		 "\"event\":\"people.joined\",\"by\":%" PRIu64 ",\"name\":\"N\",\"school\":\"S\","
		 "\"sub\":\"s%" PRIu64 "\",\"language\":\"en\",\"role\":\"%s\"",
		 s->seq + 1, s->seq + 1, role_names[role]);
	happen(s, fields);
}

static struct state world(enum role actor, enum role target, enum phase phase, unsigned under)
{
	struct state s = { 0 };
	char fields[100];

	happen(&s, "\"event\":\"session.opened\",\"session\":\"x\",\"title\":\"X\","
		   "\"format\":\"free\",\"languages\":[\"en\"],\"start\":1,\"end\":2,\"open\":true,"
		   "\"rooms_by\":\"attendees\",\"areas\":[{\"key\":\"hr\",\"en\":\"HR\"}]");
	join(&s, ROLE_ORGANIZER);
	join(&s, actor);
	join(&s, target);
	for (size_t i = 0; i < sizeof(happenings) / sizeof(happenings[0]); i++)
		happen(&s, happenings[i]);
	if (under & MUTED)
		happen(&s, "\"event\":\"people.muted\",\"who\":3,\"minutes\":480,"
			   "\"reason\":\"other\"");
	if (under & LOCKED)
		happen(&s, "\"event\":\"rooms.locked\",\"room\":5");
	snprintf(fields, sizeof(fields), "\"event\":\"session.phased\",\"phase\":\"%s\"",
		 phase_names[phase]);
	happen(&s, phase == PHASE_CLOSED ? "\"event\":\"session.closed\"" : fields);
	return s;
}

static const char *fields_of(const char *name)
{
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		if (strcmp(asks[i].name, name) == 0)
			return asks[i].fields;
	print_error("nothing is known to ask for %s\n", name);
	abort();
}

/* The one word that depends on the world: a phase that is another one, a role that is another one.
 */
static const char *word_for(const char *name, enum phase phase, enum role target)
{
	if (strcmp(name, "session.phase") == 0)
		return phase_names[phase == PHASE_BRIEF ? PHASE_LOBBY : PHASE_BRIEF];
	return role_names[target == ROLE_OBSERVER ? ROLE_ATTENDEE : ROLE_OBSERVER];
}

static json_t *message(const char *kind, const char *name, enum phase phase, enum role target)
{
	const char *fields = fields_of(name);
	char with[400], whole[500];
	json_t *json;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(with, sizeof(with), fields, word_for(name, phase, target));
#pragma GCC diagnostic pop
	snprintf(whole, sizeof(whole), "{\"%s\":\"%s\",\"n\":77%s%s}", kind, name, *with ? "," : "",
		 with);
	json = json_loads(whole, 0, NULL);
	assert_non_null(json);
	return json;
}

/* What the table says. actor: a place in roles, N_ROLES is the server. */
static enum err expected(const struct row *r, size_t actor, size_t target, enum phase phase,
			 unsigned under)
{
	if (r->cells[ROLES + actor][0] != 'Y')
		return ERR_FORBIDDEN;
	if (actor < N_ROLES && strcmp(r->cells[ABOUT], "lower") == 0 &&
	    roles[target].rank >= roles[actor].rank)
		return ERR_FORBIDDEN;
	if ((under & MUTED) && strcmp(r->cells[BLOCKED], "muted") == 0)
		return ERR_MUTED;
	if ((under & LOCKED) && strcmp(r->cells[BLOCKED], "locked") == 0 && !roles[actor].staff)
		return ERR_LOCKED;
	if (phase == PHASE_CLOSED && strcmp(r->cells[PHASES], "open") == 0)
		return ERR_CLOSED;
	return strcmp(r->cells[NAME], "session.open") == 0 ? ERR_CONFLICT : OK;
}

static struct {
	unsigned cells, wrong;
} count;

static void compare(const char *name, size_t actor, size_t target, enum phase phase, unsigned under,
		    enum err was)
{
	enum err should = expected(row_of(name), actor, target, phase, under);

	count.cells++;
	if (was == should)
		return;
	if (count.wrong++ < 20)
		printf("%s by %s about %s in %s%s%s: %s, not %s\n", name,
		       actor < N_ROLES ? role_names[roles[actor].role] : "server",
		       role_names[roles[target].role], phase_names[phase],
		       under & MUTED ? ", muted" : "", under & LOCKED ? ", locked" : "",
		       err_names[was], err_names[should]);
}

static enum err decide_command(const struct state *s, uint64_t by, const char *name,
			       enum phase phase, enum role target)
{
	struct command c;
	struct blame blame;
	char words[EVENT_WORDS];
	struct event e = { .words = words };
	struct verdict verdict;
	enum err err;

	assert_int_equal(codec_command(message("command", name, phase, target), &c, &blame), OK);
	err = gate_decide(s, by, &c, s->seq + 1, NOW, &e, &verdict);
	command_free(&c);
	return err;
}

static enum err answer_query(const struct state *s, uint64_t by, const char *name)
{
	json_t *json = message("query", name, PHASE_LOBBY, ROLE_WAITING);
	char *text = json_dumps(json, 0);
	struct upward up;
	struct blame blame;
	struct text answer = { 0 };
	enum err err;

	assert_int_equal(codec_read(text, strlen(text), &up, &blame), OK);
	err = gate_answer(s, by, &up.query, &answer);
	text_free(&answer);
	upward_free(&up);
	free(text);
	json_decref(json);
	return err;
}

/* All commands that are about nobody are asked for one rank of the target only. */
static void try_all(struct state *s, size_t actor, size_t target, enum phase phase, unsigned under)
{
	uint64_t by = actor < N_ROLES ? ACTOR : 0;

	for (unsigned i = 1; i < CMD_COUNT; i++) {
		bool about = strcmp(row_of(command_specs[i].name)->cells[ABOUT], "-") != 0;

		if ((!about && target > 0) || i == CMD_HANDS_LOWER)
			continue;
		compare(command_specs[i].name, actor, target, phase, under,
			decide_command(s, by, command_specs[i].name, phase, roles[target].role));
	}
	for (unsigned i = 1; i < QRY_COUNT && target == 0 && by; i++)
		compare(query_specs[i].name, actor, target, phase, under,
			answer_query(s, by, query_specs[i].name));
}

/* Lowering wants a hand that is up, raising one that is down. */
static void try_lower(struct state *s, size_t actor, enum phase phase, unsigned under)
{
	happen(s, "\"event\":\"hands.raised\",\"by\":3");
	compare("hands.lower", actor, 0, phase, under,
		decide_command(s, actor < N_ROLES ? ACTOR : 0, "hands.lower", phase, 0));
}

static void try_world(size_t actor, size_t target, enum phase phase, unsigned under)
{
	enum role role = actor < N_ROLES ? roles[actor].role : ROLE_ATTENDEE;
	struct state s = world(role, roles[target].role, phase, under);
	char *before = step_state(&s), *after;

	try_all(&s, actor, target, phase, under);
	after = step_state(&s);
	assert_string_equal(before, after);
	free(before);
	free(after);
	if (target == 0)
		try_lower(&s, actor, phase, under);
	state_free(&s);
}

static void every_cell(void **state)
{
	(void)state;
	read_table();
	for (size_t actor = 0; actor <= N_ROLES; actor++)
		for (size_t target = 0; target < N_ROLES; target++)
			for (enum phase phase = 1; phase < PHASE_COUNT; phase++)
				for (unsigned under = 0; under < RESTRICTIONS; under++)
					try_world(actor, target, phase, under);
	printf("cells=%u wrong=%u\n", count.cells, count.wrong);
	assert_int_equal(count.wrong, 0);
}

static bool is_described(const char *name)
{
	for (unsigned i = 1; i < CMD_COUNT; i++)
		if (strcmp(command_specs[i].name, name) == 0)
			return true;
	for (unsigned i = 1; i < QRY_COUNT; i++)
		if (strcmp(query_specs[i].name, name) == 0)
			return true;
	return false;
}

/* A line for each command and query, and for nothing else. */
static void table_is_whole(void **state)
{
	(void)state;
	assert_int_equal(n_rows, CMD_COUNT - 1 + QRY_COUNT - 1);
	for (size_t i = 0; i < n_rows; i++)
		if (!is_described(rows[i].cells[NAME]))
			fail_msg("%s is not in the protocol", rows[i].cells[NAME]);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_cell),
	cmocka_unit_test(table_is_whole),
};

const struct unit_group permissions_group = UNIT_GROUP("permissions", tests);
