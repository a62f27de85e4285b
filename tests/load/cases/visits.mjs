// People who come: all at once, back after a while, and many who only sit there; and the first one of a session with
// a long log, who waits until it is loaded.

import { atMost, generate, inTurns, onFloor, row, smoke, withOurs } from "../bench.mjs";

const people = smoke ? 200 : 5000;
const many = smoke ? 300 : 10_000;
const events = smoke ? 5000 : 100_000;
const away = smoke ? 1 : 10;
const idles = smoke ? 1 : 20;
const LONG = "filled";
const PING_S = 20; // CONN_PING_S in server/net/conn.h

export const title = `${people} people come at once, and back; ${many} sit there; the first one of ${events} events`;

const visitors = (kind, options) => generate(kind, { dialect: "visitor", "warm-up": 0, ...options });
const fill = (data) => generate("fill", { data, session: LONG, lines: events });
const fillOne = (data) => generate("fill", { data, session: LONG, lines: 1 });
const held = (lag, own) => `${lag.toFixed(1)} ms (its own ${own.toFixed(1)})`;
const left = (f) => `lag ${held(f.leave_lag_ms, f.leave_own_ms)}, ${f.leave_us.toFixed(0)} us of CPU each as they leave at once`;
const sat = (f) => `lag ${held(f.lag_ms, f.own_ms)}; ${left(f)}`;
const said = (f) =>
  `${f.seconds.toFixed(2)} s, ${f.cpu_us.toFixed(0)} us of CPU each; waited p50 ${f.wait_p50_ms} p99 ${f.wait_p99_ms} ` +
  `max ${f.wait_max_ms} ms, came again ${f.came_again}; ${f.bytes_each.toFixed(0)} bytes each; ${sat(f)}`;
const joined = (f) => `${f.join_us.toFixed(0)} us of CPU for each who connected and joined`;

export async function rows() {
  const { storm, back, idle, bare, secure, long } = await inTurns({
    storm: () => withOurs({}, ({ to }) => visitors("storm", { people, ...to })),
    back: () => withOurs({}, ({ to }) => visitors("resume", { people, seconds: away, ...to })),
    idle: () => withOurs({}, ({ to }) => visitors("idle", { people: many, seconds: idles, ...to })),
    bare: () => onFloor(8, { rooms: 1, people: many, seconds: idles, "warm-up": 0 }, { ping: PING_S }, (options, how) =>
      generate("idle", options, how)),
    secure: () => withOurs({ before: fillOne, tls: true }, ({ to }) =>
      visitors("idle", { people: many, seconds: idles, ...to, session: LONG })),
    long: () => withOurs({ before: fill }, ({ to }) => visitors("storm", { people: 1, ...to, session: LONG })),
  });
  const busy = (f) => (f.cpu_us * many) / idles / 1e4;
  const still = (f) => (f.still_cpu_ms / f.still_seconds) * 1e3;
  const pings = (f) => `${busy(f).toFixed(2)} %, the bare loop with the same pings ${busy(bare).toFixed(2)} %`;
  const missed = `${back.events / (people - 1)} lines, ${back.views} views`;

  return [
    atMost("at once: CPU each", storm.cpu_us, 150, "us", said(storm)),
    atMost("at once: until all are in", storm.seconds, 3, "s"),
    atMost("at once: the longest wait", storm.wait_max_ms, 2000, "ms"),
    atMost("at once: digests each", storm.signals / people, 4, "digests"),
    atMost("back: until all are", back.seconds, 3, "s", said(back)),
    row("back: what was missed, and no more", "100 lines, 0 views", missed, missed === "100 lines, 0 views"),
    atMost("idle: memory of each", idle.kib_each, 4, "KiB", joined(idle)),
    atMost("idle: CPU between the pings", still(idle), 100, "us/s", sat(idle)),
    atMost(`idle: a ping every ${PING_S} s, of the bare loop's`, busy(idle) / busy(bare), 1.5, "", pings(idle)),
    atMost("idle over TLS: memory of each", secure.kib_each, 22, "KiB", joined(secure)),
    atMost("idle over TLS: CPU between the pings", still(secure), 100, "us/s", sat(secure)),
    atMost("idle over TLS: a ping, of the bare loop's", busy(secure) / busy(bare), 2.5, "", pings(secure)),
    atMost(`long: load of ${events} events`, long.wait_max_ms, 500, "ms", said(long)),
  ];
}
