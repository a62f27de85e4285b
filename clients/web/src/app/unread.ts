/** What this device has read: how many lines of each room, and where one stood in it. */

import { signal } from "@preact/signals";
import { keep, keptJson } from "./device.ts";

type Read = Readonly<Record<string, number>>;

const isRead = (x: unknown): x is Read =>
  typeof x === "object" && x !== null && Object.values(x).every((v) => typeof v === "number");

const counts = signal<Read>({});
const last = signal<Read>({});
let id = "";

export function startUnread(session: string): void {
  id = session;
  const old = keptJson(`read.${id}`);
  const spots = keptJson(`spot.${id}`);
  counts.value = isRead(old) ? old : {};
  last.value = isRead(spots) ? spots : {};
}

/** Lines of a room that were said since one was there, or since one came to the session. */
export function unreadOf(room: number, lines: number): number {
  const seen = counts.value[room];
  return seen === undefined ? 0 : Math.max(0, lines - seen);
}

/** One reads this room: all its lines are old now. A room first heard of begins at nothing new. */
export function readUpTo(room: number, lines: number): void {
  if (counts.value[room] === lines) return;
  counts.value = { ...counts.value, [room]: lines };
  keep(`read.${id}`, JSON.stringify(counts.value));
}

export const known = (room: number): boolean => counts.value[room] !== undefined;

/** The last line one saw in a room; the next visit begins below it. */
export const spotOf = (room: number): number | undefined => last.value[room];

export function markSpot(room: number, line: number): void {
  if ((last.value[room] ?? 0) >= line) return;
  last.value = { ...last.value, [room]: line };
  keep(`spot.${id}`, JSON.stringify(last.value));
}
