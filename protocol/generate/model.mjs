// The descriptions as one model: everything checked, lists in a fixed order, names resolved.
// Whatever is wrong throws a DescriptionError that names the file and the place in it.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { checkDoc, checkFields, checkForC, checkKeys, checkName, fail } from "./check.mjs";
import { readJson } from "./read.mjs";

/** A name as TypeScript writes types: topic_state is TopicState. */
export const pascal = (name) =>
  name.split("_").map((part) => part[0].toUpperCase() + part.slice(1)).join("");

/** Areas stand in this order in all that is generated; others follow by name, other logs last. */
const ORDER = ["session", "people", "rooms", "agenda", "chat", "hands", "notices"];

const COMMON_KEYS = {
  area: "string", doc: "string", version: "number", subprotocol: "string", enums: "object", types: "object?",
  audiences: "object", errors: "object", limits: "object", hello: "object", bye: "object",
};
const AREA_KEYS = {
  area: "string", doc: "string", log: "string?", enums: "object?", types: "object?", commands: "object?",
  queries: "object?", signals: "object?", events: "object?", view: "object?",
};
const COMMAND_KEYS = {
  doc: "string", roles: "array", target: "string?", phases: "array?", blocked_by: "array?", rate: "number",
  commutes: "boolean?", fields: "object",
};
const QUERY_KEYS = { doc: "string", roles: "array", rate: "number", fields: "object", answer: "object" };
const SIGNAL_KEYS = { doc: "string", roles: "array", rate: "number", fields: "object", told: "object" };
const EVENT_KEYS = { doc: "string", audience: "string", hides: "boolean?", fields: "object" };

export const AUDIENCES = ["room", "rooms", "session", "staff", "self", "none"];
const BLOCKS = { muted: null, locked: "room" }; // restriction: the field it needs
const TARGETS = ["lower"];

const OUR_STRUCTS =
  "hello command query signal event shape field command_spec query_spec signal_spec event_spec state text".split(" ");
const OUR_TYPES = (
  "View Commands CommandName CommandFrame FieldsOf ServerCommands ServerCommandName NoFields Queries QueryName " +
  "QueryFrame QueryFieldsOf Answers AnswerOf AnswerFrame Accepted Signals SignalName SignalFrame SignalUpFrame " +
  "SignalFieldsOf Told ToldName ToldOf Events Event EventName EventOf EventFrame Envelope Frame UpFrame HelloFrame " +
  "ViewFrame ErrorFrame ByeFrame ErrorWord ByeWord Readonly Record"
).split(" ");

/** Fields of the envelope that a message's own may not hide. */
const ENVELOPE = {
  command: ["command", "n"],
  query: ["query", "n"],
  signal: ["signal"],
  event: ["event", "seq", "at", "by", "name", "school", "n"],
};

export function readModel(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const files = names.sort().map((name) => {
    const json = readJson(name, readFileSync(join(folder, name), "utf8"));
    if (json.area !== name.slice(0, -5)) fail(name, "area", `is not "${name.slice(0, -5)}"`);
    return { file: name, json };
  });
  const common = files.find((f) => f.json.area === "common");
  if (!common) fail("common.json", "", "is not there");
  const areas = files.filter((f) => f !== common).sort(byOrder);

  checkKeys(common.file, "", common.json, COMMON_KEYS);
  for (const { file, json } of areas) checkKeys(file, "", json, AREA_KEYS);

  const model = readCommon(common);
  for (const source of [common, ...areas]) readNames(model, source);
  for (const name of ["role", "phase"])
    if (!model.enums.some((e) => e.name === name)) fail(common.file, `enums.${name}`, "is missing");
  for (const source of [common, ...areas]) readTypes(model, source);
  refuseCircles(model);
  model.areas = areas.map((source) => readArea(model, source));
  for (const kind of ["commands", "queries", "signals", "events"])
    model[kind] = model.areas.flatMap((area) => area[kind]);
  model.views = model.areas.filter((a) => a.view.length).sort(youFirst);
  model.structs = readStructs(model);
  refuseClashes(model);
  return model;
}

/** Messages of all kinds, and the types they hold, have structs side by side in C; types and enums stand
 * beside our own in TypeScript. */
function refuseClashes(model) {
  const structs = new Set(OUR_STRUCTS);
  const claim = (name, file, path) => {
    if (structs.has(name)) fail(file, path, `another message, type or struct is called ${name} in C`);
    structs.add(name);
  };

  for (const type of model.structs) claim(type.name, type.file, `types.${type.name}`);
  for (const kind of ["commands", "queries", "signals", "events"])
    for (const { name, file } of model[kind]) claim(name.replace(".", "_"), file, `${kind}.${name}`);
  for (const { name, file } of [...model.types, ...model.enums])
    if (OUR_TYPES.includes(pascal(name))) fail(file, name, `is the name of a type of ours, ${pascal(name)}`);
}

/** Types that are part of what goes up or into a log, each after those it holds: C has structs for them. */
function readStructs(model) {
  const found = new Set();
  const walk = (fields) => {
    for (const { struct } of fields.filter((f) => f.struct && !found.has(f.struct))) {
      for (const f of struct.fields) checkForC(struct.file, `types.${struct.name}.fields.${f.name}`, f);
      walk(struct.fields);
      found.add(struct);
    }
  };
  for (const { fields } of [model.hello, ...model.commands, ...model.queries, ...model.signals, ...model.events])
    walk(fields);
  return [...found];
}

function byOrder(a, b) {
  const rank = ({ json }) => (json.log ? 1000 : ORDER.indexOf(json.area) + 1 || 999);
  return rank(a) - rank(b) || (a.file < b.file ? -1 : 1);
}

/** The view begins with what is different for each person, so that the rest can be shared. */
function youFirst(a, b) {
  return (b.view[0].name === "you") - (a.view[0].name === "you");
}

function readCommon({ file, json }) {
  const pairs = (key) => Object.entries(json[key]);

  for (const [word, doc] of pairs("errors")) checkWord(file, `errors.${word}`, word, doc);
  for (const [word, doc] of Object.entries(json.bye.reasons ?? fail(file, "bye.reasons", "is missing")))
    checkWord(file, `bye.reasons.${word}`, word, doc);
  for (const [word, doc] of pairs("audiences")) {
    checkWord(file, `audiences.${word}`, word, doc);
    if (!AUDIENCES.includes(word)) fail(file, `audiences.${word}`, "is not an audience we know");
  }
  for (const [name, entry] of pairs("limits")) {
    if (!Array.isArray(entry) || !Number.isInteger(entry[0]))
      fail(file, `limits.${name}`, "is not [number, doc]");
    checkWord(file, `limits.${name}`, name, entry[1]);
  }
  return {
    version: json.version,
    subprotocol: json.subprotocol,
    errors: pairs("errors").map(([name, doc]) => ({ name, doc })),
    audiences: pairs("audiences").map(([name, doc]) => ({ name, doc })),
    limits: pairs("limits").map(([name, [value, doc]]) => ({ name, value, doc })),
    hello: { doc: json.hello.doc },
    bye: {
      doc: json.bye.doc,
      reasons: Object.entries(json.bye.reasons).map(([name, doc]) => ({ name, doc })),
    },
    enums: [],
    types: [],
  };
}

function checkWord(file, path, word, doc) {
  checkName(file, path, word);
  checkDoc(file, path, doc);
}

/** Enums whole, types by name only, so that fields may speak of what stands further down. */
function readNames(model, { file, json }) {
  const taken = (name) => [...model.enums, ...model.types].some((t) => t.name === name);

  for (const [name, entry] of Object.entries(json.enums ?? {})) {
    const path = `enums.${name}`;
    checkKeys(file, path, entry, { doc: "string", values: "array", rank: "array?" });
    checkName(file, path, name);
    if (taken(name)) fail(file, path, "is there twice");
    if (!entry.values.length) fail(file, path, "has no values");
    for (const [i, value] of entry.values.entries()) {
      checkName(file, `${path}.values[${i}]`, value);
      if (entry.values.indexOf(value) !== i) fail(file, `${path}.values[${i}]`, "is there twice");
    }
    if (entry.rank && entry.rank.length !== entry.values.length)
      fail(file, `${path}.rank`, "has not one rank for each value");
    model.enums.push({ name, file, doc: entry.doc, values: entry.values, ranks: entry.rank ?? null });
  }
  for (const [name, entry] of Object.entries(json.types ?? {})) {
    const path = `types.${name}`;
    checkKeys(file, path, entry, { doc: "string", fields: "object" });
    checkName(file, path, name);
    if (taken(name)) fail(file, path, "is there twice");
    model.types.push({ name, doc: entry.doc, fields: [] });
  }
}

function readTypes(model, { file, json }) {
  for (const [name, entry] of Object.entries(json.types ?? {})) {
    const type = model.types.find((t) => t.name === name);
    type.file = file;
    type.fields = checkFields(model, file, `types.${name}.fields`, entry.fields);
    if (!type.fields.length) fail(file, `types.${name}.fields`, "is empty");
  }
  if (json.hello) {
    checkKeys(file, "hello", json.hello, { doc: "string", fields: "object" });
    model.hello.fields = checkFields(model, file, "hello.fields", json.hello.fields, ["hello"], "hello");
  }
}

function refuseCircles(model) {
  const walk = (type, above) => {
    if (above.includes(type)) fail(type.file, `types.${type.name}`, "contains itself");
    for (const f of type.fields) if (f.struct) walk(f.struct, [...above, type]);
  };
  for (const type of model.types) walk(type, []);
}

function readArea(model, { file, json }) {
  const area = { name: json.area, doc: json.doc, log: json.log ?? null };
  const entries = (key, keys, read) =>
    Object.entries(json[key] ?? {}).map(([name, entry]) => {
      const path = `${key}.${name}`;
      const kind = key === "queries" ? "query" : key.slice(0, -1);

      checkKeys(file, path, entry, keys);
      if (kind === "signal" && !name.includes(".")) checkName(file, path, name);
      else if (!new RegExp(`^${json.area}\\.[a-z][a-z0-9_]*$`).test(name))
        fail(file, path, `is not called ${json.area}.<word>`);
      const fields = checkFields(model, file, `${path}.fields`, entry.fields, ENVELOPE[kind], kind);
      return { name, file, doc: entry.doc, fields, ...read(entry, path, fields) };
    });

  area.commands = entries("commands", COMMAND_KEYS, (entry, path, fields) =>
    readCommand(model, file, path, entry, fields),
  );
  area.queries = entries("queries", QUERY_KEYS, (entry, path) => ({
    roles: readWords(model, file, `${path}.roles`, "role", entry.roles),
    rate: entry.rate,
    answer: checkFields(model, file, `${path}.answer`, entry.answer, ["seq"]),
  }));
  area.signals = entries("signals", SIGNAL_KEYS, (entry, path) => ({
    roles: readWords(model, file, `${path}.roles`, "role", entry.roles),
    rate: entry.rate,
    told: checkFields(model, file, `${path}.told`, entry.told, ["signal"]),
  }));
  area.events = entries("events", EVENT_KEYS, (entry, path, fields) =>
    readEvent(model, file, path, entry, fields, area.log),
  );
  area.view = checkFields(model, file, "view", json.view ?? {});
  if (area.log && area.view.length) fail(file, "view", "is not for an area with a log of its own");
  return area;
}

function readCommand(model, file, path, entry, fields) {
  const has = (name) => fields.some((f) => f.name === name && f.type === "id" && !f.optional);
  const phases = model.enums.find((e) => e.name === "phase").values;

  if (entry.target !== undefined && !TARGETS.includes(entry.target))
    fail(file, `${path}.target`, `"${entry.target}" is not one of ${TARGETS.join(", ")}`);
  if (entry.target && !has("who")) fail(file, path, "has a target, so it needs a field who of type id");
  for (const word of entry.blocked_by ?? []) {
    if (!Object.hasOwn(BLOCKS, word))
      fail(file, `${path}.blocked_by`, `"${word}" is not one of ${Object.keys(BLOCKS).join(", ")}`);
    if (BLOCKS[word] && !has(BLOCKS[word]))
      fail(file, path, `is blocked by ${word}, so it needs a field ${BLOCKS[word]} of type id`);
  }
  return {
    roles: readWords(model, file, `${path}.roles`, "role", entry.roles),
    target: entry.target ?? null,
    phases: entry.phases
      ? readWords(model, file, `${path}.phases`, "phase", entry.phases)
      : phases.filter((p) => p !== "closed"),
    blocked_by: entry.blocked_by ?? [],
    rate: entry.rate,
    commutes: entry.commutes ?? false,
  };
}

function readEvent(model, file, path, entry, fields, log) {
  if (!model.audiences.some((a) => a.name === entry.audience))
    fail(file, `${path}.audience`, `"${entry.audience}" is not an audience of common.json`);
  const room = fields.find((f) => f.name === "room" && f.type === "id" && !f.optional);
  const rooms = fields.find((f) => f.name === "rooms" && f.type === "list" && f.of === "id");
  if (entry.audience === "room" && !room)
    fail(file, path, "has the audience room, so it needs a field room of type id");
  if (entry.audience === "rooms" && !rooms)
    fail(file, path, "has the audience rooms, so it needs a field rooms, a list of id");
  if (log && entry.audience !== "none") fail(file, path, "is not of a session: its audience is none");
  return {
    audience: entry.audience,
    hides: entry.hides ?? false,
    private: fields.some((f) => f.private),
    log,
  };
}

function readWords(model, file, path, of, words) {
  const values = model.enums.find((e) => e.name === of).values;
  for (const [i, word] of words.entries()) {
    if (!values.includes(word)) fail(file, path, `"${word}" is not a ${of}`);
    if (words.indexOf(word) !== i) fail(file, path, `"${word}" is there twice`);
  }
  return words;
}
