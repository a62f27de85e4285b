/**
 * Lines on their way, kept over a reload for the life of the tab. Each tab has its own: two tabs of one
 * person do not send each other's lines. Where the browser keeps nothing, the page itself still has them.
 */

import { type Outbox, restored } from "./outbox.ts";

const name = (session: string): string => `jobalike.unsent.${session}`;

export function keepUnsent(session: string, lines: Outbox): void {
  try {
    if (lines.length === 0) sessionStorage.removeItem(name(session));
    else sessionStorage.setItem(name(session), JSON.stringify(lines));
  } catch {
    // private mode, or full
  }
}

export function unsentOf(session: string): Outbox {
  try {
    return restored(JSON.parse(sessionStorage.getItem(name(session)) ?? "[]"));
  } catch {
    return [];
  }
}
