/** What one was writing, for each room, on this device. A draft goes along when its writer is moved. */

import { signal } from "@preact/signals";
import { keep, kept } from "./device.ts";

let id = "";
const drafts = signal<Readonly<Record<number, string>>>({});

const name = (room: number) => `draft.${id}.${room}`;

export function startDrafts(session: string): void {
  id = session;
  drafts.value = {};
}

export const draftOf = (room: number): string => drafts.value[room] ?? kept(name(room)) ?? "";

export function setDraft(room: number, text: string): void {
  drafts.value = { ...drafts.value, [room]: text };
  keep(name(room), text === "" ? null : text);
}

/** Somebody was moved: what they had begun is in the composer of the room they come to. */
export function carryDraft(from: number, to: number): boolean {
  const text = draftOf(from);
  if (text.trim() === "") return false;
  const there = draftOf(to);
  setDraft(to, there ? `${there}\n${text}` : text);
  setDraft(from, "");
  return true;
}
