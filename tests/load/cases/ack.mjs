// From a line to its acknowledgement (the speaker's own screen), beside the disk's own fdatasync in the same run.

import { rmSync } from "node:fs";
import { tempDir } from "../../lib-js/server.mjs";
import { atMost, generate, inTurns, smoke, talk, withOurs } from "../bench.mjs";

const sessions = smoke ? 5 : 100;
const rate = smoke ? 100 : 1000;

export const title = `${rate} lines a second over ${sessions} sessions of 10, from line to acknowledgement`;

export async function rows() {
  const dir = tempDir("disk"); // where the servers' data is, too
  const { ours, disk } = await inTurns({
    disk: () => generate("disk", { data: dir, seconds: smoke ? 0.3 : 2 }),
    ours: () => withOurs({ sessions }, ({ to }) => talk({ rooms: sessions, people: 10, rate, ...to })),
  });
  rmSync(dir, { recursive: true });
  const more =
    `ack p50 ${ours.ack_p50_ms} p99 ${ours.ack_p99_ms} max ${ours.ack_max_ms} ms; ` +
    `fdatasync p50 ${disk.p50_ms} p99 ${disk.p99_ms} ms; ${ours.line_us.toFixed(0)} us a line, lag ${ours.lag_ms.toFixed(1)} ms`;

  return [
    atMost("SQLite: p50", ours.ack_p50_ms / disk.p50_ms, 2, "fdatasync", more),
    atMost("SQLite: p99", ours.ack_p99_ms / disk.p99_ms, 3, "fdatasync"),
  ];
}
