// Thousands of steps of whatever can happen to a connection, from a seed, against a model of the server:
// a log, views, gaps, answers that are lost, late or unknown. At the end every line that was written is in
// the log exactly once and in order, or stands refused with its text; and the screen shows the log.
//   SEED=7 replays one schedule; LONG=1 takes many more.

import assert from "node:assert/strict";
import { test } from "node:test";
import { chance, lineOf, viewOf, world } from "./fake.mjs";

const STEPS = 1500;
const seeds = process.env.SEED
  ? [Number(process.env.SEED)]
  : Array.from({ length: process.env.LONG ? 400 : 30 }, (_, i) => i + 1);

const YOU = 2;
const WINDOW = 100;

class Model {
  constructor(random) {
    this.random = random;
    this.log = [];
    this.epoch = "e1";
    this.limbo = [];
    this.refused = new Set();
    this.counts = {};
    this.calm = false;
  }

  count(what) {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  get head() {
    return this.log.length ? this.log.at(-1).seq : 9;
  }

  append(by, text, n) {
    const seq = this.head + 1 + (this.random() < 0.2 ? 1 : 0); // some events are not for everybody
    const event = { event: "chat.said", seq, at: 1000 + seq, by, name: `P${by}`, school: "ISB", room: 1, text };
    if (n) event.n = n;
    this.log.push(event);
    return event;
  }

  /** A connection's far end: what it has read, and what is on its way down. */
  meet(wire) {
    return { wire, read: 0, down: [], greeted: false, dead: false };
  }

  taken(n) {
    return this.log.find((e) => e.by === YOU && e.n === n);
  }

  view(end, pending = []) {
    const taken = pending.filter((n) => this.taken(n));
    end.down.push({
      view: viewOf(YOU, this.log.slice(-WINDOW).map(lineOf)),
      seq: this.head,
      epoch: this.epoch,
      now: 5,
      you: YOU,
      ...(taken.length ? { taken } : {}),
    });
  }

  hello(end, { epoch, after, pending }) {
    end.greeted = true;
    if (epoch === this.epoch && this.random() < 0.7) {
      this.count("gap");
      end.down.push(...this.log.filter((e) => e.seq > after));
    } else {
      this.count("view");
      this.view(end, pending);
    }
  }

  say(end, { n, text }) {
    const old = this.taken(n);
    if (old) return void end.down.push({ answer: { seq: old.seq }, n });
    const luck = this.calm ? 0 : this.random();
    if (luck < 0.7) {
      end.down.push(this.append(YOU, text, n));
    } else if (luck < 0.78) {
      this.count("unavailable");
      end.down.push({ error: "unavailable", n, retry_ms: 2000 });
    } else if (luck < 0.86) {
      this.count("unknown");
      this.limbo.push({ n, text });
      end.down.push({ error: "unknown", n, retry_ms: 2000 });
    } else if (luck < 0.91) {
      this.count("answer lost");
      this.append(YOU, text, n);
      end.wire.drop();
    } else if (luck < 0.95) {
      this.count("refused");
      this.refused.add(n);
      end.down.push({ error: "locked", n });
    } else if (luck < 0.98) {
      this.count("slow_down");
      end.down.push({ error: "slow_down", n, retry_ms: 1500 });
    } else {
      this.count("no word");
    }
  }

  /** Reads one message that came up. */
  read(end) {
    const frame = end.wire.up[end.read++];
    if ("hello" in frame) this.hello(end, frame);
    else if (!end.greeted) end.down.push({ error: "unauthorized", n: frame.n });
    else if ("command" in frame) this.say(end, frame);
    else if ("query" in frame) end.down.push({ answer: { room: 1, lines: [], more: false }, n: frame.n });
  }

  /** What was told unknown happens after all, or never does. */
  settleLimbo(tell) {
    const [one] = this.limbo.splice(Math.floor(this.random() * this.limbo.length), 1);
    if (!one || this.taken(one.n) || this.refused.has(one.n) || this.random() < 0.4) return;
    this.count("late");
    tell(this.append(YOU, one.text, one.n));
  }
}

function check(w) {
  const ids = (w.client.session()?.view.chat.talks[0].lines ?? []).map((l) => l.id);
  for (let i = 1; i < ids.length; i++) assert.ok(ids[i - 1] < ids[i], `lines ${ids[i - 1]}, ${ids[i]}`);
  assert.equal(w.maxTimers, 1);
  assert.deepEqual(w.failed, []);
}

function run(seed) {
  const random = chance(seed * 7919);
  const model = new Model(random);
  const asked = []; // texts, in order
  const outcomes = new Map();
  let w = world({ seed });
  let end = null;
  let reloads = 0;

  const attach = () => {
    if (!w.wire || w.wire === end?.wire || w.wire.closed) return;
    end = model.meet(w.wire);
    w.wire.open();
  };
  const isUp = () => end && !end.wire.closed && !end.dead;
  const tell = (event) => isUp() && end.greeted && end.down.push(event);
  const deliver = () => isUp() && end.down.length && end.wire.say(end.down.shift());
  const read = () => isUp() && end.read < end.wire.up.length && model.read(end);

  const steps = [
    [20, () => w.pass(Math.floor(random() * 800))],
    [25, read],
    [25, deliver],
    [6, () => tell(model.append(3, `other ${model.head}`))],
    [
      10,
      () => {
        const text = `mine ${asked.length}`;
        asked.push(text);
        w.client.ask("chat.say", { room: 1, text }).then((o) => outcomes.set(text, o));
      },
    ],
    [8, attach],
    [2, () => isUp() && end.wire.drop()],
    [1, () => isUp() && ((end.dead = true), model.count("dead"))],
    [1, () => isUp() && end.down.push({ bye: "draining", retry_ms: 700 })],
    [2, () => isUp() && end.greeted && model.view(end)],
    [3, () => model.settleLimbo(tell)],
    [1, () => w.client.wake()],
    [1, () => w.sleep(60_000)],
    [
      0.3,
      () => {
        model.epoch = `e${model.head}`;
        if (isUp() && end.greeted) model.view(end);
        model.count("epoch");
      },
    ],
    [
      0.5,
      () => {
        // the page is loaded again: what was kept is all there is
        const unsent = w.kept.map((e) => ({ ...e, state: e.state === "refused" ? "refused" : "waiting", due: 0 }));
        w = world({ seed: seed + 1000 * ++reloads, unsent });
        w.client.connect("t1", unsent);
        end = null;
        model.count("reload");
      },
    ],
  ];
  const total = steps.reduce((sum, [weight]) => sum + weight, 0);
  w.client.connect("t1");
  for (let i = 0; i < STEPS; i++) {
    let at = random() * total;
    for (const [weight, act] of steps) {
      at -= weight;
      if (at >= 0) continue;
      act();
      break;
    }
    check(w);
  }

  // Now nothing goes wrong any more.
  model.calm = true;
  const isDone = () => w.client.outbox().every((e) => e.state === "refused") && w.state === "live";
  for (let i = 0; i < 5000 && !(isDone() && end.down.length === 0); i++) {
    attach();
    while (isUp() && end.read < end.wire.up.length) model.read(end);
    while (isUp() && end.down.length) deliver();
    check(w);
    w.pass(100);
  }
  assert.ok(isDone(), `not done: ${w.state}, ${JSON.stringify(w.client.outbox()[0])}`);
  return { model, w, asked, outcomes, reloads };
}

const sum = {};
for (const seed of seeds)
  test(`schedule ${seed}`, async () => {
    const { model, w, asked, outcomes } = run(seed);
    await null;
    const mine = model.log.filter((e) => e.by === YOU).map((e) => e.text);
    assert.equal(new Set(mine).size, mine.length, "a line is in the log twice");
    const refused = w.client.outbox().map((e) => e.frame.text);
    assert.deepEqual(
      [...mine, ...refused].sort(),
      [...asked].sort(),
      "every line is in the log or stands refused, and not both",
    );
    assert.deepEqual(mine, asked.filter((text) => mine.includes(text)), "in the order they were written");
    assert.deepEqual(
      w.client.session().view.chat.talks[0].lines,
      model.log.slice(-WINDOW).map(lineOf),
      "the screen shows the log",
    );
    for (const [text, o] of outcomes)
      assert.equal(o.ok, mine.includes(text), `${text} was told ${JSON.stringify(o)}`);
    for (const [k, v] of Object.entries(model.counts)) sum[k] = (sum[k] ?? 0) + v;
  });

test("everything that can go wrong did", () => {
  if (process.env.SEED) return;
  for (const what of ["gap", "view", "unavailable", "unknown", "late", "answer lost", "refused", "slow_down",
    "no word", "dead", "epoch", "reload"])
    assert.ok(sum[what] > 0, what);
  console.log(`schedules=${seeds.length} steps=${seeds.length * STEPS} ${JSON.stringify(sum)}`);
});
