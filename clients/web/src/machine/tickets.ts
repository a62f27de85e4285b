/**
 * What this device keeps of a session: the ticket and drafts for good, lines on their way for the life of
 * the tab. Where the browser keeps nothing (private mode, full), it is the life of the page.
 */

import { keep, kept } from "../app/device.ts";
import { ticketName } from "../app/route.ts";
import { type Outbox, restored } from "./outbox.ts";

export const ticketOf = (session: string): string | null => kept(ticketName(session));

export const keepTicket = (session: string, ticket: string | null): void =>
  keep(ticketName(session), ticket);

const draftName = (session: string, room: number): string => `draft.${session}.${room}`;

export const draftOf = (session: string, room: number): string =>
  kept(draftName(session, room)) ?? "";

export const keepDraft = (session: string, room: number, text: string): void =>
  keep(draftName(session, room), text === "" ? null : text);

const unsentName = (session: string): string => `jobalike.unsent.${session}`;

/** Each tab has its own: two tabs of one person do not send each other's lines. */
export function keepUnsent(session: string, lines: Outbox): void {
  try {
    if (lines.length === 0) sessionStorage.removeItem(unsentName(session));
    else sessionStorage.setItem(unsentName(session), JSON.stringify(lines));
  } catch {
    // the page itself still has them
  }
}

export function unsentOf(session: string): Outbox {
  try {
    return restored(JSON.parse(sessionStorage.getItem(unsentName(session)) ?? "[]"));
  } catch {
    return [];
  }
}
