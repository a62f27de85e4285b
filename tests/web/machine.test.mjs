// The client's machine against a socket whose far end is the test: what comes in, what is asked, what is left.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AHEAD, connectionOf, said, texts, viewOf, world } from "./fake.mjs";

test("joins: hello with the ticket and nothing else, live with the view", () => {
  const w = world();
  const hello = w.join();
  assert.deepEqual(hello, { hello: 1, ticket: "t1", pending: [] });
  assert.equal(w.state, "live");
  assert.deepEqual(w.states, ["connecting", "live"]);
  w.wire.drop();
  w.arrive();
  assert.deepEqual(w.states.slice(2), ["offline", "catching_up"]); // told, not only true
  assert.equal(w.client.session().you, 2);
  assert.equal(w.client.session().seq, 10);
});

test("a second view replaces all, an event advances, an old event changes nothing", () => {
  const w = world();
  w.join();
  w.wire.say(said(11, 3, "a"));
  w.wire.say(said(12, 3, "b"));
  w.wire.say(said(11, 3, "a"));
  w.wire.say(said(12, 3, "b"));
  assert.deepEqual(texts(w), ["a", "b"]);
  assert.deepEqual(w.events.map((e) => e.seq), [11, 12]);
  w.wire.say({ view: viewOf(2), seq: 20, epoch: "e2", now: w.time, you: 2 });
  assert.deepEqual(texts(w), []);
  assert.equal(w.client.session().epoch, "e2");
});

test("an event of a newer protocol is passed over", () => {
  const w = world();
  w.join();
  const { view } = w.client.session();
  w.wire.say({ event: "polls.opened", seq: 11, at: 5, by: 3, name: "P3", school: "ISB" });
  w.wire.say({ event: "constructor", seq: 12, at: 5 });
  assert.equal(w.client.session().view, view);
  assert.equal(w.client.session().seq, 12);
});

test("a reconnect says what it has, replays the gap, and is live when all has arrived", () => {
  const w = world();
  w.join();
  w.wire.say(said(11, 3, "a"));
  w.wire.drop();
  assert.equal(w.state, "offline");
  const hello = w.arrive();
  assert.deepEqual(hello, { hello: 1, ticket: "t1", epoch: "e1", after: 11, pending: [] });
  assert.equal(w.state, "catching_up");
  w.wire.say(said(12, 3, "b"));
  w.wire.say(said(13, 3, "c"));
  assert.deepEqual(connectionOf(w.client), { state: "catching_up", events: 2 });
  w.wire.alive();
  assert.equal(w.state, "live");
  assert.deepEqual(texts(w), ["a", "b", "c"]);
});

test("a server that cannot answer yet is asked again until the gap is closed", () => {
  const w = world();
  w.join();
  w.wire.drop();
  w.arrive();
  const [{ n }] = w.wire.probes();
  w.wire.say({ error: "unavailable", n, retry_ms: 2000 });
  assert.equal(w.state, "catching_up");
  w.pass(1100);
  assert.equal(w.wire.probes().length, 2);
  w.wire.alive();
  assert.equal(w.state, "live");
});

test("queries: answered, refused, lost with the socket, and given up", async () => {
  const w = world();
  w.join();
  const roster = w.client.query("people.roster", { room: 1 });
  const asked = w.wire.up.at(-1);
  assert.deepEqual(asked, { query: "people.roster", n: asked.n, room: 1 });
  w.wire.say({ answer: { people: [], more: false, total: 0 }, n: asked.n });
  assert.deepEqual(await roster, { ok: true, answer: { people: [], more: false, total: 0 } });

  const refused = w.client.query("chat.history", { room: 9 });
  w.wire.say({ error: "not_found", n: w.wire.up.at(-1).n });
  assert.deepEqual(await refused, { ok: false, error: "not_found" });

  const slow = w.client.query("chat.history", { room: 1 });
  for (let i = 0; i < 9; i++) {
    w.pass(1000);
    w.wire.hum();
  }
  assert.deepEqual(await slow, { ok: false, error: "unavailable" });

  const lost = w.client.query("chat.history", { room: 1 });
  w.wire.drop();
  assert.deepEqual(await lost, { ok: false, error: "offline" });
});

test("the server's clock: by the view, never behind what it says by an event", () => {
  const w = world();
  w.join();
  assert.equal(w.client.now(), w.time + AHEAD);
  w.pass(1000);
  assert.equal(w.client.now(), w.time + AHEAD);
  w.wire.say({ ...said(11, 3, "x"), at: w.time + AHEAD + 300 });
  assert.equal(w.client.now(), w.time + AHEAD + 300);
  w.wire.say({ ...said(12, 3, "x"), at: w.time });
  assert.equal(w.client.now(), w.time + AHEAD + 300);
});

test("typing: told at most every 2.5 s, heard for 6 s or until it is said", () => {
  const w = world();
  w.join();
  for (let i = 0; i < 10; i++) w.client.tell("chat.typing", { room: 1 });
  const told = () => w.wire.up.filter((f) => f.signal === "chat.typing").length;
  assert.equal(told(), 1);
  w.pass(2600);
  w.client.tell("chat.typing", { room: 1 });
  assert.equal(told(), 2);

  w.wire.say({ signal: "chat.typing", room: 1, by: 2, name: "me" });
  assert.equal(w.client.typing().length, 0);
  w.wire.say({ signal: "chat.typing", room: 1, by: 3, name: "P3" });
  w.wire.say({ signal: "chat.typing", room: 1, by: 4, name: "P4" });
  assert.deepEqual(w.client.typing().map((t) => t.by), [3, 4]);
  w.wire.say(said(11, 3, "done"));
  assert.deepEqual(w.client.typing().map((t) => t.by), [4]);
  w.pass(3500);
  w.wire.hum();
  w.pass(2600);
  assert.deepEqual(w.client.typing(), []);
});

test("the last digest is kept", () => {
  const w = world();
  w.join();
  w.wire.say({ signal: "digest", total: 3, rooms: [], room: 1, here: [] });
  assert.equal(w.client.presence().total, 3);
});

test("leaving closes, forgets and ends what was asked; joining again starts afresh", async () => {
  const w = world();
  w.join();
  const line = w.client.ask("chat.say", { room: 1, text: "x" });
  w.client.leave();
  assert.deepEqual(await line, { ok: false, error: "offline" });
  assert.equal(w.state, "closed");
  assert.equal(w.client.session(), null);
  assert.ok(w.wire.closed);
  w.pass(60_000);
  assert.equal(w.wires.length, 1);
  assert.deepEqual(w.join(), { hello: 1, ticket: "t1", pending: [] });
});

for (const nonsense of ["{not json", "null", '{"view":{},"seq":"x"', '{"event":"chat.said","seq":11}'])
  test(`what makes no sense begins the connection anew, with a whole view: ${nonsense}`, () => {
    const w = world();
    w.join();
    w.client.ask("chat.say", { room: 1, text: "x" });
    const { wire } = w;
    if (nonsense.includes("chat.said")) w.client.session().view.chat = null; // a bug of ours
    wire.raw(nonsense);
    assert.ok(wire.closed);
    assert.equal(w.failed.length, 1);
    const hello = w.arrive();
    assert.equal(hello.after, undefined);
    assert.equal(hello.pending.length, 1);
    w.wire.say(said(12, 3, "not on top of what may be wrong"));
    w.wire.say({ view: viewOf(2), seq: 20, epoch: "e1", now: w.time, you: 2 });
    w.wire.say(said(21, 3, "y"));
    assert.deepEqual(texts(w), ["y"]);
  });

test("there is never more than one timer", () => {
  const w = world();
  w.join();
  w.client.ask("chat.say", { room: 1, text: "x" });
  w.client.query("people.roster", {});
  w.wire.say({ signal: "chat.typing", room: 1, by: 3, name: "P3" });
  w.pass(60_000);
  assert.equal(w.maxTimers, 1);
});
