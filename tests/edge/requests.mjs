// Requests over HTTP that cost much: one address gets its share of the server's time and room, and others
// are served as ever.

import assert from "node:assert";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join, settled } from "./asker.mjs";
import { check } from "./cases.mjs";
import { planned } from "./forms.mjs";
import { api, exchange, open, request, takeAnswer, until } from "./raw.mjs";
import { ticket } from "./tickets.mjs";

const LINES = 400; // of 5,700 bytes
const READERS = 100;
/** HTTP_UNSENT_ONE, one record more than that, and what an allocator keeps. */
const MOST_KB = (8 + 3 + 8) * 1024;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const rss = (server) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))[1]);
const from = (localAddress) => (where) => connect({ ...where, localAddress });

async function filled(server) {
  const { session } = await planned(server);
  const me = await join(server, session, { sub: "writer", name: "Writer" });
  for (let i = 0; i < LINES; i++) {
    me.sure("chat.say", { room: 1, text: "漢".repeat(1900) });
    if (i % 50 === 49) await settled(me);
  }
  return { session, me };
}

/** Many ask for all that was said and take nothing of it. */
async function unread(server, figures) {
  const { session, me } = await filled(server);
  const bearer = { Authorization: `Bearer ${ticket(server.ticketKey(), session, { sub: "writer" })}` };
  const path = `/api/sessions/${session}/export.json`;
  const before = rss(server);
  const all = [...Array(READERS)].map(() => {
    const s = open(server.port);
    s.socket.pause();
    s.socket.write(request("GET", path, bearer));
    return s;
  });
  await check("requests: records that nobody takes are not made", async () => {
    const begun = performance.now();
    await me.ask("chat.history", { room: 1, before: 1 }, "query");
    figures.answer_ms = Math.round(performance.now() - begun);
    await pause(1000);
    figures.kept_kb = rss(server) - before;
    assert.ok(figures.kept_kb < MOST_KB, `${figures.kept_kb} kB`);
    return true;
  });
  await check("requests: somebody elsewhere is given theirs", async () => {
    const said = await api(server.port, "GET", path, undefined, bearer, from("127.0.0.2"));
    assert.strictEqual(said.status, 200);
    assert.strictEqual(said.json.rooms.flatMap((r) => r.topics.flatMap((t) => t.lines)).length, LINES);
  });
  await check("requests: the others were told to wait", async () => {
    for (const s of all) s.socket.resume();
    figures.told = {};
    for (const s of all) {
      const said = await until(s, takeAnswer, 10_000);
      figures.told[said?.status] = (figures.told[said?.status] ?? 0) + 1;
      if (said?.status !== 200) assert.ok(["slow_down", "unavailable"].includes(JSON.parse(said.body).error) && JSON.parse(said.body).retry_ms > 0);
      s.socket.destroy();
    }
    assert.ok(figures.told[200] > 0 && figures.told[200] < READERS / 2, JSON.stringify(figures.told));
    return true;
  });
  await check("requests: once they were taken, one may ask again", async () => {
    let said;
    for (let i = 0; i < 40 && said?.status !== 200; i++) {
      await pause(250);
      said = await api(server.port, "GET", path, undefined, bearer);
    }
    assert.strictEqual(said.status, 200);
  });
  me.leave();
}

/** What is read at once: the rest of a packet would be lost with the connection, and the last answer with it. */
const A_PACKET = 50;

/** One after the other on connections that stay, until it is too much: how many there were, and the answer. */
async function exhaust(port, path) {
  for (let n = 0; n < 20_000; ) {
    const s = open(port);
    s.socket.write(request("GET", path).repeat(A_PACKET));
    for (let j = 0; j < A_PACKET; j++, n++) {
      const said = await until(s, takeAnswer);
      if (said?.status === 200) continue;
      s.socket.destroy();
      return [n, said];
    }
    s.socket.destroy();
  }
  return [20_000, null];
}

async function pages(server, figures) {
  await check("requests: one address gets so many pages", async () => {
    const [n, last] = await exhaust(server.port, "/healthz");
    assert.ok(n >= 200 && last?.status === 429, `${n} ${last?.status}`);
    assert.ok(Number(last.headers["retry-after"]) >= 1);
    assert.strictEqual(last.headers.connection, "close");
    assert.match(last.headers["content-security-policy"], /default-src 'none'/);
    figures.pages = n;
    return true;
  });
  await check("requests: the API says it in its own words", async () => {
    const [, last] = await exhaust(server.port, "/api/sessions");
    const { error, retry_ms } = JSON.parse(last.body);
    assert.deepStrictEqual([last.status, error, retry_ms > 0], [429, "slow_down", true]);
    return true;
  });
  await check("requests: another one gets them meanwhile, and this one after a while", async () => {
    assert.strictEqual((await exchange(server.port, request("GET", "/"), { how: from("127.0.0.2") })).status, 200);
    assert.strictEqual((await exchange(server.adminPort, request("GET", "/metrics"))).status, 200);
    await pause(1000);
    assert.strictEqual((await exchange(server.port, request("GET", "/"))).status, 200);
  });
}

export async function requests(server) {
  const figures = {};
  await unread(server, figures);
  await pages(server, figures);
  return { ...figures, told: Object.entries(figures.told ?? {}).map(([status, n]) => `${status}:${n}`).join(",") };
}
