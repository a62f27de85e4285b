/** The ticket of a session: kept on this device, and first of all by this tab, so that one browser can be
 *  several people in several tabs and each stays who they are over a reload. */

import { keep, kept, keptUnder } from "./device.ts";

const ticketName = (id: string): string => `ticket.${id}`;
const invitationName = (id: string): string => `invitation.${id}`;
const tabName = (id: string): string => `jobalike.ticket.${id}`;

export interface Claims {
  readonly kind: "ticket" | "invite";
  readonly role: string;
}

/** What a ticket says of itself. Only to show the right page: whether it is true, the server decides. */
export function claims(token: string): Claims | null {
  try {
    const body = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const said: unknown = JSON.parse(atob(body));
    if (typeof said !== "object" || said === null || !("kind" in said) || !("role" in said))
      return null;
    const kind = said.kind === "invite" ? "invite" : "ticket";
    return { kind, role: String(said.role) };
  } catch {
    return null;
  }
}

function ofTab(id: string): string | null {
  try {
    return sessionStorage.getItem(tabName(id));
  } catch {
    return null;
  }
}

function setTab(id: string, ticket: string): void {
  try {
    sessionStorage.setItem(tabName(id), ticket);
  } catch {
    // then the device's copy serves
  }
}

/** The ticket to say hello with; null: the join page comes first. */
export function ticketOf(id: string): string | null {
  const tab = ofTab(id);
  return tab === null ? kept(ticketName(id)) : tab || null;
}

export function keepTicket(id: string, ticket: string): void {
  setTab(id, ticket);
  keep(ticketName(id), ticket);
}

/** The server does not take it: nobody shall offer it again. */
export function dropTicket(id: string, ticket: string): void {
  setTab(id, "");
  if (kept(ticketName(id)) === ticket) keep(ticketName(id), null);
}

/** For good: neither this tab nor this device knows it any more. */
export function forgetTicket(id: string): void {
  keep(ticketName(id), null);
  keep(invitationName(id), null);
  try {
    sessionStorage.removeItem(tabName(id));
  } catch {
    // nothing was kept
  }
}

/** The sessions this device has a ticket or an invitation for. */
export const invitationsAndTickets = (): readonly string[] => [
  ...new Set(
    [ticketName(""), invitationName("")].flatMap((prefix) =>
      keptUnder(prefix).map((name) => name.slice(prefix.length)),
    ),
  ),
];

export const hasTicket = (id: string): boolean => kept(ticketName(id)) !== null;

export const invitationOf = (id: string): string | null => kept(invitationName(id));

/** What a link held. An invitation for a role other than that of the ticket here means somebody else. */
export function takeLink(id: string, token: string): void {
  const said = claims(token);
  if (said?.kind !== "invite") {
    keepTicket(id, token);
    return;
  }
  keep(invitationName(id), token);
  const mine = ticketOf(id);
  if (mine && claims(mine)?.role !== said.role) setTab(id, "");
}
