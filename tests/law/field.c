/* A random value for a field: what one of that name may mean in this state, most often of something
 * that is there. */
#include <stdlib.h>
#include <string.h>

#include "tests/law/field.h"

#define ANY(list, seed) (list)[below(seed, sizeof(list) / sizeof((list)[0]))]

static const char *const words[] = {
	"Good morning",
	"We pay <b>nothing</b> & \"quote\" \\ all",
	"家长会什么时候开？",
	"👩‍👩‍👧‍👦 🏳️‍🌈 é à\nsecond line\tand a tab",
	"Line\u2028separator",
	"x",
	"https://example.org/policy?a=1&b=2",
	"  spaces around  ",
	"नमस्ते ไทย العربية",
};
static const char *const titles[] = { "HR", "财务", "Odd \"one\"", "Corner", "Policy & pay" };
static const char *const keys[] = { "hr", "finance", "it", "admissions", "nothing" };

const char *random_key(uint64_t *seed)
{
	return ANY(keys, seed);
}

/* Of something else, or of nothing that will ever be there. */
static uint64_t unknown_id(const struct state *s, uint64_t *seed)
{
	return percent(seed, 50) ? below(seed, s->seq + 1) : 9000000000000000u;
}

uint64_t random_room(const struct state *s, uint64_t *seed)
{
	if (!s->rooms.n || percent(seed, 3))
		return unknown_id(s, seed);
	return s->rooms.list[below(seed, s->rooms.n)]->id;
}

uint64_t random_person(const struct state *s, uint64_t *seed)
{
	return s->people.n ? s->people.list[below(seed, s->people.n)]->id : 0;
}

uint64_t random_who(const struct state *s, uint64_t *seed)
{
	return percent(seed, 3) ? unknown_id(s, seed) : random_person(s, seed);
}

static uint64_t random_topic(const struct state *s, uint64_t *seed)
{
	if (!s->agenda.n || percent(seed, 3))
		return unknown_id(s, seed);
	return s->agenda.list[below(seed, s->agenda.n)]->id;
}

/* Most often a late one, sometimes one outside every window. */
uint64_t random_line(const struct state *s, uint64_t *seed)
{
	size_t late = s->chat.n < 20 ? s->chat.n : 20;

	if (!s->chat.n || percent(seed, 3))
		return unknown_id(s, seed);
	if (percent(seed, 30))
		return s->chat.list[below(seed, s->chat.n)]->id;
	return s->chat.list[s->chat.n - 1 - below(seed, late)]->id;
}

/* Now and then as many as there may be. */
static const char *random_words(uint64_t *seed, int64_t max)
{
	static char many[2001];

	if (!percent(seed, 2))
		return ANY(words, seed);
	memset(many, 'm', (size_t)max);
	many[max] = '\0';
	return many;
}

/* A field of that name: what it means is known by its name alone. */
static void put_id(const struct state *s, uint64_t *seed, const char *name, struct text *t)
{
	uint64_t id = 0;

	if (strcmp(name, "who") == 0)
		id = random_who(s, seed);
	else if (strcmp(name, "room") == 0 || strcmp(name, "to") == 0)
		id = random_room(s, seed);
	else if (strcmp(name, "topic") == 0 || strcmp(name, "before") == 0)
		id = random_topic(s, seed);
	else if (strcmp(name, "from") == 0)
		id = percent(seed, 90) ? s->agenda.active : random_topic(s, seed);
	else if (strcmp(name, "line") == 0 || strcmp(name, "reply") == 0)
		id = random_line(s, seed);
	text_id(t, name, id);
}

static void put_text(uint64_t *seed, const struct field *f, struct text *t)
{
	if (strcmp(f->name, "text") == 0)
		text_string(t, f->name, random_words(seed, f->max));
	else
		text_string(t, f->name, ANY(titles, seed));
}

static void put_rooms(const struct state *s, uint64_t *seed, const char *name, struct text *t)
{
	unsigned n = 1 + below(seed, 3);

	text_array(t, name);
	while (n--)
		text_id(t, NULL, random_room(s, seed));
	text_array_end(t);
}

void put_field(const struct state *s, uint64_t *seed, const struct field *f, struct text *t)
{
	int64_t span = f->max - f->min + 1;

	switch (f->kind) {
	case FIELD_ID:
		put_id(s, seed, f->name, t);
		break;
	case FIELD_INT:
		text_int(t, f->name,
			 f->min + below(seed, span > 12 && percent(seed, 90) ? 12 : span));
		break;
	case FIELD_TIME:
		text_int(t, f->name,
			 STEP_BEGIN + below(seed, 100) + (strcmp(f->name, "end") == 0 ? 90 : 0));
		break;
	case FIELD_BOOL:
		text_bool(t, f->name, percent(seed, 60));
		break;
	case FIELD_TEXT:
	case FIELD_LINE:
	case FIELD_NAME:
		put_text(seed, f, t);
		break;
	case FIELD_WORD:
		text_string(t, f->name, random_key(seed));
		break;
	case FIELD_ENUM:
		text_string(t, f->name, f->words[1 + below(seed, f->n_words - 1)]);
		break;
	case FIELD_LIST:
		put_rooms(s, seed, f->name, t);
		break;
	case FIELD_STRUCT:
		break;
	}
}
