// The catalogues: the same keys and places in both languages, the habits of each, and no words elsewhere.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { load, root } from "./bundle.mjs";

const { en } = await load("i18n/en.ts");
const { zh } = await load("i18n/zh.ts");
const web = join(root, "clients/web");
const { transformSync } = createRequire(join(web, "package.json"))("esbuild");

const places = (text) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]))].sort();
const entries = Object.entries;
const wrong = (catalogue, isWrong) => entries(catalogue).filter(([, text]) => isWrong(text));

test("both catalogues have the same keys, in the same order", () => {
  assert.deepEqual(Object.keys(zh), Object.keys(en));
});

test("each text has the same places in both", () => {
  for (const [key, text] of entries(en)) assert.deepEqual(places(zh[key]), places(text), key);
});

test("singular and plural: two parts in English, chosen by n; one form in Chinese", () => {
  for (const [key, text] of wrong(en, (t) => t.includes("‖"))) {
    assert.equal(text.split("‖").length, 2, key);
    assert.ok(places(text).includes("n"), `${key} has no {n}`);
  }
  assert.deepEqual(wrong(zh, (t) => t.includes("‖")), []);
});

test("no text is empty, or has a brace or a space too many", () => {
  for (const catalogue of [en, zh])
    assert.deepEqual(
      wrong(catalogue, (t) => t.trim() === "" || t !== t.trim() || t.includes("  ") || /[{}]/.test(t.replace(/\{\w+\}/g, ""))),
      [],
    );
});

test("one exclamation mark at most, nobody is asked to wait or told oops", () => {
  assert.ok(wrong(en, (t) => t.includes("!")).length <= 1);
  assert.ok(wrong(zh, (t) => /[!！]/.test(t)).length <= 1);
  assert.deepEqual(wrong(en, (t) => /please wait|oops|sorry/i.test(t)), []);
});

test("Chinese: its own punctuation, 您, and a space beside digits and Latin letters", () => {
  const plain = (t) => t.replace(/\{\w+\}/g, "");
  assert.deepEqual(wrong(zh, (t) => /\p{Script=Han}\s?[,;:?!]|[,;:?!]\p{Script=Han}/u.test(plain(t))), []);
  assert.deepEqual(wrong(zh, (t) => /你/.test(t)), []);
  assert.deepEqual(
    wrong(zh, (t) => /\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Script=Han}/u.test(t.replace(/\{\w+\}/g, "，"))),
    [],
  );
});

/** The texts that stand directly in the list that begins here: ["one", jsx(...), "two"]. */
function inList(code, from) {
  const found = [];
  let depth = 0;
  for (const { 0: token, index } of code.slice(from).matchAll(/"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|[[({\])}]/g)) {
    if (token.length === 1) depth += "[({".includes(token) ? 1 : -1;
    else if (depth === 1 && /[[,]\s*$/.test(code.slice(0, from + index))) found.push(token.slice(1, -1));
    if (depth === 0) break;
  }
  return found;
}

/** What a component shows that came from no catalogue. */
function literals(source) {
  const { code } = transformSync(source, { loader: "tsx", jsx: "automatic", charset: "utf8" });
  const shown = /(?:children|"aria-label"|title|placeholder|alt): "((?:[^"\\]|\\.)*)"/g;
  const lists = [...code.matchAll(/children: \[/g)].flatMap((m) => inList(code, m.index + 10));
  const isKey = (t) => /^(Ctrl|Alt|Shift|Esc|Enter|Home|End)\b/.test(t);
  return [...[...code.matchAll(shown)].map((m) => m[1]), ...lists].filter((t) => /\p{L}{2}/u.test(t) && !isKey(t));
}

test("no string stands in a component", () => {
  const files = readdirSync(join(web, "src"), { recursive: true }).filter((f) => f.endsWith(".tsx"));
  assert.ok(files.length > 0);
  for (const file of files)
    assert.deepEqual(literals(readFileSync(join(web, "src", file), "utf8")), [], file);
  assert.deepEqual(literals('<p title="Any word">Hello</p>'), ["Any word", "Hello"]);
  assert.deepEqual(literals('<p class="x">{t("a.b")} 您好 <b>Hi</b></p>').length, 2);
});
