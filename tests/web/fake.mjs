// A clock that stands still until it is told to go on, chance from a seed, and a socket whose far end is
// the test: what the client's machine lives in here.

import { load } from "./bundle.mjs";

export const { makeClient, connectionOf } = {
  ...(await load("machine/client.ts")),
  ...(await load("machine/connection.ts")),
};

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function chance(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const person = (id, more = {}) => ({
  id,
  name: `P${id}`,
  school: "ISB",
  language: "en",
  role: "attendee",
  room: 1,
  ...more,
});

export function viewOf(you, lines = [], more = {}) {
  return {
    people: { you: person(you), ...more.people },
    session: {
      session: "s1",
      title: "Town hall",
      format: "combined",
      phase: "lobby",
      languages: ["en"],
      areas: [],
      start: 1,
      end: 2,
      open: true,
      rooms_by: "staff",
    },
    rooms: { list: [{ id: 1, title: "Plenary" }], sent: false },
    agenda: { topics: [] },
    chat: { talks: [{ room: 1, lines }] },
    notices: { list: [] },
  };
}

export const lineOf = ({ seq, at, by, name, school, text }) => ({ id: seq, at, by, name, school, text });

export const said = (seq, by, text, more = {}) => ({
  event: "chat.said",
  seq,
  at: 1000 + seq,
  by,
  name: `P${by}`,
  school: "ISB",
  room: 1,
  text,
  ...more,
});

/** A client in a world of its own. AHEAD: the server's clock is before ours by so much. */
export const AHEAD = 500_000;

export function world({ seed = 1, random = chance(seed), unsent } = {}) {
  let time = 1_000_000;
  let timers = [];
  const w = {
    wires: [],
    events: [],
    kept: unsent ?? [], // what the tab keeps outlives the page
    failed: [],
    states: [],
    maxTimers: 0,
    get time() {
      return time;
    },
    /** The socket the client talks on now. */
    get wire() {
      return w.wires.at(-1);
    },
    get state() {
      return connectionOf(w.client).state;
    },
    /** Lets time pass, calling what is due on the way, in order. */
    pass(ms) {
      const until = time + ms;
      for (let n = 0; ; n++) {
        if (n > 100 + ms) throw new Error("the timer runs in circles");
        const next = timers.filter((t) => t.at <= until).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers = timers.filter((t) => t !== next);
        time = Math.max(time, next.at);
        next.call();
      }
      time = until;
    },
    /** The machine sleeps: time passes and no timer is called; then all that were due. */
    sleep(ms) {
      time += ms;
      w.pass(0);
    },
    /** Waits for the next attempt and lets it succeed. Returns the hello that was said. */
    arrive() {
      while (!w.wire || w.wire.closed || w.wire.isOpen) {
        if (!timers.length) throw new Error("nobody tries to connect");
        w.pass(timers[0].at - time);
      }
      return w.wire.open();
    },
    /** From nothing to live. */
    join(view = viewOf(2), more = {}) {
      w.client.connect("t1", unsent);
      const hello = w.arrive();
      w.wire.say({ view, seq: 10, epoch: "e1", now: time + AHEAD, you: 2, ...more });
      return hello;
    },
  };

  const dial = (events) => {
    const open = w.wires.filter((x) => !x.closed);
    if (open.length) throw new Error("the old socket is still open");
    const wire = {
      closed: false,
      isOpen: false,
      up: [],
      send(text) {
        if (!wire.isOpen || wire.closed) throw new Error("sent on a socket that is not open");
        wire.up.push(JSON.parse(text));
      },
      close() {
        wire.closed = true;
      },
      /** What the far end does. */
      open() {
        wire.isOpen = true;
        events.opened();
        return wire.up[0];
      },
      say(frame) {
        events.text(JSON.stringify(frame));
      },
      raw(text) {
        events.text(text);
      },
      drop() {
        wire.closed = true;
        events.closed();
      },
      commands: () => wire.up.filter((f) => "command" in f),
      probes: () => wire.up.filter((f) => f.query === "chat.history" && f.before === 1),
      /** Something is heard that changes nothing. */
      hum() {
        wire.say({ signal: "digest", total: 1, rooms: [], room: 1, here: [] });
      },
      /** Answers the question that proves the connection. */
      alive() {
        wire.say({ answer: { room: 1, lines: [], more: false }, n: wire.probes().at(-1).n });
      },
    };
    w.wires.push(wire);
    return wire;
  };

  w.client = makeClient({
    dial,
    random,
    now: () => time,
    after: (ms, call) => {
      const timer = { at: time + ms, call };
      timers.push(timer);
      w.maxTimers = Math.max(w.maxTimers, timers.length);
      return () => {
        timers = timers.filter((t) => t !== timer);
      };
    },
    changed: () => {
      const { state } = connectionOf(w.client);
      if (w.states.at(-1) !== state) w.states.push(state);
    },
    event: (e) => w.events.push(e),
    failed: (error) => w.failed.push(error),
    keep: (lines) => {
      w.kept = JSON.parse(JSON.stringify(lines));
    },
  });
  return w;
}

export const texts = (w) =>
  w.client.session().view.chat.talks[0].lines.map((l) => l.text);

/** What a promise came to by now; null: it is open. */
export const settled = async (promise) => {
  const open = Symbol();
  return (await Promise.race([promise, Promise.resolve(open)])) === open ? null : promise;
};
