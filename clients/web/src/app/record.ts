/** The record of a closed session, or of a closed room: its lines, asked for page by page. */

import { signal } from "@preact/signals";
import type { Line } from "../protocol.ts";
import { query } from "./live.ts";

export interface Recorded {
  readonly rooms: ReadonlyMap<number, readonly Line[]>;
  readonly lines: number;
  readonly complete: boolean;
  readonly failed: boolean;
}

const NOTHING: Recorded = { rooms: new Map(), lines: 0, complete: false, failed: false };
const RETRY_MS = 2000;
const TRIES = 5;

export const record = signal<Recorded>(NOTHING);

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** One page; waits where the server asks to, gives up when it never comes. */
async function page(room: number, before: number | undefined) {
  for (let i = 0; i < TRIES; i++) {
    const said = await query("chat.history", before === undefined ? { room } : { room, before });
    if (said.ok) return said.answer;
    if (said.error === "forbidden" || said.error === "not_found") return null;
    await sleep(said.retry_ms ?? RETRY_MS);
  }
  return undefined;
}

/** Reads all rooms; `wanted` turns false when nobody looks any more. */
export async function readRecord(rooms: readonly number[], wanted: () => boolean): Promise<void> {
  record.value = NOTHING;
  for (const room of rooms) {
    let before: number | undefined;
    for (;;) {
      const found = await page(room, before);
      if (!wanted()) return;
      if (found === undefined) {
        record.value = { ...record.value, failed: true };
        return;
      }
      if (found === null) break;
      const old = record.value.rooms.get(room) ?? [];
      const map = new Map(record.value.rooms).set(room, [...found.lines, ...old]);
      record.value = {
        ...record.value,
        rooms: map,
        lines: record.value.lines + found.lines.length,
      };
      before = found.lines[0]?.id;
      if (!found.more || before === undefined) break;
    }
  }
  record.value = { ...record.value, complete: true };
}
