// Too much of everything: what is taken of it, and what becomes of those who do it. How long others wait
// meanwhile is measured by others.mjs.

import assert from "node:assert";
import { spawn } from "node:child_process";
import { join as path } from "node:path";
import { check } from "./cases.mjs";
import { join } from "./asker.mjs";
import { planned } from "./forms.mjs";
import { isAsBefore, shown, tickets } from "./others.mjs";
import { api, dial, frame, handshake, open, request, takeFrame } from "./raw.mjs";
import { sized } from "./rows.mjs";
import { ticket } from "./tickets.mjs";

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const p99 = (list) => list.sort((a, b) => a - b)[Math.floor(list.length * 0.99)] ?? 0;

/** Runs it beside people who behave; the figures with their waits in them. */
async function beside(others, body) {
  const before = await others.p99();
  const during = await others.during(body());
  await check("the others hardly notice", () => assert.ok(isAsBefore(before, during.p99), `${shown(before, during.p99)} ms`));
  return { ...during.what, others_p99_ms: shown(before, during.p99) };
}

/** WS-7: connections whose handshake never ends. */
export async function slowHandshakes(server, others) {
  const n = sized(500, 5000);
  return beside(others, async () => {
    const bytes = handshake(server.port);
    const slow = [...Array(n)].map(() => open(server.port));
    const begun = Date.now();
    const waits = [];
    let at = 0;
    while (Date.now() - begun < 12_000 && slow.some((s) => !s.ended)) {
      for (const s of slow) if (!s.ended) s.socket.write(bytes[at]);
      at = Math.min(at + 1, 40);
      for (let i = 0; i < 10; i++) {
        const t = performance.now();
        const s = await dial(server.port);
        waits.push(performance.now() - t);
        s.socket.destroy();
        await pause(150);
      }
    }
    const left = slow.filter((s) => !s.ended).length;
    for (const s of slow) s.socket.destroy();
    await check("slow: all are gone after ten seconds and a bit", () => assert.strictEqual(left, 0));
    await check("slow: newcomers are let in meanwhile", () => assert.ok(p99(waits) < 1000, `${p99(waits)} ms`));
    return { slow: n, left, newcomers: waits.length, new_p99_ms: p99(waits).toFixed(1) };
  });
}

async function codeOf(s, patience = 20_000) {
  const late = Date.now() + patience;
  for (;;) {
    for (let f; (f = takeFrame(s)); ) if (f.opcode === 8) return f.payload.readUInt16BE(0);
    if (s.ended) return "end";
    if (Date.now() > late) return "nothing";
    await pause(20);
  }
}

/** WS-8: pings without end, and pongs. */
export async function pingFloods(server, over) {
  const one = frame("x", { opcode: 9 });
  const codes = {};
  await Promise.all([...Array(10)].map(async (_, i) => {
    const s = await dial(server.port, {}, over);
    const many = Buffer.concat(Array(1000).fill(i % 2 ? one : frame("y".repeat(100), { opcode: i % 4 ? 9 : 10 })));
    for (let j = 0; j < 20; j++) if (!s.ended) s.socket.write(many);
    const code = await codeOf(s);
    codes[code] = (codes[code] ?? 0) + 1;
    s.socket.destroy();
  }));
  // Not all at once: ten a second, for as long as it takes.
  const steady = await dial(server.port, {}, over);
  const begun = Date.now();
  while (!steady.ended && Date.now() - begun < 20_000 && !steady.bytes.includes(Buffer.from([0x88, 2]))) {
    steady.socket.write(one);
    await pause(90);
  }
  const steadyCode = await codeOf(steady, 1000);
  const took = Date.now() - begun;
  steady.socket.destroy();
  await check("pings: each flood is closed as one", () => assert.deepStrictEqual(codes, { 1008: 10 }));
  await check("pings: eleven a second are too many in the end", () => assert.strictEqual(steadyCode, 1008));
  return { conns: 10, pings: 200_000, closed_1008: codes[1008] ?? 0, steady_s: (took / 1000).toFixed(1) };
}

/** WS-9: a room where much is said, and fifty who do not read. */
export async function deafReaders(server, others) {
  const { session } = await planned(server);
  const n = sized(50, 500);
  const file = tickets(server, session, "readers", n);
  return beside(others, async () => {
    const child = spawn(path(process.env.JOBALIKE_BIN ?? "build/debug", "tests/edge"), ["readers", `${server.port}`, file], { stdio: ["pipe", "pipe", "inherit"] });
    const ended = new Promise((done) => child.on("exit", done));
    let said = "";
    child.stdout.on("data", (d) => {
      said += d;
    });
    while (!said.includes("ready")) await pause(50);
    const speakers = [];
    for (let i = 0; i < 4; i++) speakers.push(await join(server, session, { sub: `s${i}`, name: `S${i}` }));
    for (let i = 0; i < 60; i++) {
      for (const s of speakers) s.ask("chat.say", { room: 1, text: "漢".repeat(1900) }).catch(() => {});
      if (i % 5 === 4) await pause(30);
    }
    const late = Date.now() + 20_000;
    // Who does not read does not see a ping either: some are found silent before they are found slow.
    const sent = async () => {
      const text = (await api(server.adminPort, "GET", "/metrics")).body.toString();
      return ["slow", "idle"].map((why) => Number(new RegExp(`\\njobalike_closed_${why}_total (\\d+)`).exec(text)[1]));
    };
    let [slow, idle] = await sent();
    while (slow + idle < n && Date.now() < late) {
      await pause(250);
      [slow, idle] = await sent();
    }
    child.stdin.end("look\n");
    const status = await ended;
    for (const s of speakers) s.leave();
    await check("readers: each is sent away as slow, and the connection ends", () => assert.ok(slow > 0 && slow + idle >= n && status === 0, `${slow} ${idle} ${said}`));
    return { readers: n, closed_slow: slow, closed_idle: idle };
  });
}

/** Says n lines, as fast as is told, and reads no more of what comes than it must. */
async function flood(server, session, sub, n, every) {
  const s = await dial(server.port);
  const count = { slowed: 0, code: null };
  s.socket.on("data", (d) => {
    for (let at = -1; (at = d.indexOf('"slow_down"', at + 1)) >= 0; ) count.slowed++;
    const close = d.indexOf(Buffer.from([0x88, 2]));
    if (close >= 0 && close + 4 <= d.length) count.code = d.readUInt16BE(close + 2);
    s.bytes = Buffer.alloc(0);
  });
  s.socket.write(frame(JSON.stringify({ hello: 1, ticket: ticket(server.ticketKey(), session, { sub, name: sub }) })));
  await pause(100);
  for (let i = 1; i <= n && !s.ended && !count.code; i++) {
    s.socket.write(frame(JSON.stringify({ command: "chat.say", n: i, room: 1, text: "flood" })));
    if (i % every === 0) await pause(10);
  }
  for (let i = 0; i < 50 && !s.ended && !count.code; i++) await pause(20);
  s.socket.destroy();
  return count;
}

/** Somebody who sits in a session and watches. */
async function watched(server) {
  const { session } = await planned(server, { rooms_by: "attendees" });
  return { session, watcher: await join(server, session, { sub: "watcher", name: "Watcher", role: "organizer" }) };
}

/** FLOOD-M: one who says a thousand lines a second, then a hundred who do so at once. */
export async function lineFloods(server) {
  const { session, watcher } = await watched(server);
  const one = await flood(server, session, "flood", sized(3000, 60_000), 10);
  const begun = performance.now();
  const many = await Promise.all([...Array(100)].map((_, i) => flood(server, session, `f${i}`, 60, 5)));
  const seconds = (performance.now() - begun) / 1000;
  const lines = (who) => watcher.got.filter((m) => m.event === "chat.said" && who.test(m.name)).length;
  const accepted = { one: lines(/^flood$/), many: lines(/^f\d+$/) };
  await check("lines: whoever goes on is told so and closed", () => {
    assert.strictEqual(one.code, 1008);
    assert.ok(accepted.one <= 40 && one.slowed >= 100, JSON.stringify([one, accepted]));
  });
  await check("lines: a room takes what people can read", () => assert.ok(accepted.many > 0 && accepted.many <= 200 + 100 * (seconds + 1), `${accepted.many} in ${seconds} s`));
  watcher.leave();
  return {
    one_taken: accepted.one, one_slowed: one.slowed, one_closed: one.code, many_said: 6000, many_taken: accepted.many,
    many_slowed: many.reduce((sum, m) => sum + m.slowed, 0),
  };
}

/** FLOOD-J: tickets as fast as one can ask, and hellos of one person. */
export async function joinFloods(server) {
  const { session, watcher } = await watched(server);
  const begun = performance.now();
  const statuses = {};
  const body = JSON.stringify({ name: "Flood", school: "X", language: "en" });
  const bytes = request("POST", `/api/sessions/${session}/tickets`, { "Content-Type": "application/json", "X-Jobalike": "1" }, body);
  const n = sized(2000, 60_000);
  for (let i = 0; i < n; i += 50)
    await Promise.all([...Array(50)].map(async () => {
      const s = open(server.port);
      s.socket.write(bytes);
      while (!s.ended && !s.bytes.includes("\r\n\r\n")) await new Promise((done) => s.waiting.push(done));
      const status = s.bytes.subarray(9, 12).toString();
      statuses[status] = (statuses[status] ?? 0) + 1;
      s.socket.destroy();
    }));
  const took = (performance.now() - begun) / 1000;
  let seated = 0;
  for (let i = 0; i < 60; i++) {
    const me = await join(server, session, { sub: "loop", name: "Loop" }).catch(() => null);
    if (me) seated++;
    me?.leave();
  }
  const many = [];
  for (let i = 0; i < 20; i++) many.push(await join(server, session, { sub: "devices", name: "Devices" }).catch(() => null));
  const devices = many.filter(Boolean).length;
  for (const me of many) me?.leave();
  await check("joins: twenty a second of one address", () => assert.ok((statuses[201] ?? 0) <= 101 + 20 * (took + 1) && statuses[429] > 0, `${JSON.stringify(statuses)} in ${took} s`));
  await check("joins: eight devices of one person", () => assert.strictEqual(devices, 8));
  watcher.leave();
  return { asked: n, given: statuses[201] ?? 0, slowed: statuses[429] ?? 0, ask_s: took.toFixed(1), loops: seated, devices };
}

/** FLOOD-R, FLOOD-H: rooms, hands, reactions, edits, typing. */
export async function smallFloods(server) {
  const { session, watcher } = await watched(server);
  const line = (await watcher.ask("chat.say", { room: 1, text: "x" })).seq;
  const kinds = {
    rooms: ["rooms.open", (i) => ({ title: `R${i}` })], hands: ["hands.raise", () => ({})], reactions: ["chat.react", (i) => ({ line, kind: "same", on: i % 2 === 0 })],
    enters: ["rooms.leave", () => ({})],
  };
  const out = {};
  for (const [kind, [name, fields]] of Object.entries(kinds)) {
    const me = await join(server, session, { sub: kind, name: kind });
    for (let i = 0; i < 500 && !me.closed && !me.s.ended; i++) {
      me.ask(name, fields(i)).catch(() => {});
      if (i % 50 === 49) await pause(20);
    }
    await me.when((x) => x.waiting.size === 0 || x.closed || x.s.ended, 10_000);
    const taken = me.got.filter((m) => m.event && m.by === me.you).length;
    out[`${kind}_taken`] = taken;
    await check(`${kind}: few of five hundred, and closed`, () => {
      assert.ok(taken <= 60, `${taken}`);
      assert.strictEqual(me.closed, 1008);
    });
    me.leave();
  }
  const typing = await signals(server, session, watcher);
  watcher.leave();
  return { ...out, ...typing };
}

/** What is answered by nothing, and what is no command. */
async function signals(server, session, watcher) {
  const head = watcher.seq;
  const typist = await join(server, session, { sub: "typist", name: "Typist" });
  for (let i = 0; i < 500; i++) typist.say({ signal: "chat.typing", room: 1 });
  await typist.when((x) => x.closed || x.s.ended);
  const told = watcher.got.filter((m) => m.signal === "chat.typing" && m.by === typist.you).length;
  const stored = watcher.got.filter((m) => m.event && m.seq > head && m.by === typist.you && m.event !== "people.joined").length;
  typist.leave();
  await check("typing: told now and then, never stored, and closed", () =>
    assert.ok(told > 0 && told <= 12 && stored === 0 && typist.closed === 1008, `${told} told, ${stored} stored, ${typist.closed}`));
  const greeter = await join(server, session, { sub: "greeter", name: "Greeter" });
  for (let i = 0; i < 500; i++) greeter.say({ hello: 1, ticket: "again" });
  await greeter.when((x) => x.closed || x.s.ended);
  greeter.leave();
  await check("hellos: whoever is in and goes on saying so is closed", () => assert.strictEqual(greeter.closed, 1008));
  return { typing_told: told, typing_stored: stored };
}
