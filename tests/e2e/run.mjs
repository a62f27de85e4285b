// End to end in Chromium: real browsers, real input, the real server and terminal client.
//   node tests/e2e/run.mjs [screens] [keyboard] [hour]     all of them when none is named

import { rmSync } from "node:fs";
import { found } from "./axe.mjs";
import { guard, launch, picture } from "./browser.mjs";
import { hour, result } from "./hour.mjs";
import { acts, keyboard } from "./keyboard.mjs";
import { screens } from "./screens.mjs";

let failed = 0;
const say = (words) => {
  failed++;
  console.log(`FAILED ${words}`);
};

rmSync("build/e2e", { recursive: true, force: true });
const wanted = process.argv.slice(2);
const browser = await launch();

/** What every page showed when a part failed. */
async function pictures(name) {
  const pages = browser.contexts().flatMap((c) => c.pages());
  for (const [i, page] of pages.entries()) {
    await picture(page, `failed-${name}-${i + 1}`).catch(() => {});
    await page.context().close();
  }
}

async function part(name, run) {
  if (wanted.length && !wanted.includes(name)) return;
  const begun = performance.now();
  try {
    await run(browser, say);
  } catch (e) {
    say(`${name}: ${e.stack}`);
    await pictures(name);
  }
  console.log(`e2e part=${name} seconds=${((performance.now() - begun) / 1000).toFixed(1)}`);
}

await part("screens", screens);
await part("keyboard", keyboard);
await part("hour", hour);
await browser.close();
for (const x of new Set(guard.errors)) say(`the console says: ${x}`);
for (const x of new Set(guard.foreign)) say(`a request to another host: ${x}`);
console.log(
  `suite=e2e people=${result.people} browsers=${result.browsers} acked=${result.acked} found=${result.found} ` +
    `lost=${result.lost} doubled=${result.doubled} axe_screens=${found.screens} axe_violations=${found.violations} ` +
    `axe_exceptions=${found.exceptions} narrow=${found.narrow} ` +
    `acts_by_keyboard=${acts.done} foreign_requests=${guard.foreign.length} js_kb=${result.js_kb} css_kb=${result.css_kb} failed=${failed}`,
);
process.exit(failed ? 1 : 0);
