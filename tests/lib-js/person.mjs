// Somebody in a session over a real socket, who keeps what the screen would show. After a lost
// connection they come back with epoch, after and pending, and say again with the same n what is not
// confirmed: what the protocol asks of every client, written a second time and as short as it goes.

import { randomInt } from "node:crypto";
import WebSocket from "ws";

const MAX_N = 2 ** 48 - 1;
const AT_ONCE = 4; // lines on their way
const WINDOW = 100;
const AGAIN_MS = [10, 60]; // until the next attempt, unless a bye said when
const QUIET_MS = 4000; // nothing heard: something small is asked, as the web client does
const DEAD_MS = 6000; // and after this the connection is left
const CONNECT_MS = 10_000;

const RETRY = new Set(["unavailable", "unknown", "moved", "unauthorized"]);

export class Person {
  /**
   * next(person): the server to connect to. wrong(kind, words): kind is lost, dup, hole or order.
   * told(what, ms, person): a command got an answer, or its end (ok), so long after it was sent; a line
   * was seen so long after the store had it.
   */
  constructor({ next, ticket, name, wrong, told = () => {} }) {
    Object.assign(this, { next, ticket, name, wrong, told });
    this.server = null; // where one is, or was last
    this.epoch = undefined;
    this.seq = 0;
    this.live = false;
    this.room = 0;
    this.screen = []; // ids of the lines of the room one sits in, as last shown
    this.texts = new Map(); // id -> text, of the lines on the screen
    this.wanted = []; // commands that are not confirmed, in order
    this.taken = new Map(); // n -> {text, sent, settled, tries, connection}, confirmed
    this.said = 0;
    this.connection = 0;
    this.views = 0;
    this.replays = 0;
    this.backs = []; // how long it took to be live again
    this.slowest = 0; // ms until a command was settled
    this.refused = false; // they were told that they may not come in (any more)
    this.over = false;
  }

  /** The text names itself, so that it is known wherever it is seen. */
  say() {
    this.ask({ command: "chat.say", text: `${this.name}-${++this.said}` });
  }

  ask(command) {
    const since = performance.now();
    const { command: name, text } = command;
    const n = randomInt(1, MAX_N);
    this.wanted.push({ n, since, sent: false, tries: 0, command: name, text, frame: { n, ...command } });
    this.offer();
  }

  offer() {
    if (!this.live) return;
    for (const c of this.wanted.slice(0, AT_ONCE)) {
      if (c.sent) continue;
      c.sent = true;
      c.tries++;
      c.at = performance.now();
      c.first ??= c.at;
      c.connection = this.connection;
      // A line is said to the room one sits in, wherever that is by now.
      if (c.command === "chat.say") c.frame.room = this.room;
      this.socket.send(JSON.stringify(c.frame));
    }
  }

  connect() {
    if (this.over) return;
    this.lostAt ??= performance.now();
    this.server = this.next(this);
    this.connection++;
    this.pause = undefined;
    const socket = new WebSocket(this.server.url("/ws").replace("http", "ws"), "jobalike.v1", {
      perMessageDeflate: false,
    });
    this.socket = socket;
    this.greeted = false;
    this.asked = false;
    this.heard = performance.now();
    socket.on("open", () => {
      this.heard = performance.now();
      socket.send(
        JSON.stringify({
          hello: 1,
          ticket: this.ticket,
          ...(this.epoch ? { epoch: this.epoch, after: this.seq } : {}),
          pending: this.wanted.map((c) => c.n).slice(0, 64),
        }),
      );
      this.askProbe(); // answered after all that was missed: then everything is here
    });
    socket.on("message", (data) => {
      if (socket !== this.socket) return;
      this.heard = performance.now();
      this.asked = false;
      this.take(JSON.parse(data));
    });
    socket.on("error", () => {});
    socket.on("close", () => socket === this.socket && this.lost());
  }

  lost() {
    if (this.live) this.lostAt ??= performance.now();
    this.live = false;
    for (const c of this.wanted) c.sent = false;
    this.again = setTimeout(() => this.connect(), this.pause ?? randomInt(...AGAIN_MS));
  }

  /** Now and then: a connection that is silent is asked, and left when it stays so. */
  tick() {
    const { socket } = this;
    if (this.over || !socket || socket.readyState > 1) return;
    const quiet = performance.now() - this.heard;
    if (quiet >= (this.live ? DEAD_MS : CONNECT_MS)) {
      this.lostAt ??= this.heard;
      socket.terminate();
    } else if (this.live && quiet >= QUIET_MS && !this.asked) {
      this.asked = true;
      this.askProbe();
    }
  }

  askProbe() {
    this.probe = randomInt(1, MAX_N);
    this.socket.send(JSON.stringify({ query: "people.roster", n: this.probe, room: 1 }));
  }

  take(frame) {
    if (frame.view) this.takeView(frame);
    else if (frame.event) this.takeEvent(frame);
    else if (frame.error) this.takeError(frame);
    else if (frame.answer && frame.n === this.probe) this.isLive();
    else if (frame.answer?.seq) this.settle(frame.n);
    else if (frame.bye) this.takeBye(frame);
  }

  takeBye({ bye, retry_ms }) {
    this.pause = retry_ms;
    if (retry_ms === undefined) {
      this.refused = bye;
      this.over = true;
    }
    this.socket.close();
  }

  isLive() {
    if (this.live) return;
    if (!this.room) {
      this.askProbe(); // the seat is in the log only now
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
    if (epoch === this.epoch && seq < this.seq)
      this.wrong("hole", `${this.name}: a view at ${seq} after ${this.seq}`);
    this.room = room;
    this.screen = lines.map((l) => l.id);
    this.texts = new Map(lines.map((l) => [l.id, l.text]));
    this.epoch = epoch;
    this.seq = seq;
    for (const n of taken ?? []) this.settle(n);
  }

  compare(next) {
    const old = this.screen.filter((id) => id >= (next[0] ?? 0));
    if (old.some((id, i) => next[i] !== id))
      this.wrong("hole", `${this.name}: a view shows ${next} where ${old} was`);
  }

  takeEvent(event) {
    if (!this.room) return; // nothing is known before the first view
    if (event.seq <= this.seq)
      this.wrong("dup", `${this.name}: event ${event.seq} after ${this.seq}`);
    if (!this.greeted && !this.live) this.replays++;
    this.greeted = true;
    this.seq = event.seq;
    if (event.n && this.wanted.some((c) => c.n === event.n)) this.settle(event.n);
    if (event.event !== "chat.said" || event.room !== this.room) return;
    this.told("seen", Date.now() - event.at, this);
    if (this.texts.has(event.seq)) this.wrong("dup", `${this.name}: line ${event.seq}`);
    this.screen.push(event.seq);
    this.texts.set(event.seq, event.text);
    if (this.screen.length > WINDOW * 4) this.texts.delete(this.screen.shift());
  }

  takeError({ error, n, retry_ms }) {
    const c = this.wanted.find((w) => w.n === n);
    if (n === this.probe) {
      setTimeout(() => this.socket.readyState === 1 && !this.live && this.askProbe(), 20);
    } else if (c && RETRY.has(error)) {
      this.told(error, performance.now() - c.at, this);
      const { connection } = this;
      setTimeout(() => {
        if (connection !== this.connection) return;
        c.sent = false;
        this.offer();
      }, retry_ms ?? 20);
    } else if (error === "damaged") {
      this.wanted = []; // nobody takes anything any more; the bye comes with it
    } else if (c && c.command !== "chat.say") {
      this.wanted = this.wanted.filter((w) => w !== c); // there already, for example
      this.offer();
    } else if (c) {
      this.wrong("lost", `${this.name}: ${c.text} was refused: ${error}`);
      this.wanted = this.wanted.filter((w) => w !== c);
    }
  }

  settle(n) {
    const i = this.wanted.findIndex((c) => c.n === n);
    if (i < 0) return;
    const [c] = this.wanted.splice(i, 1);
    const settled = performance.now();
    this.slowest = Math.max(this.slowest, settled - c.since);
    if (c.at) this.told("ok", settled - c.at, this);
    if (c.text) this.taken.set(n, { ...c, settled });
    this.offer();
  }

  leave() {
    this.over = true;
    clearTimeout(this.again);
    this.socket?.terminate();
  }
}
