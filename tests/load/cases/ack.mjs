// From a line to its acknowledgement (the speaker's own screen), beside the disk's own fdatasync in the same run,
// as often and on the same core.

import { rmSync } from "node:fs";
import { tempDir } from "../../lib-js/server.mjs";
import { atMost, generate, inTurns, SECONDS, SERVER_CORE, smoke, talk, withInstances, withOurs } from "../bench.mjs";

const sessions = smoke ? 5 : 100;
const rate = smoke ? 100 : 1000;

export const title = `${rate} lines a second over ${sessions} sessions of 10, from line to acknowledgement`;

export async function rows() {
  const dir = tempDir("disk"); // where the servers' data is, too
  const load = { rooms: sessions, people: 10, rate };
  const { disk, sqlite, redis } = await inTurns({
    disk: () => generate("disk", { data: dir, seconds: smoke ? 0.3 : SECONDS, rate }, { core: SERVER_CORE }),
    sqlite: () => withOurs({ sessions }, ({ to }) => talk({ ...load, ...to })),
    redis: () => withInstances(1, { sessions, shared: false }, ({ to }) => talk({ ...load, ...to })),
  });
  rmSync(dir, { recursive: true });
  const both = (name, f) => [
    atMost(`${name}: p50`, f.ack_p50_ms / disk.p50_ms, 2, "fdatasync",
      `ack p50 ${f.ack_p50_ms} p99 ${f.ack_p99_ms} max ${f.ack_max_ms} ms; fdatasync p50 ${disk.p50_ms} p99 ` +
      `${disk.p99_ms} ms; ${f.line_us.toFixed(0)} us a line, lag ${f.lag_ms.toFixed(1)} ms`),
    atMost(`${name}: p99`, f.ack_p99_ms / disk.p99_ms, 3, "fdatasync"),
  ];

  return [...both("SQLite", sqlite), ...both("Redis, appendfsync always", redis)];
}
