// Somebody in a session over a real socket, who keeps what the screen would show. After a lost
// connection they come back with epoch, after and pending, and say again with the same n what is not
// confirmed: what the protocol asks of every client, written a second time and as short as it goes.

import { randomInt } from "node:crypto";
import WebSocket from "ws";

const MAX_N = 2 ** 48 - 1;
const AT_ONCE = 4; // lines on their way
const WINDOW = 100;

export class Person {
  /** wrong(kind, words): kind is twice, holes or order. */
  constructor(server, ticket, name, wrong) {
    Object.assign(this, { server, ticket, name, wrong });
    this.epoch = undefined;
    this.seq = 0;
    this.live = false;
    this.room = 0;
    this.screen = []; // ids of the lines of the room one sits in, as last shown
    this.texts = new Map(); // id -> text, of the lines on the screen
    this.wanted = []; // commands that are not confirmed, in order
    this.taken = new Map(); // n -> text, confirmed
    this.said = 0;
    this.views = 0;
    this.replays = 0;
    this.backs = []; // how long it took to be live again
    this.over = false;
  }

  /** The text names itself, so that it is known wherever it is seen. */
  say() {
    this.ask({ command: "chat.say", text: `${this.name}-${++this.said}` });
  }

  ask(command) {
    this.wanted.push({ n: randomInt(1, MAX_N), sent: false, ...command });
    this.offer();
  }

  offer() {
    if (!this.live) return;
    for (const c of this.wanted.slice(0, AT_ONCE)) {
      if (c.sent) continue;
      c.sent = true;
      const { sent, ...frame } = c;
      // A line is said to the room one sits in, wherever that is by now.
      if (frame.command === "chat.say") frame.room = this.room;
      this.socket.send(JSON.stringify(frame));
    }
  }

  connect() {
    if (this.over) return;
    this.lostAt ??= performance.now();
    const socket = new WebSocket(this.server.url("/ws").replace("http", "ws"), "jobalike.v1", {
      perMessageDeflate: false,
    });
    this.socket = socket;
    this.greeted = false;
    socket.on("open", () => {
      socket.send(
        JSON.stringify({
          hello: 1,
          ticket: this.ticket,
          ...(this.epoch ? { epoch: this.epoch, after: this.seq } : {}),
          pending: this.wanted.map((c) => c.n).slice(0, 64),
        }),
      );
      // Answered after all that was missed: then everything is here.
      this.probe = randomInt(1, MAX_N);
      socket.send(JSON.stringify({ query: "people.roster", n: this.probe, room: 1 }));
    });
    socket.on("message", (data) => this.take(JSON.parse(data)));
    socket.on("error", () => {});
    socket.on("close", () => {
      if (socket !== this.socket) return;
      this.live = false;
      for (const c of this.wanted) c.sent = false;
      this.again = setTimeout(() => this.connect(), randomInt(10, 60));
    });
  }

  take(frame) {
    if (frame.view) this.takeView(frame);
    else if (frame.event) this.takeEvent(frame);
    else if (frame.error) this.takeError(frame);
    else if (frame.answer && frame.n === this.probe) this.isLive();
    else if (frame.answer?.seq) this.settle(frame.n);
    else if (frame.bye) this.socket.close();
  }

  isLive() {
    if (!this.room) {
      // The seat is in the log only now: ask anew.
      this.probe = randomInt(1, MAX_N);
      this.socket.send(JSON.stringify({ query: "people.roster", n: this.probe, room: 1 }));
      return;
    }
    this.live = true;
    this.backs.push(performance.now() - this.lostAt);
    this.lostAt = undefined;
    this.offer();
  }

  takeView({ view, seq, epoch, taken }) {
    this.views++;
    const { room } = view.people.you;
    const lines = view.chat.talks.find((t) => t.room === room).lines;
    // Where the screen goes on, what it showed before must not change.
    if (room === this.room && epoch === this.epoch) this.compare(lines.map((l) => l.id));
    this.room = room;
    this.screen = lines.map((l) => l.id);
    this.texts = new Map(lines.map((l) => [l.id, l.text]));
    this.epoch = epoch;
    if (seq < this.seq) this.wrong("holes", `${this.name}: a view at ${seq} after ${this.seq}`);
    this.seq = seq;
    for (const n of taken ?? []) this.settle(n);
  }

  compare(next) {
    const old = this.screen.filter((id) => id >= (next[0] ?? 0));
    if (old.some((id, i) => next[i] !== id))
      this.wrong("holes", `${this.name}: a view shows ${next} where ${old} was`);
  }

  takeEvent(event) {
    if (!this.room) return; // nothing is known before the first view
    if (event.seq <= this.seq) this.wrong("twice", `${this.name}: event ${event.seq}`);
    if (!this.greeted && !this.live) this.replays++;
    this.greeted = true;
    this.seq = event.seq;
    if (event.n && this.wanted.some((c) => c.n === event.n)) this.settle(event.n);
    if (event.event !== "chat.said" || event.room !== this.room) return;
    if (this.texts.has(event.seq)) this.wrong("twice", `${this.name}: line ${event.seq}`);
    this.screen.push(event.seq);
    this.texts.set(event.seq, event.text);
    if (this.screen.length > WINDOW * 4) this.texts.delete(this.screen.shift());
  }

  takeError({ error, n, retry_ms }) {
    const c = this.wanted.find((w) => w.n === n);
    if (n === this.probe) {
      setTimeout(() => this.socket.readyState === 1 && !this.live && this.isLiveSoon(), 20);
    } else if (c && ["unavailable", "unknown", "moved", "unauthorized"].includes(error)) {
      setTimeout(() => {
        c.sent = false;
        this.offer();
      }, retry_ms ?? 20);
    } else if (c && c.command !== "chat.say") {
      this.wanted = this.wanted.filter((w) => w !== c); // there already, for example
      this.offer();
    } else if (c) {
      this.wrong("lost", `${this.name}: ${c.text} was refused: ${error}`);
      this.wanted = this.wanted.filter((w) => w !== c);
    }
  }

  isLiveSoon() {
    this.probe = randomInt(1, MAX_N);
    this.socket.send(JSON.stringify({ query: "people.roster", n: this.probe, room: 1 }));
  }

  settle(n) {
    const i = this.wanted.findIndex((c) => c.n === n);
    if (i < 0) return;
    const [c] = this.wanted.splice(i, 1);
    if (c.text) this.taken.set(n, c.text);
    this.offer();
  }

  leave() {
    this.over = true;
    clearTimeout(this.again);
    this.socket?.terminate();
  }
}
