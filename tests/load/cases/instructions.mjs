// What a delivery costs in instructions of our own process (user space), counted by callgrind: the one figure here that
// does not depend on what else the machine does. Two runs of different length are taken, so that start and joining
// fall out.

import { row, smoke, talk, withOurs } from "../bench.mjs";

const people = smoke ? 10 : 100;
const rooms = smoke ? 2 : 20;
const few = smoke ? 5 : 100;
const many = smoke ? 10 : 500;

export const title = `instructions (callgrind) in one room of ${people}, and in ${rooms} rooms of 10`;

async function count(lines, load) {
  let server;
  const figures = await withOurs({ under: ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"] }, (ours) => {
    server = ours.server;
    return talk({ lines, seconds: 600, "warm-up": 0, ...load, ...ours.to });
  });
  return { figures, instructions: Number(/Collected : (\d+)/.exec(server.err())[1]) };
}

/** What one more line, or delivery, costs. */
async function each(what, load) {
  const a = await count(few, load);
  const b = await count(many, load);
  return (b.instructions - a.instructions) / (b.figures[what] - a.figures[what]);
}

export async function rows() {
  const list = [];
  for (const inFlight of smoke ? [1] : [1, 8, 32]) {
    const value = await each("deliveries", { rooms: 1, people, "in-flight": inFlight });
    list.push(row(`one room, ${inFlight} in flight, a delivery`, "-", value.toFixed(0), true));
  }
  const line = await each("lines", { rooms, people: 10, "in-flight": 10 });
  list.push(row("rooms, 10 in flight, a line with its deliveries, all threads", "-", line.toFixed(0), true));
  return list;
}
