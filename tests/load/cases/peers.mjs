// Others beside us: make load PEER=ws (or several, with commas, or all). The table of the README.

import { inTurns, onFloor, row, smoke, talk, withOurs } from "../bench.mjs";
import { PEERS } from "../peers/peers.mjs";

const names = process.env.PEER === "all" ? Object.keys(PEERS) : (process.env.PEER ?? "").split(",").filter(Boolean);
const people = smoke ? 50 : 1000;
const FRAME = 370; // ours, of a line of 200 bytes

export const title = `beside others, deliveries per server CPU second (user us a delivery), frames of ${FRAME} bytes`;

const CASES = [
  { name: "1 in flight", load: { rooms: 1, people, "in-flight": 1 } },
  { name: "8 in flight", load: { rooms: 1, people, "in-flight": 8 } },
  { name: "32 in flight", load: { rooms: 1, people, "in-flight": 32 } },
  { name: "50 a second", load: { rooms: 1, people, rate: 50 } },
  { name: "200 x 10, 1000 a second", load: { rooms: smoke ? 5 : 200, people: 10, rate: smoke ? 50 : 1000 } },
];

async function onPeer(name, load) {
  const { dialect, start } = PEERS[name];
  const { child, port } = await start();
  const figures = await talk({ ...load, dialect, port, pid: child.pid, body: FRAME }, { theirs: true });
  child.kill();
  return figures;
}

const short = (n) => (n >= 1e6 ? `${(n / 1e6).toFixed(2)} M` : `${Math.round(n / 1e3)} k`);
const cell = (f, load) =>
  `${short(f.per_cpu_second)} (${f.user_us.toFixed(1)})${load.rate ? `, p99 ${Math.round(f.p99_ms)} ms` : ""}` +
  `${f.missing ? ", did not keep up" : f.at_odds ? ", not one order" : ""}`;

export async function rows() {
  if (!names.length) return [];
  for (const name of names) PEERS[name].install();
  const lines = [];
  for (const { name, load } of CASES) {
    lines.push({
      name, load,
      got: await inTurns({
        ours: () => withOurs({}, ({ to }) => talk({ ...load, ...to })),
        direct: () => onFloor(FRAME, load),
        coalesce: () => onFloor(FRAME, load, { coalesce: true }),
        ...Object.fromEntries(names.map((n) => [n, () => onPeer(n, load)])),
      }),
    });
  }
  const who = { ours: "Jobalike", ...Object.fromEntries(names.map((n) => [n, PEERS[n].what])),
    direct: "bare loop, one send() each", coalesce: "bare loop, one send() a turn" };
  if (!smoke) {
    console.log(`\n| | ${CASES.map((c) => c.name).join(" | ")} |\n|${" --- |".repeat(CASES.length + 1)}`);
    for (const [key, what] of Object.entries(who))
      console.log(`| ${what} | ${lines.map(({ got, load }) => cell(got[key], load)).join(" | ")} |`);
  }
  return lines.map(({ name, got }) => {
    const best = Math.max(...names.map((n) => got[n].per_cpu_second));
    return row(`${name}, of the best of them`, "> 1", (got.ours.per_cpu_second / best).toFixed(2), got.ours.per_cpu_second > best);
  });
}
