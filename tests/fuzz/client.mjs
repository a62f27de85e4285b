// The web client as a stranger's server would feed it: frames of the right shape with wrong contents,
// frames cut and changed, and no frames at all. Nothing throws out of the machine; the state is either
// a view that was sent or one that the reducers made of it, and drawing words of it never throws.
//   SECONDS_TO_RUN=30 [SEED=7] node tests/fuzz/client.mjs

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { load } from "../web/bundle.mjs";
import { person, viewOf, world } from "../web/fake.mjs";

const { receive } = await load("machine/receive.ts");
const seconds = Number(process.env.SECONDS_TO_RUN ?? 30);
const end = performance.now() + seconds * 1000;

const kept = (name) => {
  const dir = new URL(`corpus/${name}/`, import.meta.url);
  return readdirSync(dir).flatMap((file) => {
    try {
      return [JSON.parse(readFileSync(new URL(file, dir), "utf8"))];
    } catch {
      return [];
    }
  });
};
const events = kept("event").filter((e) => typeof e === "object" && e !== null && "event" in e);
if (events.length < 20) throw new Error("the corpus of events is not there");

const id = fc.oneof(fc.nat(40), fc.constantFrom(0, -1, 2 ** 53 - 1, 1e300, Number.NaN));
/** Any code points, lone surrogates too. (fast-check's own take seconds to be made.) */
const letters = fc
  .array(fc.nat(0x10ffff), { maxLength: 20 })
  .map((points) => String.fromCodePoint(...points));
const word = fc.oneof(
  letters,
  fc.constantFrom("", "attendee", "organizer", "__proto__", "constructor", "toString", "chat.said", "hr"),
);
const anything = fc.anything({
  key: word,
  maxDepth: 3,
  maxKeys: 6,
  withNullPrototype: false,
  values: [id, word, fc.boolean(), fc.constant(null)],
});

/** An event of the log with some of its fields changed or gone. */
const event = fc
  .tuple(fc.constantFrom(...events), fc.nat(60), fc.array(fc.tuple(word, fc.oneof(id, word, anything)), { maxLength: 3 }), fc.nat(12), fc.oneof(id, word))
  .map(([base, seq, more, at, value]) => {
    const made = { ...structuredClone(base), seq, ...Object.fromEntries(more) };
    const keys = Object.keys(base);
    if (at < keys.length) made[keys[at]] = value;
    return made;
  });
/** One of its own kind, in which only numbers are others: what a server of ours could send. */
const likely = fc
  .tuple(fc.constantFrom(...events), fc.array(fc.nat(12), { minLength: 8, maxLength: 8 }))
  .map(([base, numbers]) => {
    const made = structuredClone(base);
    let i = 0;
    for (const key of Object.keys(made))
      if (Number.isInteger(made[key]) && key !== "at") made[key] = numbers[i++ % numbers.length];
    return made;
  });
const view = fc.array(id, { maxLength: 4 }).map((ids) => ({
  view: viewOf(2, [], { people: { list: ids.map((x) => person(x)) } }),
  seq: 1,
  epoch: "e",
  now: 1,
  you: 2,
}));
const frame = fc.oneof(
  { weight: 6, arbitrary: event },
  { weight: 6, arbitrary: likely },
  { weight: 1, arbitrary: view },
  { weight: 2, arbitrary: fc.record({ error: word, n: id, field: word, retry_ms: fc.nat(5000) }, { requiredKeys: ["error"] }) },
  { weight: 2, arbitrary: fc.record({ answer: anything, n: id }) },
  { weight: 2, arbitrary: fc.record({ signal: word, room: id, rooms: anything, here: anything }, { requiredKeys: ["signal"] }) },
  { weight: 1, arbitrary: fc.record({ bye: word, retry_ms: fc.nat(5000) }) },
  { weight: 2, arbitrary: anything },
);
const text = fc.oneof(
  { weight: 8, arbitrary: frame.map((f) => JSON.stringify(f) ?? "null") },
  { weight: 1, arbitrary: fc.tuple(frame, fc.nat(200)).map(([f, n]) => (JSON.stringify(f) ?? "").slice(0, n)) },
  { weight: 1, arbitrary: letters },
);

/** The next connection, if the client wants one within two minutes. */
function comeBack(w) {
  for (let i = 0; i < 120 && w.wire.closed; i++) w.pass(1000);
  if (w.wire.closed) return false;
  w.wire.open();
  w.wire.say({ view: viewOf(2), seq: 1, epoch: "e", now: w.time, you: 2 });
  return true;
}

let runs = 0;
const property = {
  /** What does not make sense ends the connection and is begun anew, with all that is known whole. */
  machine: fc.property(fc.array(text, { minLength: 1, maxLength: 12 }), (texts) => {
    const w = world();
    w.join();
    for (const t of texts) {
      if (w.wire.closed && !comeBack(w)) break;
      w.wire.raw(t);
      w.pass(10);
      if (!w.client.session().view) throw new Error("there is no view any more");
      w.client.presence();
      w.client.typing();
    }
    w.pass(30_000);
    runs++;
  }),
  /** Events that keep the protocol never make a reducer throw, whatever they are about. */
  reducers: fc.property(fc.array(likely, { minLength: 1, maxLength: 30 }), (list) => {
    let session = receive(null, { view: viewOf(2), seq: 0, epoch: "e", now: 1, you: 2 });
    list.forEach((e, i) => {
      session = receive(session, { ...e, seq: i + 1 });
    });
    JSON.stringify(session);
    runs++;
  }),
};

let failed = 0;
while (performance.now() < end && !failed)
  for (const [name, holds] of Object.entries(property)) {
    const said = fc.check(holds, { numRuns: 300, ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}) });
    if (!said.failed) continue;
    failed++;
    console.log(`FAILED ${name}: SEED=${said.seed} ${JSON.stringify(said.counterexample)}\n${said.errorInstance?.stack}`);
  }
console.log(`stat::number_of_executed_units: ${runs}`);
process.exit(failed ? 1 : 0);
