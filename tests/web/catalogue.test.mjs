// The words and colours of the web client, held to what the design promises of them.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { load, root } from "./bundle.mjs";

const src = join(root, "clients/web/src");
const { en } = await load("i18n/en.ts");
const { zh } = await load("i18n/zh.ts");
const { fill } = await load("i18n/t.ts");

const places = (text) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]))].sort();

test("both catalogues have the same keys and placeholders", () => {
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  for (const key of Object.keys(en)) {
    assert.deepEqual(places(zh[key]), places(en[key]), key);
    assert.ok(en[key].trim() && zh[key].trim(), `${key} is empty`);
  }
});

test("Chinese is Chinese", () => {
  const same = new Set(["app.name", "notice.zh", "join.zh", "join.en", "record.json", "record.markdown", "cockpit.more_people", "chat.count", "agenda.shorten_short", "mute.by", "chat.said"]);
  for (const [key, text] of Object.entries(zh))
    if (!same.has(key) && key !== "app.language" && key !== "notice.other_language")
      assert.match(text, /\p{Script=Han}/u, key);
  for (const [key, text] of Object.entries(zh)) assert.doesNotMatch(text, /[,;:?!](?=\p{Script=Han})/u, key);
});

test("every key is used", () => {
  const code = [];
  const walk = (dir) => {
    for (const e of readdirSync(dir, { withFileTypes: true }))
      if (e.isDirectory()) walk(join(dir, e.name));
      else if (/\.tsx?$/.test(e.name) && !["en.ts", "zh.ts"].includes(e.name))
        code.push(readFileSync(join(dir, e.name), "utf8"));
  };
  walk(src);
  const all = code.join("\n");
  const made = [...all.matchAll(/`([a-z_]+\.[a-z_]*)\$\{/g)].map((m) => m[1]);
  const dead = Object.keys(en).filter((k) => !all.includes(`"${k}"`) && !made.some((d) => k.startsWith(d)));
  assert.deepEqual(dead, []);
});

test("no words stand in a component", () => {
  const found = [];
  const walk = (dir) => {
    for (const e of readdirSync(dir, { withFileTypes: true }))
      if (e.isDirectory()) walk(join(dir, e.name));
      else if (e.name.endsWith(".tsx"))
        for (const m of readFileSync(join(dir, e.name), "utf8").matchAll(/>\s*([A-Za-z]{3,}[^<>{}=;()]*)<\//g))
          found.push(`${e.name}: ${m[1].trim()}`);
  };
  walk(join(src, "ui"));
  assert.deepEqual(found.filter((f) => !/: (Ctrl|Key)/.test(f)), []);
});

test("plurals and the space between Chinese and Latin", () => {
  assert.equal(fill("1 line‖{n} lines", { n: 1 }, "en"), "1 line");
  assert.equal(fill("1 line‖{n} lines", { n: 0 }, "en"), "0 lines");
  assert.equal(fill("{n} people", { n: 1200 }, "en"), "1,200 people");
  assert.equal(fill("{name}正在输入", { name: "Anu" }, "zh"), "Anu 正在输入");
  assert.equal(fill("{name}正在输入", { name: "陈美琳" }, "zh"), "陈美琳正在输入");
  assert.equal(fill("“{room}”", { room: "HR" }, "zh"), "“HR”");
});

// --- colours ---

const css = readFileSync(join(src, "styles/tokens.css"), "utf8");
const block = (from) => {
  const start = css.indexOf("{", css.indexOf(from)) + 1;
  return Object.fromEntries([...css.slice(start, css.indexOf("}", start)).matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map((m) => [m[1], m[2]]));
};
const light = block(":root {");
const media = block(':root:not([data-theme="light"])');
const dark = block(':root[data-theme="dark"]');

const channel = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const luminance = (hex) => {
  const [r, g, b] = [1, 3, 5].map((i) => channel(Number.parseInt(hex.slice(i, i + 2), 16) / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
};

const PAIRS = [
  ["ink", ["bg", "surface", "raised", "sunk", "chip"], 10],
  ["ink2", ["bg", "surface", "raised", "sunk", "chip"], 6],
  ["ink3", ["bg", "surface", "sunk", "chip"], 4.5],
  ["edge", ["bg", "surface", "sunk", "raised"], 3],
  ["accent", ["bg", "surface"], 4.5],
  ["on", ["accent"], 4.5],
  ["atext", ["asoft", "surface", "bg"], 4.5],
  ["tink", ["table"], 4.5],
  ["tink2", ["table"], 4.5],
  ["trail", ["table"], 3],
  ["attnink", ["attn"], 4.5],
  ["attntext", ["attnsoft"], 4.5],
  ["dangeron", ["danger"], 4.5],
  ["danger", ["surface"], 4.5],
  ["dtext", ["dsoft", "surface", "bg"], 4.5],
];

test("dark by choice and dark by the system are the same", () => assert.deepEqual(dark, media));

for (const [name, theme] of [
  ["light", light],
  ["dark", { ...light, ...dark }],
])
  test(`contrast of the ${name} tokens`, () => {
    for (const [text, grounds, least] of PAIRS)
      for (const ground of grounds) {
        const ratio = contrast(theme[text], theme[ground]);
        assert.ok(ratio >= least, `${text} on ${ground}: ${ratio.toFixed(2)}, wanted ${least}`);
      }
    for (let i = 1; i <= 10; i++) {
      assert.ok(contrast(theme["tile-on"], theme[`area-${i}`]) >= 4.5, `mark on area ${i}`);
      assert.ok(contrast(theme[`area-${i}`], theme[`area-${i}-soft`]) >= 4.5, `face of area ${i}`);
    }
  });
