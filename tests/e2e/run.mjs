// End to end in Chromium: real browsers, real input, the real server and terminal client.
//   node tests/e2e/run.mjs [screens] [codes] [keyboard] [apart] [hour]     all of them when none is named

import { rmSync } from "node:fs";
import { apart, apartTogether } from "./apart.mjs";
import { found } from "./axe.mjs";
import { guard, launch, picture } from "./browser.mjs";
import { codes } from "./codes.mjs";
import { hour, result } from "./hour.mjs";
import { acts, keyboard } from "./keyboard.mjs";
import { screens } from "./screens.mjs";

const wrong = [];
const say = (words) => wrong.push(words);
/** Parts that were run a second time: real time and real browsers now and then miss a beat. */
let again = 0;

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

async function attempt(name, run) {
  const begun = performance.now();
  try {
    await run(browser, say);
  } catch (e) {
    say(`${name}: ${e.stack}`);
    await pictures(name);
  }
  console.log(`e2e part=${name} seconds=${((performance.now() - begun) / 1000).toFixed(1)}`);
}

/** A part that fails is said so, and run once more from its beginning; the second time counts. */
async function part(name, run, counts) {
  if (wanted.length && !wanted.includes(name)) return;
  const before = { ...counts };
  const known = wrong.length;
  await attempt(name, run);
  if (wrong.length === known) return;
  for (const words of wrong.splice(known)) console.log(`once more, as it failed: ${words}`);
  Object.assign(counts, before);
  again++;
  await attempt(name, run);
}

await part("screens", screens, found);
await part("codes", codes, found);
await part("keyboard", keyboard, acts);
await part("apart", apartTogether, apart);
await part("hour", hour, result);
await browser.close();
for (const x of new Set(guard.errors)) say(`the console says: ${x}`);
for (const x of new Set(guard.foreign)) say(`a request to another host: ${x}`);
for (const words of wrong) console.log(`FAILED ${words}`);
console.log(
  `suite=e2e people=${result.people} browsers=${result.browsers} acked=${result.acked} found=${result.found} ` +
    `lost=${result.lost} doubled=${result.doubled} axe_screens=${found.screens} axe_violations=${found.violations} ` +
    `axe_exceptions=${found.exceptions} narrow=${found.narrow} ` +
    `acts_by_keyboard=${acts.done} apart_instances=${apart.instances} apart_back_ms=${apart.back_ms} apart_drafts=${apart.drafts} foreign_requests=${guard.foreign.length} js_kb=${result.js_kb} css_kb=${result.css_kb} kept=${result.kept} again=${again} failed=${wrong.length}`,
);
process.exit(wrong.length ? 1 : 0);
