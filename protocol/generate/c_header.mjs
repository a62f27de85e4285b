// gen/protocol.h: names, limits, structs and the tables' shapes.

import { HEAD, comment, id, up, withFields } from "./c.mjs";

export function cHeader(model) {
  return [
    HEAD,
    "#ifndef JOBALIKE_PROTOCOL_GEN_PROTOCOL_H\n#define JOBALIKE_PROTOCOL_GEN_PROTOCOL_H\n",
    "#include <jansson.h>\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n",
    `#define PROTOCOL_VERSION ${model.version}\n#define PROTOCOL_SUBPROTOCOL "${model.subprotocol}"\n`,
    limits(model),
    errors(model),
    audiences(model),
    byes(model),
    ...model.enums.map(enumeration),
    ...["command", "event", "query", "signal"].map((kind) => messageEnum(model, kind)),
    ...model.structs.map((t) => struct(t.name, t.doc, t.fields)),
    ...["commands", "queries", "signals", "events"].flatMap((kind) =>
      withFields(model[kind]).map((m) => struct(id(m.name), m.doc, m.fields)),
    ),
    hello(model),
    carrier("command", "Something asked for.", model.commands, ["uint64_t n; /* picked by the client */"]),
    carrier("query", "Something to be answered.", model.queries, ["uint64_t n; /* picked by the client */"]),
    carrier("signal", "Told and forgotten.", model.signals, []),
    event(model),
    tables(model),
    "#endif\n",
  ].join("\n");
}

function limits({ limits }) {
  return limits.map(({ name, value, doc }) => `#define LIMIT_${up(name)} ${value} /* ${doc} */\n`).join("");
}

function values(list, prefix) {
  return list.map(({ name, doc }) => `\t${prefix}_${up(name)}, /* ${doc} */\n`).join("");
}

function errors({ errors }) {
  return (
    "/* What can be wrong. Texts are the client's. */\n" +
    `enum err {\n\tOK = 0,\n${values(errors, "ERR")}\tERR_COUNT\n};\nextern const char *const err_names[ERR_COUNT];\n`
  );
}

function audiences({ audiences }) {
  const [first, ...rest] = audiences;
  return (
    "/* Who is sent an event; whoever did it always is. */\n" +
    `enum audience {\n\tAUDIENCE_${up(first.name)} = 1, /* ${first.doc} */\n${values(rest, "AUDIENCE")}\tAUDIENCE_COUNT\n};\n` +
    "extern const char *const audience_names[AUDIENCE_COUNT];\n"
  );
}

function byes({ bye }) {
  const [first, ...rest] = bye.reasons;
  return (
    comment(bye.doc) +
    `enum bye {\n\tBYE_${up(first.name)} = 1, /* ${first.doc} */\n${values(rest, "BYE")}\tBYE_COUNT\n};\n` +
    "extern const char *const bye_names[BYE_COUNT];\n"
  );
}

function enumeration({ name, doc, values, ranks }) {
  const lines = values.map((v, i) => `\t${up(name)}_${up(v)}${i ? "" : " = 1"},\n`).join("");
  return (
    comment(`${doc} 0: absent.`) +
    `enum ${name} {\n${lines}\t${up(name)}_COUNT\n};\nextern const char *const ${name}_names[${up(name)}_COUNT];\n` +
    (ranks ? `extern const int ${name}_ranks[${up(name)}_COUNT];\n` : "")
  );
}

const PREFIX = { command: "CMD", event: "EVT", query: "QRY", signal: "SIG" };

function messageEnum(model, kind) {
  const list = model[{ command: "commands", event: "events", query: "queries", signal: "signals" }[kind]];
  const lines = list.map((m, i) => `\t${PREFIX[kind]}_${up(m.name)}${i ? "" : " = 1"},\n`).join("");
  return `enum ${kind}_type {\n${lines}\t${PREFIX[kind]}_COUNT${list.length ? "" : " = 1"}\n};\n`;
}

const C_TYPES = {
  id: "uint64_t ", int: "int ", time: "int64_t ", bool: "bool ", text: "const char *", line: "const char *",
  name: "const char *", word: "const char *",
};
const C_ITEMS = { id: "const uint64_t *", word: "const char *const *" };

/** The members of one field. */
export function members(f) {
  if (f.type !== "list")
    return [(C_TYPES[f.type] ?? (f.enum ? `enum ${f.enum.name} ` : `struct ${f.struct.name} `)) + f.name];
  const item = C_ITEMS[f.of] ?? `const ${f.enum ? "enum" : "struct"} ${f.of} *`;
  return [item + f.name, `size_t n_${f.name}`];
}

function fieldDoc(f) {
  const marks = [f.optional && "optional", f.private && "never sent"].filter(Boolean);
  return (marks.length ? `${marks.join(", ")}: ` : "") + f.doc;
}

function structMembers(fields) {
  return fields
    .map((f) => {
      const lines = members(f).map((m) => `\t${m};`);
      const first = `${lines[0]} /* ${fieldDoc(f)} */`;
      if (first.length > 92) return `${comment(fieldDoc(f), "\t")}${lines.join("\n")}\n`;
      return `${[first, ...lines.slice(1)].join("\n")}\n`;
    })
    .join("");
}

function struct(name, doc, fields) {
  return `${comment(doc)}struct ${name} {\n${structMembers(fields)}};\n`;
}

const BORROWED = "\tjson_t *json; /* what the texts point into */\n\tvoid *lists;  /* memory of the lists */\n";

function hello({ hello }) {
  return `${comment(hello.doc)}struct hello {\n${structMembers(hello.fields)}${BORROWED}};\n`;
}

function union(messages) {
  const lines = withFields(messages).map((m) => `\t\tstruct ${id(m.name)} ${id(m.name)};\n`);
  return lines.length ? `\tunion {\n${lines.join("")}\t};\n` : "";
}

function carrier(kind, doc, messages, envelope) {
  const lines = envelope.map((line) => `\t${line}\n`).join("");
  return `${comment(doc)}struct ${kind} {\n\tenum ${kind}_type type;\n${lines}${BORROWED}${union(messages)}};\n`;
}

function event({ events }) {
  return `#define EVENT_WORDS 1024 /* bytes for texts that decide makes, such as a quote */

${comment("Something that happened. by, name, school and n are left out of the JSON when 0 or NULL.")}struct event {
	enum event_type type;
	uint64_t seq; /* its position in the log, and the name of what it created */
	int64_t at;
	uint64_t by; /* who did it; 0: the server */
	const char *name, *school; /* of who did it */
	uint64_t n; /* of the command it was */
${BORROWED}	char *words;  /* while it is decided: EVENT_WORDS bytes, the caller's */
${union(events)}};
`;
}

function tables(model) {
  return `/* How a message looks: what the codec reads and writes by. */
enum field_kind {
	FIELD_ID = 1,
	FIELD_INT,
	FIELD_TIME,
	FIELD_BOOL,
	FIELD_TEXT,
	FIELD_LINE,
	FIELD_NAME,
	FIELD_WORD,
	FIELD_ENUM,
	FIELD_STRUCT,
	FIELD_LIST
};

struct shape;

struct field {
	const char *name;
	enum field_kind kind;
	enum field_kind of; /* of a list: its items */
	bool optional;      /* absent reads as 0, NULL or a list of none, and these are written as absent */
	bool is_private;    /* stored, never sent */
	int64_t min, max;   /* an int's value; max: a text's graphemes, a list's items */
	const char *const *words;  /* of an enum, by value */
	size_t n_words;
	const struct shape *shape; /* of a struct */
	size_t offset;      /* of the member in its struct */
	size_t n_offset;    /* of a list: of its length */
	const char *doc;    /* one sentence, for tools */
};

struct shape {
	const char *name;
	const struct field *fields;
	size_t n;
	size_t size; /* of the struct in C; 0: there is none, this is only for checking */
};

enum target {
	TARGET_NONE,
	TARGET_LOWER /* whom the field who names has to be of lower rank */
};
#define BLOCKED_MUTED  (1u << 0) /* not while muted */
#define BLOCKED_LOCKED (1u << 1) /* not into a locked room, but for staff */

/* Tables are indexed by type; entry 0 is empty. Offsets count from the beginning of the message's
 * struct; 0: there is no such field. */
struct command_spec {
	const char *name, *doc;
	unsigned roles; /* 1u << ROLE_X; 0: the server's own */
	enum target target;
	unsigned phases; /* 1u << PHASE_X */
	unsigned blocked_by;
	unsigned rate; /* a minute, for one person */
	bool commutes; /* may be decided together with others of its kind */
	size_t who_offset, room_offset;
	size_t body; /* where the fields begin */
	const struct shape *fields;
};

struct query_spec {
	const char *name, *doc;
	unsigned roles;
	unsigned rate;
	size_t body;
	const struct shape *fields, *answer;
};

struct signal_spec {
	const char *name, *doc;
	unsigned roles; /* who may send it; 0: only the server tells it */
	unsigned rate;
	size_t body;
	const struct shape *fields, *told;
};

struct event_spec {
	const char *name, *doc;
	enum audience audience;
	bool hides;       /* a gap with such an event is not replayed */
	bool has_private; /* it is encoded twice */
	const char *log;  /* NULL: of a session */
	size_t room_offset, rooms_offset, n_rooms_offset; /* of audiences room and rooms */
	size_t body;
	const struct shape *fields;
};

extern const struct command_spec command_specs[CMD_COUNT];
extern const struct query_spec query_specs[QRY_COUNT];
extern const struct signal_spec signal_specs[SIG_COUNT];
extern const struct event_spec event_specs[EVT_COUNT];
extern const struct shape hello_shape;
extern const struct shape view_shape; /* ${model.views.map((a) => a.name).join(", ")} */

/* Whom a command is about; 0: nobody. */
static inline uint64_t command_who(const struct command *c)
{
	size_t at = command_specs[c->type].who_offset;

	return at ? *(const uint64_t *)(const void *)((const char *)c + at) : 0;
}

/* The room a command names; 0 also when it names none. */
static inline uint64_t command_room(const struct command *c)
{
	size_t at = command_specs[c->type].room_offset;

	return at ? *(const uint64_t *)(const void *)((const char *)c + at) : 0;
}

/* The room of an event with audience room. */
static inline uint64_t event_room(const struct event *e)
{
	size_t at = event_specs[e->type].room_offset;

	return at ? *(const uint64_t *)(const void *)((const char *)e + at) : 0;
}

/* The rooms of an event with audience rooms; none: all. */
static inline const uint64_t *event_rooms(const struct event *e, size_t *n)
{
	const struct event_spec *spec = &event_specs[e->type];

	if (!spec->rooms_offset) {
		*n = 0;
		return NULL;
	}
	*n = *(const size_t *)(const void *)((const char *)e + spec->n_rooms_offset);
	return *(const uint64_t *const *)(const void *)((const char *)e + spec->rooms_offset);
}

static inline const struct shape *shape_of_answer(enum query_type query)
{
	return query_specs[query].answer;
}

static inline const struct shape *shape_of_told(enum signal_type type)
{
	return signal_specs[type].told;
}
`;
}
