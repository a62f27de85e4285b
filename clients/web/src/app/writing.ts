/** What the composer is doing besides plain writing: answering a line, or changing one's own. */

import { signal } from "@preact/signals";
import type { Line } from "../protocol.ts";

export type Writing =
  | { readonly mode: "reply"; readonly room: number; readonly line: Line }
  | { readonly mode: "edit"; readonly room: number; readonly line: Line };

export const writing = signal<Writing | null>(null);

/** Asks the composer of a room to take the focus. */
export const wanted = signal(0);

export function replyTo(room: number, line: Line): void {
  writing.value = { mode: "reply", room, line };
  wanted.value++;
}

export function edit(room: number, line: Line): void {
  writing.value = { mode: "edit", room, line };
  wanted.value++;
}
