// People whose packets go nowhere from one moment to the next, without a word (F-24): gone within 30 s, shown
// as away, their seat kept, and the same persons when they come back. In a network of its own.

import assert from "node:assert";
import { hello, join } from "../edge/asker.mjs";
import { check } from "../edge/cases.mjs";
import { planned } from "../edge/forms.mjs";
import { api } from "../edge/raw.mjs";
import { startServer } from "../edge/server.mjs";
import { ticket } from "../edge/tickets.mjs";
import { drop, goInside, isInside, mend, open } from "../cluster/network.mjs";

const PEOPLE = 10;
const MOST_MS = 30_000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function cutOff() {
  const server = await startServer(["--store.url=sqlite:"]);
  const { session } = await planned(server);
  const watcher = await join(server, session, { sub: "watcher", name: "Watcher", role: "organizer" });
  const all = [];
  for (let i = 0; i < PEOPLE; i++) {
    all.push(await join(server, session, { sub: `p${i}`, name: `P${i}` }));
    await pause(350); // pinged at other moments
  }
  const connections = async () =>
    Number(/\njobalike_connections (\d+)/.exec((await api(server.adminPort, "GET", "/metrics")).body.toString())[1]);
  assert.strictEqual(await connections(), PEOPLE + 1);
  const begun = Date.now();
  for (const me of all) drop(me.s.socket.localPort);
  const here = (name) => watcher.got.findLast((m) => m.signal === "digest")?.here.find((p) => p.name === name);
  const took = new Map();
  while (took.size < PEOPLE && Date.now() - begun < MOST_MS + 10_000) {
    for (const [i] of all.entries()) if (!took.has(i) && here(`P${i}`)?.away) took.set(i, Date.now() - begun);
    await pause(50);
  }
  const away = [...took.values()].sort((a, b) => a - b);
  const left = (await connections()) - 1;
  const gave_up = watcher.got.filter((m) => m.event === "people.left").length;
  mend();
  let strangers = 0;
  for (const [i, me] of all.entries()) {
    me.leave();
    const again = await hello(server.port, ticket(server.ticketKey(), session, { sub: `p${i}`, name: `P${i}` }), { epoch: me.epoch, after: me.seq });
    await again.when((x) => x.view || x.got.some((m) => m.signal === "digest"));
    await watcher.when(() => !here(`P${i}`)?.away, 5000, "the digest");
    if (again.view && again.you !== me.you) strangers++;
    again.leave();
  }
  watcher.leave();
  const end = await server.end();
  console.log(`process: fault=F-24 people=${PEOPLE} away_ms=${away[0]}..${away.at(-1)} left=${left} seats_lost=${gave_up} strangers=${strangers}`);
  assert.strictEqual(end, null);
  assert.strictEqual(took.size, PEOPLE);
  assert.ok(away.at(-1) < MOST_MS, `${away}`);
  assert.deepStrictEqual([left, gave_up, strangers], [0, 0, 0]);
}

/** Beside the others, as it mostly waits. */
export async function halfOpen() {
  const status = await goInside("tests/process/halfopen.mjs", []);
  await check("half-open: who hears and says nothing any more (F-24)", () => assert.strictEqual(status, 0));
}

if (process.argv[1].endsWith("halfopen.mjs") && isInside()) {
  open();
  await cutOff();
  process.exit(0);
}
