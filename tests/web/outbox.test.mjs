// Commands and lines on their way to a socket whose far end is the test: every end of a command.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./bundle.mjs";
import { said, settled, texts, viewOf, world } from "./fake.mjs";

const { restored } = await load("machine/outbox.ts");

test("a line is confirmed by its own event, found by n", async () => {
  const w = world();
  w.join();
  const asked = w.client.ask("chat.say", { room: 1, text: "hello" });
  const [{ n, command, room, text }] = w.wire.commands();
  assert.deepEqual({ command, room, text }, { command: "chat.say", room: 1, text: "hello" });
  assert.ok(Number.isSafeInteger(n) && n > 0);
  assert.equal(w.client.outbox().length, 1);
  w.wire.say(said(11, 3, "hello", { n })); // the n of somebody else
  assert.equal(w.client.outbox().length, 1);
  w.wire.say(said(12, 2, "hello", { n }));
  assert.equal(w.client.outbox().length, 0);
  assert.deepEqual(await asked, { ok: true, seq: 12 });
});

test("a command is confirmed by an answer, and by taken of a view", async () => {
  const w = world();
  w.join();
  const one = w.client.ask("hands.raise", {});
  const two = w.client.ask("rooms.enter", { room: 5 });
  const [a, b] = w.wire.commands();
  w.wire.say({ answer: { seq: 7 }, n: a.n });
  w.wire.say({ view: viewOf(2), seq: 20, epoch: "e1", now: w.time, you: 2, taken: [b.n] });
  assert.deepEqual(await one, { ok: true, seq: 7 });
  assert.deepEqual(await two, { ok: true, seq: null });
  assert.equal(w.wire.commands().length, 2);
});

test("lines go one after the other, acts side by side", () => {
  const w = world();
  w.join();
  w.client.ask("chat.say", { room: 1, text: "one" });
  w.client.ask("chat.say", { room: 1, text: "two" });
  w.client.ask("rooms.move", { who: 3, to: 4 });
  w.client.ask("rooms.move", { who: 5, to: 4 });
  assert.deepEqual(
    w.wire.commands().map((c) => c.text ?? c.who),
    ["one", 3, 5],
  );
  w.wire.say(said(11, 2, "one", { n: w.wire.commands()[0].n }));
  assert.equal(w.wire.commands().at(-1).text, "two");
});

test("what is open when the socket closes is asked about, then offered again: same n, in order", async () => {
  const w = world();
  w.join();
  const first = w.client.ask("chat.say", { room: 1, text: "one" });
  w.client.ask("chat.say", { room: 1, text: "two" });
  const act = w.client.ask("hands.raise", {});
  const [{ n }, { n: hand }] = w.wire.commands();
  w.wire.drop();
  w.client.ask("chat.say", { room: 1, text: "three" }); // typed offline
  const hello = w.arrive();
  assert.deepEqual(hello.pending, [n, hand]); // what was never sent cannot be in the log
  assert.equal(w.wire.commands().length, 0);
  w.wire.say({ view: viewOf(2), seq: 20, epoch: "e1", now: w.time, you: 2, taken: [hand] });
  assert.deepEqual(await act, { ok: true, seq: null });
  assert.deepEqual(w.wire.commands().map((c) => [c.text, c.n]), [["one", n]]);
  w.wire.say({ answer: { seq: 15 }, n });
  assert.deepEqual(await first, { ok: true, seq: 15 });
  w.wire.say(said(21, 2, "two", { n: w.wire.commands()[1].n }));
  w.wire.say(said(22, 2, "three", { n: w.wire.commands()[2].n }));
  assert.deepEqual(texts(w), ["two", "three"]);
  assert.deepEqual(w.client.outbox(), []);
});

test("a line that another history has lost is offered again with the same n, before later ones", () => {
  const w = world();
  w.join();
  for (const text of ["kept", "lost", "gone"]) w.client.ask("chat.say", { room: 1, text });
  for (let i = 0; i < 3; i++) {
    const { n, text } = w.wire.commands()[i];
    w.wire.say(said(11 + i, 2, text, { n }));
  }
  const [held, ...lost] = w.wire.commands().map((c) => c.n);
  w.client.ask("hands.raise", {});
  w.wire.say({ event: "hands.raised", seq: 14, at: 5, by: 2, n: w.wire.commands()[3].n });
  assert.deepEqual(w.client.outbox(), []);
  w.wire.say({ bye: "unavailable", retry_ms: 2000 });
  w.client.ask("chat.say", { room: 1, text: "later" });
  assert.deepEqual(w.arrive().pending, [held, ...lost]); // the hand is not asked about
  w.wire.say({ view: viewOf(2), seq: 11, epoch: "e2", now: w.time, you: 2, taken: [held] });
  assert.deepEqual(w.client.outbox().map((e) => e.frame.text), ["lost", "gone", "later"]);
  for (let i = 0; i < 3; i++) {
    const { n, text } = w.wire.commands()[i];
    w.wire.say(said(12 + i, 2, text, { n }));
  }
  assert.deepEqual(w.wire.commands().slice(0, 2).map((c) => c.n), lost);
  assert.deepEqual(w.client.outbox(), []);
  w.wire.drop();
  w.arrive();
  w.wire.say({ view: viewOf(2), seq: 14, epoch: "e2", now: w.time, you: 2 });
  assert.deepEqual(w.client.outbox(), []); // the same history has them, whatever it tells
});

test("words that were taken back or changed do not return in another history", () => {
  const w = world();
  w.join();
  for (const text of ["secret", "wrong", "fine"]) w.client.ask("chat.say", { room: 1, text });
  for (let i = 0; i < 3; i++) {
    const { n, text } = w.wire.commands()[i];
    w.wire.say(said(11 + i, 2, text, { n }));
  }
  const fine = w.wire.commands()[2].n;
  w.wire.say({ event: "chat.removed", seq: 14, at: 5, by: 3, room: 1, line: 11 });
  w.wire.say({ event: "chat.edited", seq: 15, at: 5, by: 2, room: 1, line: 12, text: "right" });
  w.wire.say({ event: "chat.reacted", seq: 16, at: 5, by: 3, room: 1, line: 13, kind: "same", on: true });
  w.wire.drop();
  assert.deepEqual(w.arrive().pending, [fine]);
  w.wire.say({ view: viewOf(2), seq: 10, epoch: "e2", now: w.time, you: 2 });
  assert.deepEqual(w.client.outbox().map((e) => e.frame.text), ["fine"]);
});

test("a line confirmed a minute ago is not offered again", () => {
  const w = world();
  w.join();
  w.client.ask("chat.say", { room: 1, text: "old" });
  w.wire.say(said(11, 2, "old", { n: w.wire.commands()[0].n }));
  for (let i = 0; i < 13; i++) {
    w.pass(4900);
    w.wire.alive();
  }
  w.wire.drop();
  assert.deepEqual(w.arrive().pending, []);
  w.wire.say({ view: viewOf(2), seq: 10, epoch: "e2", now: w.time, you: 2 });
  assert.deepEqual(w.client.outbox(), []);
});

test("own events in a replayed gap confirm; the rest is offered again after it", () => {
  const w = world();
  w.join();
  w.client.ask("chat.say", { room: 1, text: "one" });
  w.client.ask("chat.say", { room: 1, text: "two" });
  const [{ n }] = w.wire.commands();
  w.wire.drop();
  w.arrive();
  w.wire.say(said(11, 2, "one", { n }));
  assert.equal(w.wire.commands().length, 0);
  w.wire.alive();
  assert.deepEqual(w.wire.commands().map((c) => c.text), ["two"]);
});

test("a view in the middle of things: it says what it swallowed, the rest is on its way", async () => {
  const w = world();
  w.join();
  const line = w.client.ask("chat.say", { room: 1, text: "one" });
  w.client.ask("rooms.enter", { room: 5 });
  const [{ n }, enter] = w.wire.commands();
  w.wire.say({ view: viewOf(2), seq: 20, epoch: "e1", now: w.time, you: 2, taken: [enter.n] });
  assert.equal(w.wire.commands().length, 2);
  w.wire.say(said(21, 2, "one", { n }));
  assert.deepEqual(await line, { ok: true, seq: 21 });
  assert.deepEqual(texts(w), ["one"]);
});

test("offered twice, answered twice: it happened once", () => {
  const w = world();
  w.join();
  w.client.ask("chat.say", { room: 1, text: "one" });
  const [{ n }] = w.wire.commands();
  w.wire.drop();
  w.arrive();
  w.wire.alive();
  assert.deepEqual(w.wire.commands().map((c) => c.n), [n]);
  w.wire.say(said(21, 2, "one", { n }));
  w.wire.say({ answer: { seq: 21 }, n });
  w.wire.say({ error: "locked", n });
  assert.deepEqual(texts(w), ["one"]);
  assert.deepEqual(w.client.outbox(), []);
});

test("refused, and in the log all the same: the log is right", () => {
  const w = world();
  w.join();
  w.client.ask("chat.say", { room: 1, text: "one" });
  const [{ n }] = w.wire.commands();
  w.wire.say({ error: "locked", n });
  w.wire.drop();
  assert.deepEqual(w.arrive().pending, [n]);
  w.wire.say({ view: viewOf(2), seq: 20, epoch: "e1", now: w.time, you: 2, taken: [n] });
  assert.deepEqual(w.client.outbox(), []);
});

for (const error of ["unknown", "unavailable"])
  test(`${error}: the line is kept and offered again with the same n`, () => {
    const w = world();
    w.join();
    w.client.ask("chat.say", { room: 1, text: "one" });
    w.client.ask("chat.say", { room: 1, text: "two" });
    const [{ n }] = w.wire.commands();
    w.wire.say({ error, n, retry_ms: 2000 });
    w.pass(1900);
    assert.equal(w.wire.commands().length, 1);
    w.pass(200);
    assert.deepEqual(w.wire.commands().map((c) => c.n), [n, n]);
    w.wire.say({ answer: { seq: 11 }, n });
    assert.equal(w.wire.commands()[2].text, "two");
  });

test("an act that nobody can tell about ends within ten seconds, as what is known of it", async () => {
  const w = world();
  w.join();
  const act = w.client.ask("rooms.send", {});
  const [{ n }] = w.wire.commands();
  w.wire.say({ error: "unknown", n, retry_ms: 2000 });
  w.pass(2100);
  assert.equal(w.wire.commands().length, 2);
  assert.equal(await settled(act), null);
  for (let i = 0; i < 8; i++) {
    w.wire.hum();
    w.pass(1000);
  }
  assert.equal((await act).error, "unknown");
  assert.deepEqual(w.client.outbox(), []);
});

test("slow_down: a line waits for its time, an act is refused with it", async () => {
  const w = world();
  w.join();
  w.client.ask("chat.say", { room: 1, text: "one" });
  const act = w.client.ask("hands.raise", {});
  const [line, hand] = w.wire.commands();
  w.wire.say({ error: "slow_down", n: line.n, retry_ms: 3000 });
  w.wire.say({ error: "slow_down", n: hand.n, retry_ms: 3000 });
  assert.deepEqual(await act, { ok: false, error: "slow_down", retry_ms: 3000 });
  assert.equal(w.client.outbox()[0].refusal.error, "slow_down");
  w.pass(3100);
  assert.equal(w.wire.commands().length, 3);
});

test("a refused line keeps its text with the reason, and lets the next one pass", async () => {
  const w = world();
  w.join();
  const asked = w.client.ask("chat.say", { room: 1, text: "precious" });
  w.client.ask("chat.say", { room: 1, text: "next" });
  const [{ n }] = w.wire.commands();
  w.wire.say({ error: "moved", n });
  assert.deepEqual(await asked, { ok: false, error: "moved" });
  const [kept] = w.client.outbox();
  assert.equal(kept.state, "refused");
  assert.equal(kept.frame.text, "precious");
  assert.equal(kept.refusal.error, "moved");
  assert.equal(w.wire.commands()[1].text, "next");
  w.wire.say(said(11, 2, "next", { n: w.wire.commands()[1].n }));
  w.pass(60_000 - 1);
  assert.equal(w.client.outbox()[0].frame.text, "precious");
});

test("said again in another room it is a new command; discarded it is gone", () => {
  const w = world();
  w.join();
  w.client.ask("chat.say", { room: 1, text: "precious" });
  const [{ n }] = w.wire.commands();
  w.wire.say({ error: "moved", n });
  w.client.retry(n, 5);
  const again = w.wire.commands()[1];
  assert.equal(again.room, 5);
  assert.equal(again.text, "precious");
  assert.notEqual(again.n, n);
  w.wire.say({ error: "muted", n: again.n, retry_ms: 60_000 });
  w.client.discard(again.n);
  assert.deepEqual(w.client.outbox(), []);
});

test("an act refused is told and forgotten, with the field to blame", async () => {
  const w = world();
  w.join();
  const asked = w.client.ask("agenda.next", { from: 3 });
  const [{ n }] = w.wire.commands();
  w.wire.say({ error: "conflict", n, field: "from" });
  assert.deepEqual(await asked, { ok: false, error: "conflict", field: "from" });
  assert.deepEqual(w.client.outbox(), []);
  assert.equal(w.client.session().refused.error, "conflict");
});

test("offline: lines wait, acts are refused at once", async () => {
  const w = world();
  w.join();
  w.wire.drop();
  assert.deepEqual(await w.client.ask("rooms.recall", { seconds: 10 }), { ok: false, error: "offline" });
  const line = w.client.ask("chat.say", { room: 1, text: "later" });
  assert.equal(await settled(line), null);
  assert.deepEqual(await w.client.query("people.roster", {}), { ok: false, error: "offline" });
});

test("lines typed before the first view wait for it", () => {
  const w = world();
  w.client.connect("t1");
  w.client.ask("chat.say", { room: 1, text: "early" });
  w.arrive();
  assert.equal(w.wire.commands().length, 0);
  w.wire.say({ view: viewOf(2), seq: 10, epoch: "e1", now: w.time, you: 2 });
  assert.equal(w.wire.commands().length, 1);
});

test("a reload keeps lines: asked about, offered again with the same n", () => {
  const w = world();
  w.join();
  w.client.ask("chat.say", { room: 1, text: "one" });
  w.client.ask("chat.say", { room: 1, text: "two" });
  const [{ n }] = w.wire.commands();
  const unsent = restored(JSON.parse(JSON.stringify(w.kept)));
  assert.deepEqual(unsent.map((e) => [e.frame.text, e.tries]), [["one", 1], ["two", 0]]);

  const next = world({ seed: 2, unsent });
  assert.deepEqual(next.join().pending, [n]);
  assert.deepEqual(next.wire.commands().map((c) => c.n), [n]);
});

test("a line is kept before it is sent", () => {
  const w = world();
  w.join();
  const sent = w.wire.send;
  let keptThen = null;
  w.wire.send = (text) => {
    keptThen = w.kept.map((e) => e.tries);
    sent(text);
  };
  w.client.ask("chat.say", { room: 1, text: "one" });
  assert.deepEqual(keptThen, [1]);
});

test("what somebody else wrote where lines are kept is not taken for lines", () => {
  const good = { frame: { command: "chat.say", n: 5, room: 1, text: "x" }, state: "sent", since: 1, tries: 1, due: 9 };
  for (const bad of [null, 7, "x", {}, { frame: null }, { ...good, frame: { ...good.frame, n: "5" } },
    { ...good, frame: { ...good.frame, command: "rooms.send" } }, { ...good, tries: "1" }])
    assert.deepEqual(restored([bad]), []);
  assert.deepEqual(restored({}), []);
  assert.equal(restored([good])[0].state, "waiting");
});
