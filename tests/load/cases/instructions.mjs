// What a delivery costs in instructions of our own process (user space), counted by callgrind: the one figure here that
// does not depend on what else the machine does. Two runs of different length are taken, so that start and joining
// fall out.

import { row, smoke, talk, withOurs } from "../bench.mjs";

const people = smoke ? 10 : 100;
const few = smoke ? 5 : 100;
const many = smoke ? 10 : 500;

export const title = `instructions (callgrind) in one room of ${people}`;

async function count(lines, load) {
  let server;
  const figures = await withOurs({ under: ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"] }, (ours) => {
    server = ours.server;
    return talk({ rooms: 1, people, lines, seconds: 600, "warm-up": 0, ...load, ...ours.to });
  });
  return { figures, instructions: Number(/Collected : (\d+)/.exec(server.err())[1]) };
}

async function each(load) {
  const a = await count(few, load);
  const b = await count(many, load);
  return (b.instructions - a.instructions) / (b.figures.deliveries - a.figures.deliveries);
}

export async function rows() {
  const list = [];
  for (const inFlight of smoke ? [1] : [1, 8, 32]) {
    const value = await each({ "in-flight": inFlight });
    list.push(row(`${inFlight} in flight, a delivery`, "-", value.toFixed(0), true));
  }
  return list;
}
