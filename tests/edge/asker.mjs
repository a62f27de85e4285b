// Somebody in a session by a raw socket: asks, keeps what came, and counts how often each was answered.

import assert from "node:assert";
import { dial, frame, takeFrame } from "./raw.mjs";
import { ticket } from "./tickets.mjs";

let lastN = 1;

/** Says hello with this text as ticket. The connection; what came is in it, and grows. */
export async function hello(port, text, more = {}) {
  const s = await dial(port);
  const me = {
    s, view: null, you: 0, seq: 0, epoch: "", room: 0,
    got: [], closed: null, answers: new Map(), waiting: new Map(), wakers: [],
    say: (message) => s.socket.write(frame(typeof message === "string" ? message : JSON.stringify(message))),
    ask, sure, when, leave: () => s.socket.destroy(),
  };

  function answered(n, what) {
    me.answers.set(n, (me.answers.get(n) ?? 0) + 1);
    me.waiting.get(n)?.(what);
    me.waiting.delete(n);
  }

  function take(m) {
    if (m.view) {
      Object.assign(me, { view: m.view, you: m.you, seq: m.seq, epoch: m.epoch });
      me.room = m.view.people.you.room;
      for (const n of m.taken ?? []) answered(n, { seq: m.seq });
    }
    if (m.event) me.seq = m.seq;
    if (m.event && m.by === me.you && m.n) answered(m.n, m);
    else if (m.answer || m.error) answered(m.n, m);
    me.got.push(m);
  }

  function drain() {
    for (let f; (f = takeFrame(s)); ) {
      if (f.opcode === 8) me.closed = f.payload.length >= 2 ? f.payload.readUInt16BE(0) : 1005;
      else if (f.opcode === 9) s.socket.write(frame(f.payload, { opcode: 10 }));
      else if (f.opcode === 1) take(JSON.parse(f.payload.toString()));
    }
    if (me.closed || s.ended) for (const done of me.waiting.values()) done({ closed: me.closed ?? true });
    for (const w of me.wakers.splice(0)) w();
  }

  /** A command or query; its event, answer or error, whichever comes. */
  function ask(name, fields = {}, kind = "command") {
    const n = ++lastN;
    return new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`${name}: no answer`)), 15_000);
      me.waiting.set(n, (what) => {
        clearTimeout(timer);
        done(what);
      });
      me.say({ [kind]: name, n, ...fields });
    });
  }

  /** The same, asked again when the house was too busy. */
  async function sure(name, fields, kind) {
    for (let tries = 5; ; tries--) {
      const said = await ask(name, fields, kind);
      if (said.error !== "unavailable" || tries === 1) return said;
    }
  }

  /** Waits until fits(me) is true. */
  async function when(fits, patience = 5000, what = "it") {
    const late = Date.now() + patience;
    while (!fits(me)) {
      assert.ok(Date.now() < late, `${what} did not come: ${JSON.stringify(me.got.at(-1))?.slice(0, 200)}`);
      await new Promise((done) => {
        const timer = setTimeout(done, late - Date.now() + 1);
        me.wakers.push(() => {
          clearTimeout(timer);
          done();
        });
      });
    }
    return me;
  }

  for (const on of ["data", "end", "close"]) s.socket.on(on, drain);
  if (text !== undefined) me.say({ hello: 1, ticket: text, ...more });
  return me;
}

/** Joins a session by a ticket made for it: { sub, name, role ... }. Throws when nobody is let in. */
export async function join(server, session, change = {}) {
  const me = await hello(server.port, ticket(server.ticketKey(), session, change));
  await me.when((x) => x.view || x.closed || x.s.ended || x.got.some((m) => m.error), 10_000, "the view");
  assert.ok(me.view, `nobody was let in: ${JSON.stringify(me.got)}`);
  return me;
}

/** Is what came an error? Its word, or null. */
export const errorOf = (m) => m.error ?? null;

/** Until all that was asked is answered. */
export const settled = (me, patience = 30_000) => me.when((x) => x.waiting.size === 0, patience, "an answer");
