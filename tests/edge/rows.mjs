// A row: one kind of bad input, with its counts. After each the server must be alive, serve somebody new
// within a second, and have its memory back.

import assert from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "./asker.mjs";
import { check, counted } from "./cases.mjs";

export const LONG = Boolean(process.env.LONG);
/** So many in CI, and so many when there is time. */
export const sized = (ci, long) => (LONG ? long : ci);

export const rssOf = (server) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))[1]);

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

let newcomers = 0;

/** How long somebody new waits for the view, in ms. */
async function fresh(server) {
  const begun = performance.now();
  const sub = `fresh${++newcomers}`;
  const me = await join(server, server.session, { sub, name: `Fresh ${newcomers}` });
  me.leave();
  return Math.round(performance.now() - begun);
}

/** What a sanitizer keeps back of freed memory, and what any allocator does, in kB. */
const KEPT_KB = { asan: 98_304, debug: 16_384, release: 16_384 };

async function isBack(server, before) {
  const most = before * 1.05 + KEPT_KB[server.mode];
  for (let i = 0; i < 20 && rssOf(server) > most; i++) await pause(250);
  const now = rssOf(server);
  assert.ok(now <= most, `${before} kB before, ${now} kB after`);
}

/** Runs the body, which returns figures to print. Cases that it checks are counted. */
export async function row(id, server, body) {
  const before = rssOf(server);
  const begun = performance.now();
  let fresh_ms = 0;
  const { own, figures } = await counted(body);
  const after = await counted(async () => {
    await check(`${id}: somebody new is served within a second`, async () => {
      fresh_ms = await fresh(server);
      assert.ok(fresh_ms < (server.mode === "asan" ? 3000 : 1000), `${fresh_ms} ms`);
    });
    await check(`${id}: memory is back`, () => isBack(server, before));
    await check(`${id}: the server is alive`, () => assert.ok(server.isAlive()));
  });
  const all = {
    cases: own.cases,
    ...figures,
    crashes: server.isAlive() ? 0 : 1,
    failed: own.failed + after.own.failed,
    fresh_ms,
    rss_kb: `${before}/${rssOf(server)}`,
    s: ((performance.now() - begun) / 1000).toFixed(1),
  };
  console.log(`row=${id} ${Object.entries(all).map(([k, v]) => `${k}=${v}`).join(" ")}`);
}
