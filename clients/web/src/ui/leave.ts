/** Giving up the seat: asked of the server, then the page says that one has left. */

import { signal } from "@preact/signals";
import { act } from "../app/act.ts";
import { leave } from "../app/live.ts";

/** The session that was left on this page; its ticket is still good. */
export const left = signal<string | null>(null);

export async function leaveSession(id: string): Promise<void> {
  const outcome = await act("people.leave", {});
  if (!outcome.ok) return;
  leave();
  left.value = id;
}
