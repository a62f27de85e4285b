// The store the screens use, in a browser of a few lines: signals follow the machine, the browser's own
// signs are heeded, lines outlive the page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./bundle.mjs";
import { said, viewOf } from "./fake.mjs";

const sockets = [];
const listeners = {};
const stored = new Map();

class FakeSocket {
  constructor(url, protocol) {
    Object.assign(this, { url, protocol, up: [], closed: false });
    sockets.push(this);
  }
  send(text) {
    this.up.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  say(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }
}

Object.assign(globalThis, {
  WebSocket: FakeSocket,
  location: { protocol: "https:", host: "talk.example:8443" },
  document: { visibilityState: "visible", addEventListener: (name, call) => { listeners[name] = call; } },
  addEventListener: (name, call) => { listeners[name] = call; },
  sessionStorage: {
    getItem: (k) => stored.get(k) ?? null,
    setItem: (k, v) => void stored.set(k, v),
    removeItem: (k) => void stored.delete(k),
  },
});

const store = await load("machine/index.ts");
const view = () => ({ view: viewOf(2), seq: 10, epoch: "e1", now: Date.now() + 60_000, you: 2 });

test("one socket to where the page came from, with our subprotocol; signals follow", () => {
  assert.equal(store.connection.value.state, "closed");
  store.connect("s1", "ticket-1");
  const [socket] = sockets;
  assert.equal(socket.url, "wss://talk.example:8443/ws");
  assert.equal(socket.protocol, "jobalike.v1");
  assert.equal(store.connection.value.state, "connecting");
  socket.onopen();
  assert.equal(socket.up[0].ticket, "ticket-1");
  socket.say(view());
  assert.equal(store.connection.value.state, "live");
  assert.equal(store.session.value.you, 2);
  assert.ok(Math.abs(store.now() - Date.now() - 60_000) < 1000);
  socket.say({ signal: "digest", total: 4, rooms: [], room: 1, here: [] });
  assert.equal(store.presence.value.total, 4);
});

test("nobody is told when nothing they read has changed", () => {
  const [socket] = sockets;
  let told = 0;
  const stop = store.connection.subscribe(() => told++);
  socket.say(said(11, 3, "a"));
  socket.say(said(12, 3, "b"));
  stop();
  assert.equal(told, 1); // the one of subscribing
});

test("events are heard after they were reduced, until one stops listening", () => {
  const heard = [];
  const stop = store.onEvent((e) => heard.push([e.seq, store.session.value.seq]));
  sockets[0].say(said(13, 3, "c"));
  stop();
  sockets[0].say(said(14, 3, "d"));
  assert.deepEqual(heard.map(([seq]) => seq), [13]);
  assert.equal(store.session.value.seq, 14);
});

test("a line is asked, kept for a reload, and confirmed", async () => {
  const asked = store.ask("chat.say", { room: 1, text: "hello" });
  assert.equal(store.outbox.value.length, 1);
  const kept = JSON.parse(stored.get("jobalike.unsent.s1"));
  assert.equal(kept[0].frame.text, "hello");
  sockets[0].say(said(15, 2, "hello", { n: kept[0].frame.n }));
  assert.deepEqual(await asked, { ok: true, seq: 15 });
  assert.equal(store.outbox.value.length, 0);
  assert.equal(stored.has("jobalike.unsent.s1"), false);
});

test("the network is back, or the page is looked at: tried at once", () => {
  sockets[0].onclose();
  assert.equal(store.connection.value.state, "offline");
  listeners.online();
  assert.equal(sockets.length, 2);
  sockets[1].onclose();
  listeners.visibilitychange();
  assert.equal(sockets.length, 3);
});

test("while a gap is replayed the screen is told ten times a second, and at its end", async () => {
  const [, , socket] = sockets;
  socket.onopen();
  assert.equal(socket.up[0].after, 15);
  const seen = new Set();
  const stop = store.session.subscribe((s) => seen.add(s.seq));
  for (let seq = 16; seq < 66; seq++) socket.say(said(seq, 3, "x"));
  assert.ok(seen.size <= 2, `told ${seen.size} times`);
  await new Promise((done) => setTimeout(done, 150));
  assert.equal(store.session.value.seq, 65);
  socket.say(said(66, 3, "x"));
  socket.say({ answer: { room: 1, lines: [], more: false }, n: socket.up.at(-1).n });
  assert.equal(store.session.value.seq, 66);
  assert.equal(store.connection.value.state, "live");
  stop();
});

test("leaving leaves nothing behind, and what was written waits for the next time", () => {
  store.ask("chat.say", { room: 1, text: "later" });
  store.leave();
  assert.equal(store.connection.value.state, "closed");
  assert.equal(store.session.value, null);
  assert.equal(store.outbox.value.length, 0);
  store.connect("s1", "ticket-1");
  assert.equal(store.outbox.value[0].frame.text, "later");
  store.leave();
  stored.clear();
});

test("what stands in the storage and is not ours, or no storage at all, does no harm", () => {
  stored.set("jobalike.unsent.s1", "{not json");
  store.connect("s1", "ticket-1");
  assert.equal(store.outbox.value.length, 0);
  globalThis.sessionStorage = undefined;
  store.ask("chat.say", { room: 1, text: "x" });
  assert.equal(store.outbox.value.length, 1);
  store.leave();
});
