/**
 * Own lines that were confirmed a moment ago. A store may lose the last seconds of what it confirmed; then
 * the log has another epoch, and a view under it tells which of these it still holds. The others are
 * offered again with the same n, as if they had never been confirmed.
 */

import type { CommandFrame } from "../protocol.ts";
import { LIMIT_PENDING } from "../protocol.ts";

export interface Line {
  readonly frame: CommandFrame;
  /** The line's id. */
  readonly seq: number;
  /** When it was confirmed, and in which history. */
  readonly at: number;
  readonly epoch: string;
}

export type Confirmed = readonly Line[];

/** What was confirmed longer ago than this is not looked for. */
export const KEPT_MS = 60_000;

/** The newest ones, as many as hello may ask about. */
export const recent = (lines: Confirmed, now: number): Confirmed =>
  lines.filter((l) => now - l.at < KEPT_MS).slice(-LIMIT_PENDING);

export const add = (
  lines: Confirmed,
  frame: CommandFrame,
  seq: number,
  epoch: string,
  now: number,
): Confirmed =>
  frame.command === "chat.say" ? recent([...lines, { frame, seq, at: now, epoch }], now) : lines;

/** Changed or taken back since, by whomever: the old words shall not return. */
export const forget = (lines: Confirmed, seq: number): Confirmed =>
  lines.filter((l) => l.seq !== seq);

/** What this view's history holds, and what is to be offered again, in order. */
export function compare(
  lines: Confirmed,
  epoch: string,
  taken: readonly number[],
  now: number,
): readonly [Confirmed, readonly CommandFrame[]] {
  const isHeld = (l: Line): boolean => l.epoch === epoch || taken.includes(l.frame.n);
  const known = recent(lines, now);
  return [
    known.filter(isHeld).map((l) => ({ ...l, epoch })),
    known.filter((l) => !isHeld(l)).map((l) => l.frame),
  ];
}
