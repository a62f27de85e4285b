// Contrast of the colours, computed from tokens.css by the rule of WCAG 2, in light and in dark.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./bundle.mjs";

const css = readFileSync(join(root, "clients/web/src/styles/tokens.css"), "utf8").replace(/\/\*[^]*?\*\//g, "");

/** The custom properties of the block that begins with this selector. */
function block(selector) {
  const from = css.indexOf(`${selector} {`);
  assert.ok(from >= 0, `${selector} is not there`);
  const text = css.slice(css.indexOf("{", from) + 1, css.indexOf("}", from));
  return Object.fromEntries([...text.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(([, k, v]) => [k, v.trim()]));
}

const light = block(":root");
const system = block(':root:not([data-theme="light"])');
const chosen = block(':root[data-theme="dark"]');
const dark = { ...light, ...chosen };

function luminance(hex) {
  assert.match(hex, /^#[0-9a-f]{6}$/i);
  const [r, g, b] = [1, 3, 5]
    .map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const GROUNDS = ["bg", "surface", "raised", "sunk", "chip"];

/** What stands on what, and the least contrast in light and in dark, to a tenth. */
const PAIRS = [
  ["ink", ["surface"], 15.9, 14.0],
  ["ink", GROUNDS, 13.1, 10.7],
  ["ink2", ["surface"], 7.9, 9.0],
  ["ink2", GROUNDS, 6.5, 6.9],
  ["ink3", ["surface"], 5.7, 6.0],
  ["ink3", GROUNDS, 4.7, 4.7],
  ["edge", ["bg", "surface", "raised", "sunk"], 3.1, 3.5],
  ["accent", ["surface"], 6.8, 8.6],
  ["accent", ["bg"], 6.2, 9.5],
  ["on", ["accent"], 6.8, 8.6],
  ["atext", ["asoft"], 7.0, 8.1],
  ["atext", ["surface"], 8.5, 10.5],
  ["tink", ["table"], 6.8, 10.8],
  ["tink2", ["table"], 5.3, 7.2],
  ["trail", ["table"], 3.4, 3.4],
  ["attnink", ["attn"], 8.5, 8.5],
  ["attn", ["table"], 3.6, 6.2],
  ["attntext", ["attnsoft"], 7.5, 9.3],
  ["dangeron", ["danger"], 6.5, 8.9],
  ["danger", ["surface"], 6.5, 8.1],
  ["dtext", ["dsoft"], 7.4, 8.6],
  ...Array.from({ length: 10 }, (_, i) => `area-${i + 1}`).flatMap((area) => [
    ["tile-on", [area], 6.1, 8.7],
    [area, ["surface"], 6.1, 8.0],
    [area, [`${area}-soft`], 5.2, 7.3],
  ]),
];

for (const [name, theme, at] of [["light", light, 2], ["dark", dark, 3]])
  test(`contrast in ${name}`, () => {
    for (const pair of PAIRS)
      for (const ground of pair[1]) {
        const found = contrast(theme[`--${pair[0]}`], theme[`--${ground}`]);
        assert.ok(found > pair[at] - 0.1, `${pair[0]} on ${ground}: ${found}, wanted ${pair[at]}`);
      }
  });

test("dark by the system's wish and dark by choice are the same", () => {
  assert.deepEqual(system, chosen);
});

test("whatever colour light has, dark has another of", () => {
  const colours = Object.keys(light).filter((k) => /^(#|rgb)/.test(light[k]));
  // A ground with its own ink is alike in both: a mark of attention, and a picture for scanners.
  const same = ["--attn", "--attnink", "--scan", "--scan-on"];
  assert.deepEqual(colours.filter((k) => !(k in chosen)), same);
});

test("the ratio is the rule's: black on white is 21, and equal colours 1", () => {
  assert.equal(contrast("#000000", "#ffffff"), 21);
  assert.equal(contrast("#777777", "#777777"), 1);
  assert.equal(contrast("#f2b233", "#ffffff").toFixed(1), "1.9");
});
