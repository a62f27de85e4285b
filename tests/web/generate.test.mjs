// The generator: small descriptions with what is to come of them, and broken ones with what is to be
// said of them. After a change that is meant: UPDATE=1 node --test tests/web/generate.test.mjs, and read
// the diff.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readModel } from "../../protocol/generate/model.mjs";
import { DescriptionError } from "../../protocol/generate/read.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const golden = join(root, "tests/unit/golden");
const scratch = mkdtempSync(join(tmpdir(), "jobalike-generate-"));
after(() => rmSync(scratch, { recursive: true }));

let folders = 0;
const folder = () => join(scratch, String(folders++));

function generate(...args) {
  const run = spawnSync(process.execPath, [join(root, "protocol/generate.mjs"), ...args], { encoding: "utf8" });
  return { status: run.status, said: run.stderr.trim() };
}

const NAMES = ["PROTOCOL.md", "dispatch.h", "protocol.c", "protocol.h", "protocol.ts"];
const W = "-std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Wundef -Werror";

for (const name of ["good", "smallest"]) {
  const out = join(folder(), "protocol/gen");

  test(`what comes of the ${name} descriptions`, () => {
    assert.equal(generate("--in", join(golden, name), "--out", out).status, 0);
    assert.deepEqual(readdirSync(out).sort(), NAMES);
    if (process.env.UPDATE) cpSync(out, join(golden, `${name}.out`), { recursive: true });
    for (const file of NAMES)
      assert.equal(readFileSync(join(out, file), "utf8"), readFileSync(join(golden, `${name}.out`, file), "utf8"), file);
  });

  test(`C compiles what comes of the ${name} descriptions`, () => {
    const files = ["protocol.c", "dispatch.h"].map((file) => join(out, file));
    execFileSync("gcc", [...W.split(" "), `-I${join(out, "../..")}`, "-fsyntax-only", "-x", "c", ...files]);
  });
}

const tsc = join(root, "clients/web/node_modules/.bin/tsc");
test("TypeScript compiles what comes of both", { skip: !existsSync(tsc) }, () => {
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    noUnusedLocals: true,
    noEmit: true,
    module: "ESNext",
    moduleResolution: "Bundler",
    target: "ES2022",
    types: [],
  };
  const files = ["good", "smallest"].map((name) => join(golden, `${name}.out`, "protocol.ts"));
  const config = join(scratch, "tsconfig.json");
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  execFileSync(tsc, ["-p", config], { encoding: "utf8" });
});

test("what was generated from our own descriptions is fresh", () => {
  assert.deepEqual(generate("--check"), { status: 0, said: "" });
});

test("the same is generated twice", () => {
  const out = folder();
  const first = generate("--in", join(golden, "good"), "--out", out);
  assert.equal(first.said.split("\n").length, NAMES.length);
  assert.deepEqual(generate("--in", join(golden, "good"), "--out", out), { status: 0, said: "" });
});

test("--check writes nothing and names what differs, is missing, or is nobody's", () => {
  const out = folder();
  const check = () => generate("--check", "--in", join(golden, "good"), "--out", out);

  generate("--in", join(golden, "good"), "--out", out);
  assert.equal(check().status, 0);
  writeFileSync(join(out, "protocol.ts"), "// by hand\n");
  rmSync(join(out, "dispatch.h"));
  writeFileSync(join(out, "old.h"), "");
  const { status, said } = check();
  assert.equal(status, 1);
  assert.deepEqual(
    said.split("\n").map((line) => line.replace(/.*\//, "").replace(/:.*/, "")),
    ["dispatch.h", "protocol.ts", "old.h"],
  );
  assert.equal(readFileSync(join(out, "protocol.ts"), "utf8"), "// by hand\n");
  assert.ok(!existsSync(join(out, "dispatch.h")));
});

/** The good descriptions with one file written anew; null: without it. */
function broken(file, text) {
  const dir = folder();
  cpSync(join(golden, "good"), dir, { recursive: true });
  if (text === null) rmSync(join(dir, file));
  else writeFileSync(join(dir, file), text);
  return dir;
}

/** What is said of it. */
function refusal(file, text) {
  try {
    readModel(broken(file, text));
  } catch (error) {
    assert.ok(error instanceof DescriptionError, error.stack);
    return error.message;
  }
  return null;
}

test("broken descriptions end in one line, status 1, and nothing written", () => {
  const dir = broken("polls.json", "{");
  const out = join(dir, "out");
  assert.deepEqual(generate("--in", dir, "--out", out), {
    status: 1,
    said: "polls.json:1: expected a name instead of the end",
  });
  assert.ok(!existsSync(out));
});

for (const { file, path, to, error } of JSON.parse(readFileSync(join(golden, "bad.json"), "utf8"))) {
  test(`refused: ${error}`, () => {
    const json = JSON.parse(readFileSync(join(golden, "good", file), "utf8"));
    const inner = path.slice(0, -1).reduce((at, key) => (at[key] ??= {}), json);

    if (to === undefined) delete inner[path.at(-1)];
    else inner[path.at(-1)] = to;
    assert.equal(refusal(file, JSON.stringify(json)), error);
  });
}

const texts = [
  ["", "polls.json:1: expected a value instead of the end"],
  ["{\n  \"area\": \"polls\",\n  \"doc\": \"x\",\n  \"doc\": \"y\"\n}", 'polls.json:4: "doc" is there twice'],
  ['{"area":"polls"', "polls.json:1: expected , instead of the end"],
  ['{"area":"polls",}', "polls.json:1: expected a name instead of }"],
  ['{"area":"polls"} x', "polls.json:1: expected the end instead of x"],
  ["{'area':'polls'}", "polls.json:1: expected a name instead of '"],
  ['{"area":01}', "polls.json:1: not JSON: 01"],
  ['{"area":yes}', "polls.json:1: not JSON: yes"],
  ['{"area":["polls",]}', "polls.json:1: expected a value instead of ]"],
  ['{"area" "polls"}', 'polls.json:1: expected : instead of "'],
  ['{"area":"a\nb"}', 'polls.json:1: not JSON: "a\nb"'],
];
for (const [text, error] of texts)
  test(`refused: ${JSON.stringify(text)}`, () => {
    assert.equal(refusal("polls.json", text), error);
  });

test("refused: descriptions without common.json", () => {
  assert.equal(refusal("common.json", null), "common.json: is not there");
});
