// What the client's sources do not hold: words that would let another window, or what people wrote, become more
// than text. The policy of the page forbids most of it too; this says so before a browser does.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { root } from "./bundle.mjs";

const src = join(root, "clients/web/src");
const sources = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((e) => /\.(ts|tsx|html|svg)$/.test(e.name))
  .map((e) => join(e.path, e.name));

/** Each with what it must find. */
const never = {
  "messages between windows": [/\bpostMessage\b|\bBroadcastChannel\b|(?<!\bsocket\.)\bonmessage\b|addEventListener\(\s*["'`]message/, ["w.postMessage(x)", 'addEventListener("message", f)', "window.onmessage = f"]],
  "markup from words": [/\b(inner|outer)HTML\b|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|\bsrcdoc\b|createContextualFragment/, ["e.innerHTML = x", "document.write(x)"]],
  "code from words": [/\beval\(|\bnew Function\b|\bset(Timeout|Interval)\(\s*["'`]|javascript:/, ["eval(x)", 'setTimeout("x()")', 'href="javascript:x"']],
  cookies: [/document\.cookie/, ["document.cookie = x"]],
};

for (const [what, [pattern, samples]] of Object.entries(never))
  test(`no ${what} in the client's sources`, () => {
    for (const sample of samples) assert.match(sample, pattern);
    const found = sources.filter((file) => pattern.test(readFileSync(file, "utf8"))).map((file) => relative(src, file));
    assert.deepEqual(found, []);
    assert.ok(sources.length > 50, "the sources are not where they are looked for");
  });
