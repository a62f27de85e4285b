// One room of a thousand: what one delivery costs beside a bare send() loop.

import { atLeast, atMost, inTurns, onFloor, per, smoke, talk, withOurs } from "../bench.mjs";

const people = smoke ? 100 : 1000;
const FRAME = 370; // of a line of 200 bytes, until ours was measured

export const title = `one room of ${people}, deliveries per server CPU second`;

const CASES = [
  { name: "1 in flight", load: { "in-flight": 1 } },
  { name: "8 in flight", load: { "in-flight": 8 } },
  { name: "32 in flight", load: { "in-flight": 32 } },
  { name: "50 a second", load: { rate: 50 } },
];

async function compare(load) {
  const options = { rooms: 1, people, ...load };
  const frame = (got) => Math.round(got.ours?.[0].frame ?? FRAME);

  return inTurns({
    ours: () => withOurs({}, ({ to }) => talk({ ...options, ...to })),
    direct: (got) => onFloor(frame(got), options),
    coalesce: (got) => onFloor(frame(got), options, { coalesce: true }),
    ...(load.rate && { window: (got) => onFloor(frame(got), options, { coalesce: true, window: 50 }) }),
  });
}

export async function rows() {
  const list = [];
  for (const { name, load } of CASES) {
    const { ours, direct, coalesce, window } = await compare(load);
    const of = (other) => ours.per_cpu_second / other.per_cpu_second;
    const more =
      `${per(ours.per_cpu_second)}/s; loop ${per(direct.per_cpu_second)}, coalescing ${per(coalesce.per_cpu_second)}` +
      `${window ? `, with 50 ms ${per(window.per_cpu_second)}` : ""}; user ${ours.user_us.toFixed(2)} us, ` +
      `p50 ${ours.p50_ms} p99 ${ours.p99_ms} ms, lag ${ours.lag_ms.toFixed(1)} ms`;

    if (load.rate) {
      list.push(atLeast(`${name}, of the one-send loop`, of(direct), 1.9, more));
      list.push(atMost(`${name}, p99`, ours.p99_ms, 60, "ms"));
    } else if (load["in-flight"] === 1) {
      list.push(atLeast(`${name}, of the one-send loop`, of(direct), 0.9, more));
      list.push(atMost(`${name}, own user time a delivery`, ours.user_us, 0.5, "us"));
    } else {
      list.push(atLeast(`${name}, of the coalescing loop`, of(coalesce), 0.9, more));
    }
  }
  return list;
}
