// Filling in texts, and no text that nobody shows. The catalogues themselves: words.test.mjs.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { load, root } from "./bundle.mjs";

const src = join(root, "clients/web/src");
const { en } = await load("i18n/en.ts");
const { fill } = await load("i18n/t.ts");

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

test("plurals and the space between Chinese and Latin", () => {
  assert.equal(fill("1 line‖{n} lines", { n: 1 }, "en"), "1 line");
  assert.equal(fill("1 line‖{n} lines", { n: 0 }, "en"), "0 lines");
  assert.equal(fill("{n} people", { n: 1200 }, "en"), "1,200 people");
  assert.equal(fill("{name}正在输入", { name: "Anu" }, "zh"), "Anu 正在输入");
  assert.equal(fill("{name}正在输入", { name: "陈美琳" }, "zh"), "陈美琳正在输入");
  assert.equal(fill("“{room}”", { room: "HR" }, "zh"), "“HR”");
});
