// Readers that stop reading: what it costs the others in the room, and the server's memory.

import { atMost, inTurns, memoryKib, smoke, talk, withOurs } from "../bench.mjs";

const people = smoke ? 95 : 950;
const deaf = smoke ? 5 : 50;

export const title = `${deaf} of ${people + deaf} in a room stop reading`;

const options = { rooms: 1, rate: 25, body: 1500, seconds: smoke ? 1 : 16 };

/** The most memory while they talk, and what is left of it a while later. */
async function talkWatched({ server, to }, who) {
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, memoryKib(server.pid));
  }, 100);
  const figures = await talk({ ...options, ...who, ...to });
  clearInterval(watch);
  await new Promise((done) => setTimeout(done, smoke ? 100 : 3000));
  return { ...figures, most, left: memoryKib(server.pid) };
}

export async function rows() {
  const { all, some } = await inTurns({
    all: () => withOurs({}, (ours) => talkWatched(ours, { people: people + deaf })),
    some: () => withOurs({}, (ours) => talkWatched(ours, { people, others: deaf, deaf: true })),
  });
  const mib = (kib) => kib / 1024;
  const said = (f) => `p50 ${f.p50_ms} p99 ${f.p99_ms} max ${f.max_ms} ms, lag ${f.lag_ms.toFixed(1)} ms`;

  return [
    atMost("p99 of the others", some.p99_ms / all.p99_ms, 1.1, "of all", `${said(some)}; all read: ${said(all)}`),
    atMost("memory, at the most", mib(some.most - all.most), 16, "MiB more",
      `${mib(some.most).toFixed(1)} MiB; all read: ${mib(all.most).toFixed(1)}; one queue ${some.queue_high} bytes`),
    atMost("memory, afterwards", mib(some.left - all.left), 4, "MiB more"),
  ];
}
