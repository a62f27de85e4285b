// gen/protocol.c: the tables.

import { HEAD, id, mask, quote, up, withFields } from "./c.mjs";
import { ID_MAX } from "./check.mjs";

export function cTables(model) {
  const inC = new Set(model.structs);
  return [
    HEAD,
    '#include "protocol/gen/protocol.h"\n',
    names("err", [{ name: "ok" }, ...model.errors].map((e) => e.name), "ERR", 0),
    names("audience", model.audiences.map((a) => a.name), "AUDIENCE"),
    names("bye", model.bye.reasons.map((r) => r.name), "BYE"),
    ...model.enums.map((e) => names(e.name, e.values, up(e.name))),
    ...model.enums.filter((e) => e.ranks).map(ranks),
    ...inOrder(model.types).map((t) => shape(`type_${t.name}`, t.name, t.fields, inC.has(t) && t.name)),
    ...model.commands.map((m) => shape(`command_${id(m.name)}`, m.name, m.fields, id(m.name))),
    ...model.queries.map((m) => shape(`query_${id(m.name)}`, m.name, m.fields, id(m.name))),
    ...model.queries.map((m) => shape(`answer_${id(m.name)}`, m.name, m.answer)),
    ...model.signals.map((m) => shape(`signal_${id(m.name)}`, m.name, m.fields, id(m.name))),
    ...model.signals.map((m) => shape(`told_${id(m.name)}`, m.name, m.told)),
    ...model.events.map((m) => shape(`event_${id(m.name)}`, m.name, m.fields, id(m.name))),
    ...model.views.map((a) => shape(`view_${a.name}`, a.name, a.view)),
    shape("hello", "hello", model.hello.fields, "hello", "const struct shape hello_shape"),
    view(model),
    specs("command", "CMD", model.commands, commandSpec),
    specs("query", "QRY", model.queries, querySpec),
    specs("signal", "SIG", model.signals, signalSpec),
    specs("event", "EVT", model.events, eventSpec),
  ].join("\n");
}

/** Types so that each stands after those it holds. */
function inOrder(types) {
  const out = new Set();
  const walk = (type) => {
    for (const f of type.fields) if (f.struct) walk(f.struct);
    out.add(type);
  };
  types.forEach(walk);
  return [...out];
}

function names(name, words, prefix, first = 1) {
  const lines = words.map((w, i) => `\t[${i + first ? `${prefix}_${up(w)}` : up(w)}] = ${quote(w)},\n`).join("");
  return `const char *const ${name}_names[${prefix}_COUNT] = {\n${lines}};\n`;
}

function ranks({ name, values, ranks }) {
  const lines = values.map((v, i) => `\t[${up(name)}_${up(v)}] = ${ranks[i]},\n`).join("");
  return `const int ${name}_ranks[${up(name)}_COUNT] = {\n${lines}};\n`;
}

const item = (f, name) => {
  if (f.enum) return "FIELD_ENUM";
  return f.struct ? "FIELD_STRUCT" : `FIELD_${up(name)}`;
};

function field(f, struct) {
  const parts = [`.name = ${quote(f.name)}`, `.kind = ${f.type === "list" ? "FIELD_LIST" : item(f, f.type)}`];

  if (f.type === "list") parts.push(`.of = ${item(f, f.of)}`);
  if (f.optional) parts.push(".optional = true");
  if (f.private) parts.push(".is_private = true");
  if (f.min !== undefined) parts.push(`.min = ${f.min}`);
  if (f.max !== undefined) parts.push(`.max = ${f.max}`);
  if (f.type === "id" || f.of === "id") if (f.max === undefined) parts.push(`.max = ${ID_MAX}`);
  if (f.enum) parts.push(`.words = ${f.enum.name}_names`, `.n_words = ${up(f.enum.name)}_COUNT`);
  if (f.struct) parts.push(`.shape = &type_${f.struct.name}_shape`);
  if (struct) parts.push(`.offset = offsetof(struct ${struct}, ${f.name})`);
  if (struct && f.type === "list") parts.push(`.n_offset = offsetof(struct ${struct}, n_${f.name})`);
  parts.push(`.doc = ${quote(f.doc)}`);
  return `\t{ ${parts.join(", ")} },\n`;
}

/** struct: its name in C, if it has one. */
function shape(variable, name, fields, struct = null, declare = `static const struct shape ${variable}_shape`) {
  if (!fields.length) return `${declare} = { .name = ${quote(name)} };\n`;
  const size = struct ? `, .size = sizeof(struct ${struct})` : "";
  return (
    `static const struct field ${variable}_fields[] = {\n${fields.map((f) => field(f, struct)).join("")}};\n` +
    `${declare} = { .name = ${quote(name)}, .fields = ${variable}_fields, .n = ${fields.length}${size} };\n`
  );
}

function view({ views }) {
  const fields = views.map(
    (a) => `\t{ .name = ${quote(a.name)}, .kind = FIELD_STRUCT, .shape = &view_${a.name}_shape },\n`,
  );
  if (!fields.length) return 'const struct shape view_shape = { .name = "view" };\n';
  return (
    `static const struct field view_fields[] = {\n${fields.join("")}};\n` +
    `const struct shape view_shape = { .name = "view", .fields = view_fields, .n = ${fields.length} };\n`
  );
}

function specs(kind, prefix, messages, one) {
  const lines = messages.map((m) => {
    const parts = [`.name = ${quote(m.name)}`, `.doc = ${quote(m.doc)}`, ...one(m)];

    if (withFields([m]).length) parts.push(`.body = offsetof(struct ${kind}, ${id(m.name)})`);
    parts.push(`.fields = &${kind}_${id(m.name)}_shape`);
    return `\t[${prefix}_${up(m.name)}] = {\n\t\t${parts.join(",\n\t\t")},\n\t},\n`;
  });
  return `const struct ${kind}_spec ${kind}_specs[${prefix}_COUNT] = {\n${lines.join("") || "\t{ 0 },\n"}};\n`;
}

function offset(kind, m, name, type = "id") {
  return m.fields.some((f) => f.name === name && f.type === type)
    ? [`.${name}_offset = offsetof(struct ${kind}, ${id(m.name)}.${name})`]
    : [];
}

function commandSpec(m) {
  return [
    `.roles = ${mask("ROLE", m.roles)}`,
    ...(m.target ? [`.target = TARGET_${up(m.target)}`] : []),
    `.phases = ${mask("PHASE", m.phases)}`,
    ...(m.blocked_by.length ? [`.blocked_by = ${m.blocked_by.map((b) => `BLOCKED_${up(b)}`).join(" | ")}`] : []),
    `.rate = ${m.rate}`,
    ...(m.commutes ? [".commutes = true"] : []),
    ...offset("command", m, "who"),
    ...offset("command", m, "room"),
  ];
}

function querySpec(m) {
  return [`.roles = ${mask("ROLE", m.roles)}`, `.rate = ${m.rate}`, `.answer = &answer_${id(m.name)}_shape`];
}

function signalSpec(m) {
  return [`.roles = ${mask("ROLE", m.roles)}`, `.rate = ${m.rate}`, `.told = &told_${id(m.name)}_shape`];
}

function eventSpec(m) {
  return [
    `.audience = AUDIENCE_${up(m.audience)}`,
    ...(m.hides ? [".hides = true"] : []),
    ...(m.private ? [".has_private = true"] : []),
    ...(m.log ? [`.log = ${quote(m.log)}`] : []),
    ...(m.audience === "room" ? offset("event", m, "room") : []),
    ...(m.audience === "rooms" ? offset("event", m, "rooms", "list") : []),
    ...(m.audience === "rooms" ? [`.n_rooms_offset = offsetof(struct event, ${id(m.name)}.n_rooms)`] : []),
  ];
}
