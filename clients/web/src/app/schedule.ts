/** The schedule: sessions that anybody may join, and those this device has a way into. */

import { type Answer, type PublicSession, sessionPage, sessions } from "./api.ts";
import { invitationsAndTickets } from "./tickets.ts";

/** So many of its own are asked for, one by one. */
const MOST = 20;

/** What was said of them the last time; null: it is not there. */
const pages = new Map<string, PublicSession | null>();

/** Nothing more will be said of it: asking again would have the server load it again. */
function isSettled(id: string): boolean {
  const page = pages.get(id);
  return page === null || page?.phase === "closed";
}

async function look(id: string): Promise<void> {
  const page = await sessionPage(id);
  if (page.ok) pages.set(id, page.value);
  else if (page.error === "not_found") pages.set(id, null);
  else pages.delete(id);
}

export async function schedule(): Promise<Answer<readonly PublicSession[]>> {
  const said = await sessions();
  if (!said.ok) return said;
  const listed = new Set(said.value.map((s) => s.id));
  const own = invitationsAndTickets()
    .filter((id) => !listed.has(id))
    .slice(0, MOST);
  await Promise.all(own.filter((id) => !isSettled(id)).map(look));
  return { ok: true, value: [...said.value, ...own.flatMap((id) => pages.get(id) ?? [])] };
}
