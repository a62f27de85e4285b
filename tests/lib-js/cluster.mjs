// Several real instances and one real Redis, each instance behind a proxy of its own, with people who
// talk all the time; and the judge of what came of it. Whoever loses the connection goes to another
// instance, as a balancer would send them: one that says it is ready.

import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeChaos } from "./chaos.mjs";
import { Person } from "./person.mjs";
import { makeRedis } from "./redis.mjs";
import { joinTicket, makeServer, plan, tempDir, ticketIn } from "./server.mjs";
import { noFigures, verify } from "./verify.mjs";

const PATIENCE_MS = 30_000;
const HEALTH_MS = 300; // between two looks at an instance
const HEALTH_TIMEOUT_MS = 1000;
const SAMPLE_MS = 250; // between two comparisons of states
const AGREE_MS = 5000; // until all instances have the same events
const BACKLOG = 60; // nobody has more to say than this
const MOVES = 0.01; // share of commands that go to another room
const TURNS = 0.005; // and of those that turn the session to another phase: the list of sessions hears it
const STUCK_MS = 10_000;

export const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

export async function until(what, holds, patience = PATIENCE_MS) {
  const end = performance.now() + patience;
  for (;;) {
    const found = await holds();
    if (found) return found;
    if (performance.now() > end) throw new Error(`not within ${patience} ms: ${what}`);
    await sleep(5);
  }
}

/** mulberry32: 0 <= x < 1, the same for the same seed. */
export function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const percentile = (list, share) => {
  const sorted = [...list].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
};

const KEY = "planning-key-of-the-cluster-under-test";
const FREE = [
  "--limits.rate_percent=0",
  "--limits.joins_per_second=10000",
  "--limits.connections_per_address=10000",
  "--limits.connects_per_second=10000",
  "--limits.http_percent=100",
];

/** Keys that all instances of one cluster share: { key, variables }, the one that planning asks for. */
export function sharedKeys(dir) {
  const file = (name, text) => {
    const path = resolve(dir, name);
    writeFileSync(path, `${text}\n`, { mode: 0o600 });
    return path;
  };
  const variables = {
    JOBALIKE_KEYS_TICKETS_FILE: file("tickets", "ticket-key-of-the-cluster-under-test"),
    JOBALIKE_KEYS_INSTALLATION_FILE: file("installation", KEY),
  };
  return { key: KEY, variables };
}

/** The state of a session as an instance has it, or null. */
async function stateOf(server, session) {
  try {
    const signal = AbortSignal.timeout(HEALTH_TIMEOUT_MS);
    const answer = await fetch(server.adminUrl(`/sessions/${session}/state`), { signal });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/**
 * size: { instances, sessions, people (in each), rate (commands a second, in all) }. store: "redis", or
 * "sqlite" for one instance alone. say(words): something is wrong. options: further ones of each server.
 */
export async function makeCluster({ name, size, say, random, store = "redis", options = [], redis: how = {} }) {
  const dir = tempDir(name);
  const figures = { ...noFigures(), div: 0 };
  const answers = []; // [what, ms, instance, at] since the last reset
  const hashes = new Map(); // session epoch seq -> hash
  let compared = 0;
  let loading = null;

  const redis = store === "redis" ? await makeRedis({ dir: join(dir, "redis"), ...how }) : null;
  if (redis) await redis.start();
  const { key, variables } = sharedKeys(dir);
  const instances = [];
  for (let i = 0; i < size.instances; i++) {
    const chaos = redis && makeChaos(redis.port, random);
    await chaos?.listen();
    const url = redis ? `redis://127.0.0.1:${chaos.port}` : "sqlite:";
    const server = makeServer({
      dir: join(dir, String(i + 1)),
      admin: "127.0.0.1:0",
      key,
      env: variables,
      options: [...FREE, `--store.url=${url}`, ...options],
    });
    instances.push({ number: i, server, chaos, healthy: true, acked: 0 });
  }

  const wrong = (kind, words) => {
    figures[kind]++;
    say(`${kind}: ${words}`);
  };

  // --- who is sent where

  const instanceOf = (person) => instances.find((i) => i.server === person.server);

  function next(person) {
    const from = person.server ? instanceOf(person).number + 1 : person.home;
    for (let k = 0; k < instances.length; k++) {
      const i = instances[(from + k) % instances.length];
      if (i.healthy && i.server.runs) return i.server;
    }
    return instances[from % instances.length].server;
  }

  const health = setInterval(() => {
    for (const i of instances) {
      if (!i.server.runs || i.looking) continue;
      i.looking = true;
      fetch(i.server.url("/readyz"), { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) })
        .then((a) => {
          i.healthy = a.ok || a.status === 503 ? a.ok : i.healthy;
          return a.text();
        })
        .catch(() => {
          i.healthy = false;
        })
        .finally(() => {
          i.looking = false;
        });
    }
    for (const p of everybody()) p.tick();
  }, HEALTH_MS);

  // --- who is there

  const sessions = [];
  const everybody = () => sessions.flatMap((s) => s.people);
  let seen = [];
  let watching = false;
  const told = (what, ms, person) => {
    if (what === "seen") {
      if (watching) seen.push(ms);
      return;
    }
    const at = performance.now();
    const i = instanceOf(person);
    if (what === "ok") i.acked = at;
    answers.push({ what, ms, instance: i.number, at });
  };

  function person(ticket, name, home) {
    const p = new Person({ next, ticket, name, wrong, told });
    p.home = home;
    return p;
  }

  async function open(number) {
    const any = instances[number % instances.length].server;
    const { session, links } = await plan(any, { title: `Load ${number}` });
    const organizer = ticketIn(links.organizer);
    const people = [person(organizer, `s${number}p0`, number % instances.length)];
    for (let i = 1; i < size.people; i++) {
      const name = `s${number}p${i}`;
      const who = { name, school: "School", area: i % 2 ? "hr" : "fi", language: "en" };
      const ticket = await joinTicket(any, session, who);
      people.push(person(ticket, name, (number + i) % instances.length));
    }
    sessions.push({ session, organizer, people, room: 0 });
    for (const p of people) p.connect();
    await until("all are in", () => people.every((p) => p.live));
    people[0].ask({ command: "rooms.open", title: "Human Resources", area: "hr" });
    await until("the room is open", () => !people[0].wanted.length);
    // The organizer stays where they are and reads the other room from outside: theirs is the record.
    const state = sessions.at(-1);
    state.room = people[0].seq;
    people[0].ask({ command: "rooms.watch", room: state.room });
  }

  // --- what they do

  function act() {
    const s = sessions[Math.floor(random() * sessions.length)];
    const p = s.people[Math.floor(random() * s.people.length)];
    if (p.over || p.wanted.length >= BACKLOG) return;
    if (random() < TURNS) {
      const [organizer] = s.people;
      organizer.ask({ command: "session.phase", phase: (s.turns = !s.turns) ? "welcome" : "brief" });
    } else if (random() >= MOVES || p === s.people[0]) p.say();
    else if (p.room === 1) p.ask({ command: "rooms.enter", room: s.room });
    else p.ask({ command: "rooms.leave" });
  }

  function load(rate = size.rate) {
    let last = performance.now();
    let owed = 0;
    clearInterval(loading);
    loading = setInterval(() => {
      const now = performance.now();
      owed = Math.min(owed + (rate * (now - last)) / 1000, rate);
      last = now;
      for (; owed >= 1; owed--) act();
    }, 20);
  }

  function quiet() {
    clearInterval(loading);
    loading = null;
  }

  // --- what came of it

  /** Remembers the hash of each session at each seq; whoever says another one is another history. */
  function note(session, { seq, epoch, sha256 }, who) {
    const key = `${session} ${epoch} ${seq}`;
    const known = hashes.get(key);
    if (!known) hashes.set(key, { sha256, who: new Set([who]) });
    else if (known.sha256 !== sha256) wrong("div", `${session} at ${seq}: ${who} has another state`);
    else if (!known.who.has(who)) {
      known.who.add(who);
      compared++;
    }
  }

  async function sample({ session }) {
    const all = instances.filter((i) => i.server.runs && !i.stopped);
    const states = await Promise.all(all.map((i) => stateOf(i.server, session)));
    for (const [k, state] of states.entries()) if (state) note(session, state, all[k].number);
    return states;
  }

  let sampled = 0;
  let sampling = false;
  const sampler = setInterval(async () => {
    if (sampling || !loading || !sessions.length) return;
    sampling = true;
    await sample(sessions[sampled++ % sessions.length]);
    sampling = false;
  }, SAMPLE_MS);

  /** All instances have the same events, and the same state by them. */
  async function agree(s) {
    let states = [];
    try {
      await until(
        `all instances agree on ${s.session}`,
        async () => {
          states = await sample(s);
          const [a] = states;
          return states.every((x) => x && x.seq === a.seq && x.epoch === a.epoch);
        },
        AGREE_MS,
      );
    } catch (e) {
      wrong("div", `${e.message}: ${JSON.stringify(states)}`);
    }
  }

  const open_ = () =>
    everybody()
      .filter((p) => !p.over && (!p.live || p.wanted.length))
      .map((p) => `${p.name}@${p.server && instanceOf(p).number} live=${p.live} open=${p.wanted.length}`);

  /** Everybody is back and everything is confirmed: now screens, record and states must agree. */
  async function settle() {
    quiet();
    try {
      await until("all are back and nothing is open", () => open_().length === 0);
    } catch (e) {
      figures.lost++;
      say(`${e.message}; ${open_().slice(0, 8)}`);
      return;
    }
    for (const [k, s] of sessions.entries()) {
      await agree(s);
      await verify(instances[k % instances.length].server, s, figures, say);
    }
  }

  /** Everybody to the instance they came to first, as a balancer spreads people over time. */
  async function spread() {
    for (const p of everybody()) {
      if (p.over || instanceOf(p)?.number === p.home) continue;
      p.server = null;
      p.socket.terminate();
    }
    await until("all are back at home", () => everybody().every((p) => p.over || p.live));
  }

  const sum = (of) => everybody().reduce((n, p) => n + of(p), 0);

  return {
    dir,
    redis,
    instances,
    sessions,
    figures,
    answers,
    everybody,
    instanceOf,
    load,
    quiet,
    settle,
    spread,
    stateOf,
    sample,
    /** Notes how long lines take to the screens, until told to stop: then that is returned. */
    watch(on) {
      watching = on;
      const was = seen;
      seen = [];
      return was;
    },
    acked: () => sum((p) => p.taken.size),
    backs: () => everybody().flatMap((p) => p.backs),
    stuck: (more = 0) => sum((p) => (p.slowest > STUCK_MS + more ? 1 : 0)),
    get compared() {
      return compared;
    },
    /** What is measured of one fault begins anew. */
    fresh() {
      answers.length = 0;
      for (const p of everybody()) {
        p.backs = [];
        p.slowest = 0;
      }
    },
    async start(how = {}) {
      for (const i of instances) await i.server.start(how);
    },
    async populate() {
      const all = Array.from({ length: size.sessions }, (_, i) => i);
      await Promise.all(all.map(open));
    },
    /** Until each instance that has people on it has taken a command again: ms since then. */
    async normal(since) {
      const used = () => new Set(everybody().filter((p) => p.live).map(instanceOf));
      await until("commands are taken again", () => used().size && [...used()].every((i) => i.acked > since));
      const first = (i) => answers.find((a) => a.instance === i.number && a.what === "ok" && a.at > since);
      return Math.max(...[...used()].map((i) => (first(i)?.at ?? i.acked) - since));
    },
    async end() {
      quiet();
      clearInterval(health);
      clearInterval(sampler);
      for (const p of everybody()) p.leave();
      const ends = await Promise.all(instances.filter((i) => i.server.runs).map((i) => i.server.end()));
      for (const { code, signal, ms } of ends)
        if (code !== 0) say(`the last end: ${code ?? signal} after ${Math.round(ms)} ms`);
      for (const i of instances) {
        if (/Sanitizer|runtime error|[Aa]ssert/.test(i.server.err())) say(i.server.err());
        await i.chaos?.close();
        i.server.remove();
      }
      if (redis) {
        await redis.kill();
        redis.remove();
      }
    },
  };
}
