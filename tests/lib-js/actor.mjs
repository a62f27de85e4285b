// Somebody who takes part from a script: for suites that need others in the room, or a state to look at.

import { randomInt } from "node:crypto";
import WebSocket from "ws";

const MAX_N = 2 ** 48 - 1;
const PATIENCE_MS = 20_000;

/** Says hello with a ticket and waits for the view. */
export async function actor(server, ticket) {
  const socket = new WebSocket(server.url("/ws").replace("http", "ws"), "jobalike.v1");
  const waiting = new Map();
  const me = { view: null, you: 0, seq: 0, room: 0, events: [], ask, query, say, leave };

  const seated = new Promise((done, fail) => {
    socket.on("open", () => socket.send(JSON.stringify({ hello: 1, ticket })));
    socket.on("error", fail);
    socket.on("close", () => {
      fail(new Error("the connection was closed"));
      for (const w of waiting.values()) w.fail(new Error("the connection was closed"));
    });
    socket.on("message", (data) => {
      const frame = JSON.parse(data);
      if (frame.view) {
        Object.assign(me, { view: frame.view, you: frame.you, seq: frame.seq });
        me.room = frame.view.people.you.room;
        me.events.push(frame); // a view takes the place of the events it swallows
        done();
      }
      if (frame.event) {
        me.seq = frame.seq;
        me.events.push(frame);
      }
      for (const n of frame.taken ?? []) settle(n, { seq: frame.seq });
      if (frame.event && frame.by === me.you) settle(frame.n, frame);
      if (frame.answer) settle(frame.n, frame.answer);
      if (frame.error) {
        const w = waiting.get(frame.n);
        // The store was slow: the same n again, as any client does.
        if (w?.text && frame.retry_ms && ["unknown", "unavailable"].includes(frame.error)) {
          setTimeout(() => socket.readyState === 1 && socket.send(w.text), frame.retry_ms);
          return;
        }
        waiting.delete(frame.n);
        if (w) w.fail(new Error(`${w.what}: ${JSON.stringify(frame)}`));
        else if (frame.n === undefined) fail(new Error(JSON.stringify(frame)));
      }
    });
  });

  function settle(n, what) {
    waiting.get(n)?.done(what);
    waiting.delete(n);
  }

  /** A command; resolves with its event, or with the answer that says where it is. */
  function ask(command, fields = {}) {
    return send("command", command, fields);
  }

  /** A question; resolves with its answer. */
  function query(name, fields = {}) {
    return send("query", name, fields);
  }

  function send(kind, command, fields) {
    const n = randomInt(1, MAX_N);
    return new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`${command}: no answer`)), PATIENCE_MS);
      const end = (call) => (x) => {
        clearTimeout(timer);
        call(x);
      };
      const text = JSON.stringify({ [kind]: command, n, ...fields });
      waiting.set(n, { what: command, text, done: end(done), fail: end(fail) });
      socket.send(text);
    });
  }

  function say(text, more = {}) {
    return ask("chat.say", { room: me.room, text, ...more });
  }

  function leave() {
    socket.removeAllListeners("close");
    for (const w of waiting.values()) w.done(null);
    waiting.clear();
    socket.terminate();
  }

  await seated;
  return me;
}
