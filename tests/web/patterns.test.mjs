// Every pattern of the client on long texts that were made to be slow for patterns, and what draws names and
// areas on the same. A browser that stands still cannot be told apart from a server that does.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { load, root } from "./bundle.mjs";

const LENGTH = 50_000;
const MOST_MS = 50;

const web = join(root, "clients/web");
const { transformSync } = createRequire(join(web, "package.json"))("esbuild");
const { initials, marks } = await load("model/areas.ts");
const { shortName } = await load("model/people.ts");
const { fill } = await load("i18n/t.ts");

/** The patterns that stand in a source: after the transformation there are no comments, and no JSX. */
function patternsOf(source, loader = "tsx") {
  const { code } = transformSync(source, { loader, jsx: "automatic", charset: "utf8", target: "es2024" });
  const string = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/;
  const literal = /(?<=[(,=:[!&|?{};]\s*|return\s)\/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/[\\\n*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/[\\\n])*)\/([dgimsuvy]*)/;
  const either = code.matchAll(new RegExp(`${string.source}|${literal.source}`, "g"));
  return [...either].filter(([, body]) => body !== undefined).map(([, body, flags]) => new RegExp(body, flags));
}

/** A hundred of them: one piece over and over, and something at the end that spoils it. */
const pieces = ["a", "_", " ", "\t", "0", "-", "/", ",", "{", "{a", "}", "·", "漢", "漢0", "a ", " a", "_a", "é", "e\u0301", "\u200b", "ab", "a-", "#", "\n", "😀"];
const frames = [["", "!"], ["x", "x"], ["", "\n"], ["!", ""]];
const evil = pieces.flatMap((p) => frames.map(([begin, end]) => begin + p.repeat(Math.ceil(LENGTH / p.length)) + end));

/** The shortest of some tries: this machine does other things too. */
function took(body) {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3 && least > MOST_MS; i++) {
    const begun = performance.now();
    body();
    least = Math.min(least, performance.now() - begun);
  }
  return least;
}

const isSlow = (body) => took(body) > MOST_MS;

test("slow patterns are known as such, and quick ones as quick", () => {
  const [slow, quick] = patternsOf('const a = /^(a+)+$/.test(x); const b = "/no/".replace(/[/"]+x?/g, "");');
  assert.deepEqual([slow.source, quick.source, quick.flags], ["^(a+)+$", '[/"]+x?', "g"]);
  assert.ok(isSlow(() => /_+$/.test(`${"_".repeat(LENGTH / 4)}x`)));
});

test("no pattern of the client is slow", () => {
  assert.equal(evil.length, 100);
  const found = readdirSync(join(web, "src"), { recursive: true })
    .filter((f) => /\.tsx?$/.test(f))
    .flatMap((file) => patternsOf(readFileSync(join(web, "src", file), "utf8"), file.endsWith("x") ? "tsx" : "ts").map((pattern) => [file, pattern]));
  assert.ok(found.length >= 20, `${found.length} patterns`);
  const slow = found.filter(([, pattern]) => evil.some((text) => isSlow(() => text.replace(pattern, ""))));
  assert.deepEqual(slow.map(([file, pattern]) => `${file} ${pattern}`), []);
});

test("what draws words draws long ones too", () => {
  const ways = {
    initials,
    shortName,
    marks: (text) => marks([{ key: "a", en: text, zh: text }, { key: "b", en: text }], "en"),
    fill: (text) => fill("{name} · {name}", { name: text }, "zh"),
  };
  for (const [name, way] of Object.entries(ways))
    for (const text of evil) assert.ok(!isSlow(() => way(text)), `${name} ${JSON.stringify(text.slice(0, 5))}`);
});
