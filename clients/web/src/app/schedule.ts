/** The schedule: sessions that anybody may join, and those this device has a way into. */

import { type Answer, type PublicSession, sessionPage, sessions } from "./api.ts";
import { invitationsAndTickets } from "./tickets.ts";

/** So many of its own are asked for, one by one. */
const MOST = 20;

export async function schedule(): Promise<Answer<readonly PublicSession[]>> {
  const said = await sessions();
  if (!said.ok) return said;
  const listed = new Set(said.value.map((s) => s.id));
  const own = invitationsAndTickets().filter((id) => !listed.has(id));
  const pages = await Promise.all(own.slice(0, MOST).map(sessionPage));
  return { ok: true, value: [...said.value, ...pages.flatMap((p) => (p.ok ? [p.value] : []))] };
}
