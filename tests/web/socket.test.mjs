// The connection to a socket whose far end is the test: every state, silence, and how it comes back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./bundle.mjs";
import { AHEAD, chance, connectionOf, said, settled, texts, world } from "./fake.mjs";

const { backoff, BACKOFF_MAX_MS } = await load("machine/socket.ts");

test("no word of a command while others are heard: asked again on another socket", () => {
  const w = world();
  w.join();
  w.client.ask("chat.say", { room: 1, text: "one" });
  const [{ n }] = w.wire.commands();
  for (let i = 0; i < 7; i++) {
    w.pass(1000);
    w.wire.hum();
  }
  assert.equal(w.wires.length, 1);
  w.pass(1100);
  w.wire.hum();
  assert.deepEqual(w.arrive().pending, [n]);
  w.wire.alive();
  assert.deepEqual(w.wire.commands().map((c) => c.n), [n]);
});

test("no word of anything is the connection's business: after a sleep nothing is thrown away", () => {
  const w = world();
  w.join();
  w.client.ask("chat.say", { room: 1, text: "one" });
  const [{ n }] = w.wire.commands();
  w.sleep(60_000);
  assert.equal(w.state, "checking");
  w.wire.say(said(11, 2, "one", { n })); // it was waiting in the machine's buffers
  assert.equal(w.state, "live");
  assert.equal(w.wires.length, 1);
});

test("silence: asked after 4 s, checking after 5 s, dead 6 s after the question", () => {
  const w = world();
  w.join();
  w.pass(3900);
  assert.equal(w.wire.probes().length, 0);
  w.pass(200);
  assert.equal(w.wire.probes().length, 1);
  assert.equal(w.state, "live");
  w.pass(1000);
  assert.equal(w.state, "checking");
  const old = w.wire;
  w.pass(4800);
  assert.equal(old.closed, false);
  w.pass(200);
  assert.equal(old.closed, true);
  assert.ok(w.states.includes("offline"));
});

test("an answer in time and nobody sees that it was asked; the question costs one message in 4 s", () => {
  const w = world();
  w.join();
  for (let i = 0; i < 100; i++) {
    w.pass(200);
    if (w.wire.probes().length > 0 && w.wire.up.at(-1).query) {
      w.wire.alive();
      w.wire.up.length = 0;
    }
  }
  assert.deepEqual(w.states, ["connecting", "live"]);
  w.wire.up.length = 0;
  for (let i = 0; i < 20; i++) {
    w.pass(1000);
    w.wire.hum();
  }
  assert.equal(w.wire.up.length, 0); // what is heard anyway needs no question
});

test("late but alive: checking, then live again", () => {
  const w = world();
  w.join();
  w.pass(5500);
  assert.equal(w.state, "checking");
  w.wire.alive();
  assert.equal(w.state, "live");
});

test("after a sleep it says checking before it says live", () => {
  const w = world();
  w.join();
  w.sleep(3_600_000);
  assert.equal(w.state, "checking");
  assert.equal(w.wires.length, 1);
  w.wire.alive();
  assert.equal(w.state, "live");
  w.sleep(3_600_000);
  w.pass(6100);
  assert.equal(w.state, "offline");
});

test("looking at the page again asks at once, and tries at once", () => {
  const w = world();
  w.join();
  w.pass(2000);
  w.client.wake();
  assert.equal(w.wire.probes().length, 1);
  w.client.wake();
  assert.equal(w.wire.probes().length, 1);
  w.wire.drop();
  const n = w.wires.length;
  w.client.wake();
  assert.equal(w.wires.length, n + 1);
  w.client.wake();
  assert.equal(w.wires.length, n + 1);
});

test("offline since when, and when again; trying now has no time", () => {
  const w = world({ random: () => 0.5 });
  w.join();
  const lost = w.time;
  w.wire.drop();
  assert.deepEqual(connectionOf(w.client), {
    state: "offline",
    since: lost + AHEAD,
    again: lost + AHEAD + 500,
  });
  w.pass(500);
  assert.deepEqual(connectionOf(w.client), { state: "offline", since: lost + AHEAD, again: null });
  w.wire.drop();
  const { since, again } = connectionOf(w.client);
  assert.equal(since, lost + AHEAD);
  assert.equal(again, w.time + AHEAD + 1000);
});

test("an attempt that leads nowhere is given up after ten seconds, and so is a hello", () => {
  const w = world();
  w.client.connect("t1");
  w.pass(10_050);
  assert.ok(w.wires[0].closed);
  w.arrive();
  const { wire } = w;
  w.pass(10_050);
  assert.ok(wire.closed);
});

test("full jitter: within the limit, all over the range, doubling up to a cap", () => {
  const random = chance(7);
  for (let tries = 0; tries < 40; tries++) {
    const limit = Math.min(BACKOFF_MAX_MS, 1000 * 2 ** tries);
    const drawn = Array.from({ length: 2000 }, () => backoff(tries, random));
    assert.ok(drawn.every((ms) => ms >= 0 && ms <= limit), `tries ${tries}`);
    assert.ok(Math.min(...drawn) < limit * 0.02 && Math.max(...drawn) > limit * 0.98);
    const mean = drawn.reduce((a, b) => a + b) / drawn.length;
    assert.ok(Math.abs(mean - limit / 2) < limit * 0.05);
  }
});

test("attempts that fail wait longer and longer; one that held makes the next a first one", () => {
  const w = world({ random: () => 0.999999 });
  w.join();
  w.pass(100);
  const waits = [];
  const wait = () => {
    const from = w.time;
    const n = w.wires.length;
    while (w.wires.length === n) w.pass(10);
    waits.push(Math.round((w.time - from) / 1000));
  };
  for (let i = 0; i < 7; i++) {
    w.wire.drop();
    wait();
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 15, 15, 15]);
  w.arrive();
  w.wire.alive();
  waits.length = 0;
  for (let i = 0; i < 6; i++) {
    w.pass(1000);
    w.wire.hum();
  }
  w.wire.drop();
  wait();
  assert.deepEqual(waits, [1]);
});

test("a server that accepts and drops at once is not stormed", () => {
  const w = world({ random: () => 0.999999 });
  w.join();
  const waits = [];
  for (let i = 0; i < 5; i++) {
    w.wire.drop();
    const from = w.time;
    const n = w.wires.length;
    while (w.wires.length === n) w.pass(10);
    waits.push(Math.round((w.time - from) / 1000));
    w.arrive();
    w.wire.alive();
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 15]);
});

test("bye with a time: moving, back after it and not before, within a quarter more", () => {
  for (const r of [0, 0.5, 0.999999]) {
    const w = world({ random: () => r });
    w.join();
    const { wire } = w;
    w.wire.say({ bye: "draining", retry_ms: 1500 });
    assert.ok(wire.closed);
    assert.equal(w.state, "moving");
    w.pass(1499);
    assert.equal(w.wires.length, 1);
    w.pass(377);
    assert.equal(w.wires.length, 2);
    assert.equal(w.state, "moving");
    w.wire.drop(); // nobody is there either
    assert.equal(w.state, "offline");
  }
});

test("bye of a server that was too slow for us is not a move", () => {
  const w = world();
  w.join();
  w.wire.say({ bye: "slow", retry_ms: 100 });
  assert.equal(w.state, "offline");
});

test("bye without a time: over, and nobody comes back", async () => {
  const w = world();
  w.join();
  const line = w.client.ask("chat.say", { room: 1, text: "x" });
  w.wire.say({ bye: "removed" });
  assert.deepEqual(connectionOf(w.client), { state: "over", why: "removed" });
  w.pass(10 * 60_000);
  w.client.wake();
  assert.equal(w.wires.length, 1);
  assert.deepEqual(await w.client.ask("hands.raise", {}), { ok: false, error: "offline" });
  assert.equal(await settled(line), null);
  assert.equal(w.client.outbox()[0].frame.text, "x");
});

test("a ticket that is not taken is over at once; a server that cannot now is tried again", () => {
  const bad = world();
  bad.client.connect("t1");
  bad.arrive();
  bad.wire.say({ error: "unauthorized" });
  assert.deepEqual(connectionOf(bad.client), { state: "over", why: "unauthorized" });

  const later = world();
  later.client.connect("t1");
  later.arrive();
  later.wire.say({ error: "unavailable" });
  later.wire.say({ bye: "unavailable", retry_ms: 2000 });
  later.pass(2501);
  assert.equal(later.wires.length, 2);
});

test("the old socket is closed before the next, and what it still says is not heard", () => {
  const w = world();
  w.join();
  const old = w.wire;
  w.pass(11_000); // dead
  assert.ok(old.closed);
  w.arrive();
  old.say(said(11, 3, "ghost"));
  old.drop();
  assert.deepEqual(texts(w), []);
  assert.equal(w.state, "catching_up");
});

test("joining again, as somebody else or elsewhere, closes the old socket first", () => {
  const w = world();
  w.join();
  const old = w.wire;
  w.client.connect("t2");
  assert.ok(old.closed);
  old.say(said(11, 3, "of the session one has left"));
  assert.equal(w.client.session(), null);
  assert.deepEqual(w.arrive(), { hello: 1, ticket: "t2", pending: [] });
});
