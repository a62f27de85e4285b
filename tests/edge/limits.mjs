// Limits: how many from one address, how fast, and what becomes of those who read slowly or not at all.

import assert from "node:assert";
import { join as attend } from "./asker.mjs";
import { check } from "./cases.mjs";
import { planned, tokenOf } from "./forms.mjs";
import { asked, tickets } from "./others.mjs";
import { api, dial, frame, next, open, request, send, until } from "./raw.mjs";
import { startServer } from "./server.mjs";
import { ticket } from "./tickets.mjs";

async function tooMany(server) {
  await check("limit: connections of one address", async () => {
    const all = [];
    for (let i = 0; i < 40; i++) all.push(open(server.port));
    await new Promise((done) => setTimeout(done, 500));
    const left = all.filter((s) => !s.ended).length;
    for (const s of all) s.socket.destroy();
    assert.strictEqual(left, 20);
    await new Promise((done) => setTimeout(done, 200));
    assert.strictEqual((await api(server.port, "GET", "/healthz")).status, 200);
    return true;
  });
  await check("limit: tickets of one address", async () => {
    const made = await planned(server);
    const codes = { 201: 0, 429: 0 };
    for (let i = 0; i < 15; i++) {
      const said = await api(server.port, "POST", `/api/sessions/${made.session}/tickets`, {
        name: "Ana", school: "ISB", language: "en",
      });
      codes[said.status]++;
      if (said.status === 429) assert.ok(said.json.error === "slow_down" && said.json.retry_ms > 0);
    }
    assert.ok(codes[201] >= 5 && codes[429] >= 5, JSON.stringify(codes));
    return true;
  });
}

async function join(server, session, name) {
  const s = await dial(server.port);
  send(s, { hello: 1, ticket: ticket(server.ticketKey(), session, { sub: name, name }) });
  assert.ok((await next(s, (m) => m.view || m.error)).view);
  return s;
}

const figures = async (server) =>
  (await api(server.adminPort, "GET", "/metrics")).body.toString();

/** Long lines, so that a page of history has hundreds of kilobytes. */
async function fill(speakers) {
  for (let i = 0; i < 7; i++)
    for (const s of speakers)
      send(s, { command: "chat.say", n: 1 + i, room: 1, text: "漢".repeat(1900) });
  for (const s of speakers) {
    const heard = (m) => (m.event === "chat.said" && m.n === 7) || m.error;
    for (let i = 0; i < speakers.length; i++) assert.ok((await next(s, heard)).event);
  }
}

/** A room of eight with a long history, and one more who reads nothing. */
async function withDeaf(server) {
  const { session } = await planned(server);
  const speakers = [];
  for (let i = 0; i < 8; i++) speakers.push(await join(server, session, `S${i}`));
  await fill(speakers);
  const deaf = await join(server, session, "Deaf");
  deaf.socket.pause();
  return { deaf, speakers, ask: (n) => send(deaf, { query: "chat.history", n, room: 1 }) };
}

async function sentAway(server, { deaf, speakers }, ms) {
  const late = Date.now() + ms;
  while (!/closed_slow_total 1\n/.test(await figures(server))) {
    assert.ok(Date.now() < late, "it is still there");
    for (const s of speakers) // or they were silent themselves
      send(s, { command: "chat.react", n: 5000 + Math.floor(Math.random() * 1e6), line: 11, kind: "same", on: true });
    await new Promise((done) => setTimeout(done, 200));
  }
  const high = Number(/queue_high_bytes (\d+)/.exec(await figures(server))[1]);
  assert.ok(high < 2.5 * 1048576, `${high} bytes waited`);
  const said = { command: "chat.say", n: 9000, room: 1, text: "still here" };
  send(speakers[0], said);
  for (const s of speakers) assert.ok((await next(s, (m) => m.text === said.text)).event);
  for (const s of [deaf, ...speakers]) s.socket.destroy();
  return true;
}

/** What comes in one packet is answered in one turn: more than may wait. */
async function slowReaders(server) {
  await check("limit: who asks and does not read is sent away, the others go on", async () => {
    const room = await withDeaf(server);
    room.deaf.socket.cork();
    for (let n = 1; n <= 110; n++) room.ask(n);
    room.deaf.socket.uncork();
    return sentAway(server, room, 20_000);
  });
}

/** What comes bit by bit is not read once the answers wait: as little is heard as from who is gone. */
async function slowAskers(server) {
  await check("limit: so is who asks bit by bit, within 30 s", async () => {
    const room = await withDeaf(server);
    for (let n = 1; n <= 110; n++) {
      room.ask(n);
      await new Promise((done) => setTimeout(done, 20));
    }
    await sentAway(server, room, 32_000);
    assert.match(await figures(server), /closed_idle_total 0\n/);
    return true;
  });
}

/** Who reads a little now and then: what waits for them does not wait for ever. They are looked at 8 s after a ping. */
async function trickling(server) {
  await check("limit: who takes next to nothing is sent away, whatever signs of life they give", async () => {
    const { session } = await planned(server);
    const speakers = [];
    for (let i = 0; i < 8; i++) speakers.push(await join(server, session, `T${i}`));
    await fill(speakers);
    for (const s of speakers) s.socket.destroy();
    const them = asked(["trickle", server.port, tickets(server, session, "trickle", 1)]);
    const { borne_ms, read } = await them.line();
    console.log(`limit=trickle borne_ms=${borne_ms} read=${read}`);
    assert.strictEqual(await them.end(), 0);
    assert.ok(Number(borne_ms) > 8_000 && Number(borne_ms) < 45_000, `${borne_ms} ms`);
    return true;
  });
}

/** One after the other, so that each is pinged at another moment: from their last word on it is up to 20 s. */
async function silent(server) {
  await check("limit: who does not answer a ping is gone within 30 s, and shown as away", async () => {
    const { session } = await planned(server);
    const watcher = await attend(server, session, { sub: "watcher", name: "Watcher", role: "organizer" });
    const all = [];
    for (let i = 0; i < 22; i++) {
      const name = `Silent ${i}`;
      all.push({ name, spoke: Date.now(), s: await join(server, session, name) });
    }
    const shown = (name) => watcher.got.findLast((m) => m.signal === "digest")?.here.find((p) => p.name === name);
    while (all.some((x) => !x.took) && Date.now() - all[0].spoke < 40_000) {
      for (const x of all) if (!x.took && shown(x.name)?.away) x.took = Date.now() - x.spoke;
      await new Promise((done) => setTimeout(done, 50));
    }
    const took = all.map((x) => x.took ?? 99_999).sort((a, b) => a - b);
    console.log(`limit=silent people=${all.length} away_ms=${took[0]}..${took.at(-1)}`);
    assert.ok(took.at(-1) < 30_000, `${took}`);
    assert.ok(took[0] > 8_000, "somebody had no time to answer");
    for (const { s } of all) {
      assert.strictEqual((await next(s, (m) => m.bye))?.bye, "idle");
      assert.strictEqual((await next(s)).close, 4009);
      s.socket.destroy();
    }
    assert.ok(!watcher.got.some((m) => m.event === "people.left"), "a seat was given up");
    watcher.leave();
    return true;
  });
}

async function thousand(server) {
  await check("limit: a thousand connections, each answered, all sent away at the end", async () => {
    const all = [];
    for (let i = 0; i < 1000; i += 50)
      all.push(...(await Promise.all([...Array(50)].map(() => dial(server.port)))));
    for (const s of all) s.socket.write(frame('{"query":"people.roster","n":3}'));
    for (const s of all) assert.strictEqual((await next(s)).error, "unauthorized");
    assert.match(await figures(server), /\njobalike_connections 1000\n/);
    const end = server.end();
    for (const s of all) {
      assert.strictEqual((await next(s, (m) => m.bye)).bye, "draining");
      assert.strictEqual((await next(s)).close, 1012);
      s.socket.destroy();
    }
    assert.strictEqual(await end, null);
    return true;
  });
}

async function slowHeads(server) {
  await check("limit: a head that does not end is not waited for", async () => {
    const all = [...Array(10)].map(() => {
      const s = open(server.port);
      s.socket.write("GET / HTTP/1.1\r\nHost: x\r\n");
      return s;
    });
    const begun = Date.now();
    for (const s of all) assert.ok(await until(s, (x) => x.ended || undefined, 15_000), "still there");
    assert.ok(Date.now() - begun < 15_000);
    return true;
  });
}

async function slowBodies(server) {
  await check("limit: nor is a body, however it dribbles", async () => {
    const all = [...Array(10)].map(() => {
      const s = open(server.port);
      s.socket.write(request("POST", "/csp", { "Content-Type": "application/csp-report", "Content-Length": 60_000 }));
      return s;
    });
    const begun = Date.now();
    while (all.some((s) => !s.ended) && Date.now() - begun < 25_000) {
      for (const s of all) if (!s.ended) s.socket.write("x");
      await new Promise((done) => setTimeout(done, 500));
    }
    const left = all.filter((s) => !s.ended).length;
    for (const s of all) s.socket.destroy();
    assert.strictEqual(left, 0);
    return true;
  });
}

async function behindProxy() {
  const server = await startServer(["--http.trusted_proxies=127.0.0.1", "--limits.connections_per_address=3", "--limits.connects_per_second=2"]);
  const from = (address) => dial(server.port, { "X-Forwarded-For": address });
  await check("limit: behind a trusted proxy connections count for the address that it names", async () => {
    const all = [await from("10.0.0.7"), await from("10.0.0.7"), await from("10.0.0.7, 127.0.0.1")];
    // Some proxies say it in a line of their own, behind the client's.
    for (const again of ["10.0.0.7", "10.0.0.7:51234", "10.0.0.66\r\nX-Forwarded-For: 10.0.0.7", "10.0.0.66, 10.0.0.7"]) await assert.rejects(from(again), /429/);
    all.push(await from("10.0.0.8"));
    all[0].socket.destroy();
    await new Promise((done) => setTimeout(done, 300));
    all.push(await from("10.0.0.7"));
    for (const s of all) s.socket.destroy();
    return true;
  });
  await check("limit: behind a trusted proxy an address comes only so fast", async () => {
    let in_time = 0;
    for (let i = 0; i < 40; i++) {
      const s = await from("10.0.0.9").catch(() => null);
      if (s) in_time++;
      s?.socket.destroy();
      await new Promise((done) => setTimeout(done, 3)); // until the one before is gone
    }
    assert.ok(in_time >= 10 && in_time <= 15, `${in_time}`);
    (await from("10.0.0.10")).socket.destroy();
    return true;
  });
  await check("limit: the server ends in order", async () => assert.strictEqual(await server.end(), null));
}

async function halfOpen(server) {
  await check("limit: of too many that say nothing the oldest goes, and whoever talks is let in", async () => {
    const silent = [...Array(100)].map(() => open(server.port));
    await new Promise((done) => setTimeout(done, 1500));
    assert.strictEqual(silent.filter((s) => s.ended).length, 0);
    for (let i = 0; i < 20; i++) (await dial(server.port)).socket.destroy();
    await new Promise((done) => setTimeout(done, 300));
    const gone = silent.filter((s) => s.ended).length;
    assert.ok(gone >= 20 && gone <= 60, `${gone}`);
    for (const s of silent) s.socket.destroy();
    return true;
  });
}

export async function limits() {
  const tight = await startServer(["--limits.connections_per_address=20", "--limits.joins_per_second=1"]);
  await tooMany(tight);
  await Promise.all([slowHeads(tight), slowBodies(await startServer([]))]);
  await check("limit: the server ends in order", async () => assert.strictEqual(await tight.end(), null));
  await behindProxy();
  const roomy = await startServer([]);
  await halfOpen(roomy);
  await slowReaders(roomy);
  const other = await startServer([]);
  await Promise.all([silent(roomy), trickling(roomy), slowAskers(other)]);
  await check("limit: nothing of them is left", async () => assert.strictEqual(await other.end(), null));
  await check("limit: the server ends in order with people in it", async () => {
    const made = await planned(roomy);
    const s = await dial(roomy.port);
    send(s, { hello: 1, ticket: tokenOf(made.links.organizer) });
    assert.ok((await next(s)).view);
    const end = roomy.end();
    assert.strictEqual((await next(s, (m) => m.bye))?.bye, "draining");
    assert.strictEqual((await next(s)).close, 1012);
    s.socket.destroy();
    assert.strictEqual(await end, null);
  });
  await thousand(await startServer(["--limits.connections_per_address=2000", "--limits.connects_per_second=1000"]));
}
