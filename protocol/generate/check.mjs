// What a field and a name may look like.

import { DescriptionError } from "./read.mjs";

export function fail(file, path, what) {
  throw new DescriptionError(path ? `${file}: ${path}: ${what}` : `${file}: ${what}`);
}

/** Words that C or our own structs have taken. */
const RESERVED = new Set(
  ("auto break case char const continue default do double else enum extern float for goto if inline int long " +
    "register restrict return short signed sizeof static struct switch typedef union unsigned void volatile " +
    "while bool true false json lists").split(" "),
);

export function checkName(file, path, name) {
  if (typeof name !== "string" || !/^[a-z][a-z0-9_]{0,31}$/.test(name))
    fail(file, path, "is not a name: small letters, digits and _, at most 32");
  if (name === "ok" || name === "count") {
    if (!path.startsWith("types.")) fail(file, path, `"${name}" is taken`);
  }
}

/** keys: name -> type as typeof says ("array" too), with ? when it may be left out. */
export function checkKeys(file, path, json, keys) {
  const place = (key) => (path ? `${path}.${key}` : key);

  if (typeOf(json) !== "object") fail(file, path, "is not an object");
  for (const key of Object.keys(json))
    if (!Object.hasOwn(keys, key)) fail(file, place(key), "is not known here");
  for (const [key, type] of Object.entries(keys)) {
    if (json[key] === undefined && type.endsWith("?")) continue;
    if (json[key] === undefined) fail(file, place(key), "is missing");
    if (typeOf(json[key]) !== type.replace("?", "")) fail(file, place(key), `is not a ${type.replace("?", "")}`);
  }
  if (keys.doc) checkDoc(file, place("doc"), json.doc);
  if (keys.rate && !(Number.isInteger(json.rate) && json.rate >= 0))
    fail(file, place("rate"), "is not a whole number");
}

/** Prose goes into comments of C and of TypeScript. */
export function checkDoc(file, path, doc) {
  if (typeof doc !== "string" || !doc) fail(file, path, "is empty");
  if (/\/\*|\*\//.test(doc)) fail(file, path, "holds a mark of a comment");
}

function typeOf(value) {
  return Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
}

const PLAIN = ["id", "int", "time", "bool", "text", "line", "name", "word"];
const MEASURED = ["text", "line", "name", "list"];
const LISTED = ["id", "word"];
export const ID_MAX = 2 ** 53 - 1;

/** The fields of one message or type as a list; envelope: names they may not have; kind: command,
 * query, signal, event or hello, where C has a struct for them. */
export function checkFields(model, file, path, fields, envelope = [], kind = null) {
  if (typeOf(fields) !== "object") fail(file, path, "is not an object");
  return Object.entries(fields).map(([name, entry]) => {
    const place = `${path}.${name}`;

    checkKeys(file, place, entry, {
      type: "string", of: "string?", doc: "string", optional: "boolean?", private: "boolean?", min: "number?",
      max: "number?",
    });
    if (!/^[a-z][a-z0-9_]{0,31}$/.test(name) || RESERVED.has(name))
      fail(file, place, "is not a name for a field: small letters, digits and _, at most 32, no word of C");
    if (envelope.includes(name)) fail(file, place, "is already a field of every such message");
    return checkField(model, file, place, kind, { name, optional: false, private: false, ...entry });
  });
}

function checkField(model, file, place, kind, f) {
  const enumOf = (name) => model.enums.find((e) => e.name === name);
  const typeOfName = (name) => model.types.find((t) => t.name === name);
  const out = { ...f, enum: null, struct: null };

  if (f.type === "enum") out.enum = enumOf(f.of) ?? fail(file, `${place}.of`, `"${f.of}" is not an enum`);
  else if (f.type === "list") {
    out.enum = enumOf(f.of) ?? null;
    out.struct = typeOfName(f.of) ?? null;
    if (!out.enum && !out.struct && !LISTED.includes(f.of))
      fail(file, `${place}.of`, `"${f.of}" is not a type, an enum, or one of ${LISTED.join(", ")}`);
  } else if (!PLAIN.includes(f.type)) {
    out.struct = typeOfName(f.type) ?? fail(file, `${place}.type`, `"${f.type}" is not a type`);
  }
  if (f.of !== undefined && f.type !== "enum" && f.type !== "list") fail(file, `${place}.of`, "is not known here");
  checkRange(file, place, kind, f);
  if (f.private && kind !== "event") fail(file, `${place}.private`, "is for fields of events only");
  if (kind) checkForC(file, place, out);
  return out;
}

/** Structs in C have no room for "absent": there it is 0, NULL, or a list of none. */
export function checkForC(file, place, f) {
  if (f.type === "int" && (f.min < -(2 ** 31) || f.max >= 2 ** 31))
    fail(file, place, "does not fit into an int of C");
  if (f.type === "int" && f.optional && f.min <= 0 && f.max >= 0)
    fail(file, place, "an optional int may not be 0: that is what an absent one reads as");
  if (f.struct && f.type !== "list" && f.optional)
    fail(file, place, "an optional object reads like an empty one: use a list");
}

function checkRange(file, place, kind, f) {
  const whole = (key) => {
    if (f[key] === undefined) fail(file, `${place}.${key}`, "is missing");
    if (!Number.isSafeInteger(f[key])) fail(file, `${place}.${key}`, "is not a whole number");
  };

  if (f.type === "int") {
    whole("min");
    whole("max");
    if (f.min > f.max) fail(file, `${place}.min`, "is more than max");
  } else {
    if (f.min !== undefined) fail(file, `${place}.min`, "is not known here");
    if (MEASURED.includes(f.type)) whole("max");
    else if (f.max !== undefined) fail(file, `${place}.max`, "is not known here");
    if (f.max < 1) fail(file, `${place}.max`, "is less than 1");
  }
}
