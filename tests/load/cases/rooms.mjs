// Many small rooms in one session: what a line and its deliveries cost, and that it costs no more when ten thousand
// people are in the session.

import { atLeast, atMost, inTurns, onFloor, per, smoke, talk, withOurs } from "../bench.mjs";

const rooms = smoke ? 5 : 200;
const people = 10;
const crowd = smoke ? 100 : 10_000;
const rate = 5 * rooms;

// Who has come is told a session at most once in a millisecond for each that is in it (hub/digest.c): the last of it
// is over before lines are counted.
const settled = (n) => (smoke ? {} : { "warm-up": 3 + n / 1000 });

export const title = `${rooms} rooms of ${people} in one session, ${rate} lines a second`;

export async function rows() {
  const options = { rooms, people, rate };
  const others = crowd - rooms * people;
  const frame = (got) => Math.round(got.ours[0].frame);
  const { ours, large, direct } = await inTurns({
    ours: () => withOurs({}, ({ to }) => talk({ ...options, ...settled(rooms * people), ...to })),
    direct: (got) => onFloor(frame(got), options),
    large: () => withOurs({}, ({ to }) => talk({ ...options, others, ...settled(crowd), ...to })),
  });
  const beside = ours.line_us - direct.line_us;
  const said = (f) =>
    `${per(f.per_cpu_second)}/s, ${f.line_us.toFixed(0)} us a line, user ${f.user_us.toFixed(2)} us, ` +
    `p50 ${f.p50_ms} p99 ${f.p99_ms} ms, lag ${f.lag_ms.toFixed(1)} ms`;

  return [
    atLeast("of the one-send loop", ours.per_cpu_second / direct.per_cpu_second, 0.8,
      `${said(ours)}; loop ${per(direct.per_cpu_second)}, ${direct.line_us.toFixed(0)} us a line`),
    atMost("a line beside its deliveries", beside, 25, "us"),
    atLeast(`with ${crowd} in the session, of the same`, large.per_cpu_second / ours.per_cpu_second, 0.9, said(large)),
  ];
}
