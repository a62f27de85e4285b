/** Who this device is in a session: a secret, by which the server knows somebody who comes again. */

import { keep, keptJson } from "./device.ts";

interface Seat {
  readonly id: string;
  readonly name: string;
  /** Until then (ms) they do not come as somebody else. */
  readonly until: number;
}

const slot = (session: string): string => `device.${session}`;

function seatOf(session: string): Seat | null {
  const old = keptJson(slot(session));
  if (typeof old !== "object" || old === null || !("id" in old) || typeof old.id !== "string")
    return null;
  return {
    id: old.id,
    name: "name" in old && typeof old.name === "string" ? old.name : "",
    until: "until" in old && typeof old.until === "number" ? old.until : 0,
  };
}

const keepSeat = (session: string, seat: Seat | null): void =>
  keep(slot(session), seat && JSON.stringify(seat));

const secret = (): string =>
  [...crypto.getRandomValues(new Uint8Array(12))]
    .map((b) => b.toString(16).padStart(2, "0"))
    .join("");

/** Another name is another person, but for who is muted or was removed. */
export function deviceFor(session: string, name: string): string {
  const old = seatOf(session);
  if (old && (old.name === name || old.until > Date.now())) return old.id;
  const id = secret();
  keepSeat(session, { id, name, until: 0 });
  return id;
}

/** Whoever sits here is muted until then (0: is not), or was removed for good (Number.MAX_VALUE). */
export function bindSeat(session: string, until: number): void {
  const old = seatOf(session);
  if (old && old.until !== until) keepSeat(session, { ...old, until });
}

/** Who sat here is not known any more; that they were muted is. */
export function forgetSeat(session: string): void {
  const old = seatOf(session);
  keepSeat(session, old && old.until > Date.now() ? { ...old, name: "" } : null);
}
