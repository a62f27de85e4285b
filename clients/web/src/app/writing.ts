/** What the composer is doing besides plain writing: answering a line, or changing one's own. */

import { signal } from "@preact/signals";
import type { Line } from "../protocol.ts";
import { draftOf, setDraft } from "./drafts.ts";

export type Writing =
  | { readonly mode: "reply"; readonly room: number; readonly line: Line }
  | {
      readonly mode: "edit";
      readonly room: number;
      readonly line: Line;
      /** The draft that waits until the change is done. */
      readonly before: string;
    };

export const writing = signal<Writing | null>(null);

/** Asks the composer of a room to take the focus. */
export const wanted = signal(0);

/** Back to plain writing; the draft from before a change is there again. */
export function stopWriting(): void {
  const now = writing.value;
  writing.value = null;
  if (now?.mode === "edit") setDraft(now.room, now.before);
}

export function replyTo(room: number, line: Line): void {
  stopWriting();
  writing.value = { mode: "reply", room, line };
  wanted.value++;
}

export function edit(room: number, line: Line): void {
  stopWriting();
  writing.value = { mode: "edit", room, line, before: draftOf(room) };
  setDraft(room, line.text ?? "");
  wanted.value++;
}

/** The composer has the focus, or had it until just now: on a phone the tabs make room for the keyboard. */
export const composing = signal(false);

/** As long as a press may take: were the tabs back before it ends, it would miss what it was aimed at. */
const PRESS_MS = 400;
let rest: ReturnType<typeof setTimeout> | undefined;

export function setComposing(on: boolean): void {
  clearTimeout(rest);
  if (on) composing.value = true;
  else
    rest = setTimeout(() => {
      composing.value = false;
    }, PRESS_MS);
}
