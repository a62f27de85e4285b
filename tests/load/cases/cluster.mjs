// Several instances through one Redis (appendfsync always) and on one port (SO_REUSEPORT): what that costs beside one
// instance, what one Redis carries, and that an instance further away is not starved.

import { longerWay } from "../delay.mjs";
import { atLeast, atMost, inTurns, per, row, smoke, talk, withInstances } from "../bench.mjs";

const people = smoke ? 40 : 1000;
const SMALL = { rooms: 1, people: 10, rate: 50 };

export const title = `several instances through Redis and on one port, one room of ${people}`;

const on = (n, load) => () => withInstances(n, {}, ({ to }) => talk({ rooms: 1, people, ...load, ...to }));

/** Deliveries per CPU second of all instances together, beside one. */
async function beside(load, name, several) {
  const got = await inTurns({ one: on(1, load), ...Object.fromEntries(several.map((n) => [n, on(n, load)])) });
  return several.map((n) =>
    atLeast(`${name}: ${n} instances, of one`, got[n].per_cpu_second / got.one.per_cpu_second, 0.9,
      `${per(got[n].per_cpu_second)}/s, one ${per(got.one.per_cpu_second)}; connections ${got[n].opened.join(" + ")}; ` +
      `rooms with other orders ${got[n].at_odds}; p50 ${got[n].p50_ms} (one ${got.one.p50_ms}) ms, lag ${got[n].lag_ms.toFixed(1)} ms`));
}

async function addedTime() {
  const { one, two } = await inTurns({ one: on(1, SMALL), two: on(2, SMALL) });
  return atMost("a room of 10: added p50", two.p50_ms - one.p50_ms, 1, "ms", `${two.p50_ms} and ${one.p50_ms} ms`);
}

/** Lines a second by how many are under way, each an event that Redis has synced. */
async function carries() {
  const list = [];
  for (const inFlight of smoke ? [8] : [1, 8, 64, 512]) {
    const sessions = Math.min(inFlight, smoke ? 4 : 50);
    const f = await withInstances(1, { sessions }, ({ to }) =>
      talk({ rooms: sessions, people: 2, "in-flight": inFlight, ...to }));
    list.push(`${inFlight} under way in ${sessions}: ${per(f.lines / f.seconds)}/s, ack p50 ${f.ack_p50_ms} ms`);
  }
  return row("events a second through one Redis", "-", list.at(-1).match(/: (.*?)\/s/)[1], true, list.join("; "));
}

/** Seven of eight connections on an instance that is near, one on an instance 5 ms further from Redis. */
async function furtherAway() {
  let way;
  const rate = smoke ? 100 : 1143;
  const route = async (path, i) => {
    if (i === 0) return path;
    way = await longerWay(path, 5);
    return way.path;
  };
  const figures = await withInstances(2, { shared: false, route }, ({ to }) => {
    const [near, far] = to.port;
    return talk({ rooms: 1, people: 16, rate, ...to, port: [near, near, near, near, near, near, near, far] });
  });
  way.close();
  return atMost("an instance 5 ms further away, 1,000 lines a second on the other: longest ack",
    figures.ack_max_ms, 200, "ms", `ack p50 ${figures.ack_p50_ms} p99 ${figures.ack_p99_ms} ms`);
}

export async function rows() {
  return [
    ...(await beside({ "in-flight": 1 }, "1 in flight", [2])),
    ...(await beside({ "in-flight": 8 }, "8 in flight", smoke ? [2] : [2, 3])),
    await addedTime(),
    await carries(),
    await furtherAway(),
  ];
}
