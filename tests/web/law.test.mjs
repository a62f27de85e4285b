// The law: what a client reduced equals the view the server would send it now. The C runners of vectors and
// random logs write, for each event and person, the view before, the event, the view after, and how they
// learn of it; here the client's reducers have to come to the same.
//
//   event: reduce(before, event) is after, field by field, absent fields absent
//   none:  nothing they may know of has changed
//   view:  they start afresh; there is nothing to reduce
//
// Each type of event that anybody is ever sent has to occur.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { load, root } from "./bundle.mjs";

const { reduce } = await load("reduce/index.ts");

const bin = join(root, process.env.JOBALIKE_BIN ?? "build/debug", "tests");
const out = join(root, "build/test/web");

/** Of these everybody is due a view, or nobody is there yet. */
const NEVER_SENT = new Set(["session.opened", "session.closed"]);

const described = readdirSync(join(root, "protocol"))
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(join(root, "protocol", name), "utf8")))
  .flatMap((area) => Object.entries(area.events ?? {}))
  .filter(([, event]) => event.audience !== "none")
  .map(([name]) => name);
const expected = described.filter((name) => !NEVER_SENT.has(name));

const counts = Object.fromEntries(described.map((name) => [name, 0]));
const total = { event: 0, none: 0, view: 0 };

function freeze(x) {
  if (typeof x !== "object" || x === null || Object.isFrozen(x)) return x;
  Object.freeze(x);
  Object.values(x).forEach(freeze);
  return x;
}

function check(row, place) {
  const { seen, event, before, after, vector, person } = row;
  const who = `${place}, ${vector}, person ${person}, ${event.event} (${seen})`;
  assert.ok(seen in total, `${who}: seen is one of event, none, view`);
  total[seen]++;
  if (seen === "view") return;
  if (seen === "none") {
    assert.deepStrictEqual(after, before, `${who}: changes what they are not told of`);
    return;
  }
  assert.ok(event.event in counts, `${who}: is described`);
  counts[event.event]++;
  freeze(before); // a reducer that writes into what it is given throws
  assert.deepStrictEqual(reduce(before, event), after, who);
}

for (const runner of ["vectors", "law"])
  test(`the law holds for ${runner}`, { timeout: 600_000 }, async () => {
    const file = join(out, `${runner}.jsonl`);
    const path = join(bin, runner);
    assert.ok(existsSync(path), `${path} is not there: make ${runner}`);
    mkdirSync(out, { recursive: true });
    rmSync(file, { force: true });
    const { error } = spawnSync(path, ["--dump", file], { cwd: root, stdio: "ignore" });
    assert.ifError(error); // whether the vectors pass is their suite's business
    let n = 0;
    for await (const line of createInterface({ input: createReadStream(file) })) {
      n++;
      check(JSON.parse(line), `${runner}.jsonl:${n}`);
    }
    assert.ok(n > 0, "the dump is empty");
    rmSync(file);
  });

test("each event that anybody is ever sent has occurred", () => {
  const seen = expected.filter((name) => counts[name] > 0);
  console.log(`law ${JSON.stringify(total)}`);
  for (const name of described) console.log(`  ${name.padEnd(20)} ${counts[name]}`);
  writeFileSync(
    join(out, "law.json"),
    JSON.stringify({ events: total.event, types: seen.length, of: expected.length }),
  );
  assert.deepEqual(expected.filter((name) => counts[name] === 0), []);
  for (const name of NEVER_SENT) assert.equal(counts[name], 0, `${name} is never sent`);
});
