// Commands and queries by their descriptions: made well with values by chance (J-4), and with one field
// made wrong in each way that there is (J-3).

import assert from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { check } from "./cases.mjs";
import { join, settled } from "./asker.mjs";
import { sized } from "./rows.mjs";

const files = readdirSync("protocol").filter((f) => f.endsWith(".json")).map((f) => JSON.parse(readFileSync(`protocol/${f}`, "utf8")));
const enums = Object.assign({}, ...files.map((f) => Object.fromEntries(Object.entries(f.enums ?? {}).map(([n, e]) => [n, e.values]))));

/** All that people may ask: { name, kind, roles, fields }. */
export const asked = files.flatMap((f) =>
  ["commands", "queries"].flatMap((kinds) =>
    Object.entries(f[kinds] ?? {})
      .filter(([, spec]) => spec.roles.length > 0)
      .map(([name, spec]) => ({ name, kind: kinds === "commands" ? "command" : "query", ...spec }))));

/** A die from a seed. */
export function dice(seed) {
  let x = seed >>> 0;
  const next = () => {
    x = (x + 0x9e3779b9) >>> 0;
    let z = x;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  const below = (n) => next() % n;
  return { below, of: (list) => list[below(list.length)], bytes: (n) => Buffer.from([...Array(n)].map(() => below(256))) };
}

const words = ["x", "Hello", "漢字", "é", "e\u0301", "👩‍👩‍👧", "<b>", "a\nb", "\t", "{}", "\\", '"', "%s", "A".repeat(50), "ﷺ", "ไทย", "؟", "\u202e", "𝔘", "0"];

function text(d, max) {
  let out = "";
  for (let i = d.below(8); i >= 0; i--) out += d.of(words);
  return [...out].slice(0, d.below(10) ? max : max + 2).join("");
}

function value(d, f) {
  switch (f.type) {
    case "id": return d.below(20) ? d.below(60) : d.of([2 ** 53 - 1, 0, 1e6]);
    case "int": return d.of([f.min ?? 0, f.max ?? 9, Math.floor(((f.min ?? 0) + (f.max ?? 9)) / 2)]);
    case "time": return d.of([0, 1, Date.now(), 253402300799999]);
    case "bool": return d.below(2) === 1;
    case "word": return d.of(["hr", "fi", "none", "a-b_C", "x".repeat(32)]);
    case "enum": return d.of(enums[f.of]);
    case "list": return [...Array(d.below(4))].map(() => value(d, { type: f.of }));
    default: return text(d, f.max);
  }
}

function made(d, spec) {
  const out = {};
  for (const [name, f] of Object.entries(spec.fields)) if (!f.optional || d.below(2)) out[name] = value(d, f);
  return out;
}

/** After these somebody may do less than before: they have rows of their own. */
const ENDS = ["session.close", "people.leave", "people.remove", "people.appoint", "people.mute"];

export async function commands(server, seed) {
  const d = dice(seed);
  const n = sized(50_000, 5_000_000);
  const people = [];
  for (const role of ["organizer", "facilitator", "moderator", "attendee", "attendee", "attendee", "observer", "attendee"])
    people.push(await join(server, server.session, { sub: `g${people.length}`, name: `G${people.length}`, role }));
  const figures = { seed, commands: 0, events: 0, answers: 0, errors: 0, doubled: 0, unanswered: 0 };
  await check("grammar: each is answered once", async () => {
    while (figures.commands < n) {
      for (const me of people)
        for (let i = 0; i < 50 && figures.commands < n; i++, figures.commands++) {
          const spec = d.of(asked.filter((s) => !ENDS.includes(s.name)));
          me.ask(spec.name, made(d, spec), spec.kind).then((said) => {
            if (said.event) figures.events++;
            else if (said.error) figures.errors++;
            else figures.answers++;
          });
        }
      for (const me of people) await settled(me);
      for (const me of people) {
        for (const times of me.answers.values()) if (times !== 1) figures.doubled++;
        me.answers.clear();
        me.got.length = 0;
      }
    }
    figures.unanswered = figures.commands - figures.events - figures.errors - figures.answers;
    assert.deepStrictEqual([figures.doubled, figures.unanswered], [0, 0]);
  });
  for (const me of people) me.leave();
  return figures;
}

/** As JSON texts, since some cannot be made by a writer of JSON. */
function wrongOf(f) {
  const numbers = ["null", "true", '"1"', '""', "[]", "{}", "[1]", "1.5", "1.0", "1e2", "-1", "-0", "-0.0", "NaN", "Infinity", "1e999", "01", "0x1", "+1", "9007199254740992", "9223372036854775807", "9223372036854775808", "1".repeat(400)];
  const strings = ["null", "true", "0", "1.5", "[]", "{}", '["x"]', '{"x":"x"}'];
  switch (f.type) {
    case "id": return numbers;
    case "time": return numbers;
    case "int": return (f.min ?? 0) < 0 ? numbers.filter((x) => x !== "-1") : numbers;
    case "bool": return ["null", "0", "1", '"true"', "[]", "{}"];
    case "enum": return [...strings, '""', '"none of them"', '"0"', '"__proto__"', '"constructor"'];
    case "word": return [...strings, '""', '"a b"', '"a/b"', '"é"', `"${"x".repeat(33)}"`, '"a\\u0000"', '"../x"'];
    case "list": return ["null", "true", "0", '"x"', "{}", "[null]", "[1.5]", '["1"]', "[[1]]", "[{}]", "[-1]", "[9007199254740992]", `[${Array(300).fill(1)}]`];
    default: return [...strings, '""', '" "', '"\\u0000"', '"\\ud800"', '"\\u0007"', '"\\ue000"', '"\\uffff"', '"\\u200b"'];
  }
}

const EXTRA = ["role", "user_id", "by", "seq", "session", "__proto__", "constructor", "toString", "who2", "", " ", "event", "view", "at", "sub"];

export async function wrongFields(server) {
  const me = await join(server, server.session, { sub: "wrong", name: "Wrong", role: "organizer" });
  const d = dice(7);
  let n = 0;
  const expect = async (name, message, blamed) =>
    check(`field: ${name}`, async () => {
      const before = me.got.filter((m) => m.error).length;
      me.say(message);
      await me.when((x) => x.got.filter((m) => m.error).length > before || x.got.some((m) => m.event && m.n === n), 5000, name);
      const said = me.got.filter((m) => m.error).at(-1);
      assert.ok(["bad_request", "too_large"].includes(said?.error), JSON.stringify(me.got.at(-1)));
      assert.ok(me.got.every((m) => !(m.event && m.by === me.you && m.n === n)), "it was taken");
      if (said.n !== undefined && blamed !== undefined) assert.strictEqual(said.field, blamed);
      me.got.length = 0;
      return true;
    });
  for (const spec of asked) {
    const good = {};
    for (const [name, f] of Object.entries(spec.fields)) if (!f.optional) good[name] = f.type === "line" || f.type === "text" ? "x" : value(d, f);
    const write = (change) => {
      const parts = [`"${spec.kind}":"${spec.name}"`, `"n":${++n + 1e9}`];
      for (const [k, v] of Object.entries({ ...Object.fromEntries(Object.entries(good).map(([k, v]) => [k, JSON.stringify(v)])), ...change }))
        if (v !== undefined) parts.push(`${JSON.stringify(k)}:${v}`);
      return `{${parts.join(",")}}`;
    };
    for (const [name, f] of Object.entries(spec.fields)) {
      for (const wrong of wrongOf(f)) await expect(`${spec.name} ${name} ${wrong.slice(0, 30)}`, write({ [name]: wrong }), name);
      if (!f.optional) await expect(`${spec.name} without ${name}`, write({ [name]: undefined }), name);
    }
    for (const name of EXTRA)
      if (!(name in spec.fields)) await expect(`${spec.name} and ${name}`, `${write({}).slice(0, -1)},${JSON.stringify(name)}:1}`);
    await expect(`${spec.name} twice its name`, write({}).replace("{", `{"${spec.kind}":"chat.say",`));
    await expect(`${spec.name} in capitals`, write({}).replace(spec.name, spec.name.toUpperCase()));
  }
  me.leave();
}
