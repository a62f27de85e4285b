/** Nothing of who one was in a session stays on a device that others use, too. */

import { keepUnsent } from "../machine/unsent.ts";
import { keep, keptUnder } from "./device.ts";
import { forgetSeat } from "./seat.ts";
import { forgetTicket } from "./tickets.ts";

/** What is kept for each session under one of these and its id, and in some for each room. */
const OF_SESSION = ["draft", "read", "spot"] as const;

/** Forgets ticket, invitation, drafts and places of a session, here and in this tab, and how one is called. */
export function forgetMe(id: string): void {
  forgetTicket(id);
  forgetSeat(id);
  keepUnsent(id, []);
  for (const kind of OF_SESSION)
    for (const name of keptUnder(`${kind}.${id}`))
      if (`${name}.`.startsWith(`${kind}.${id}.`)) keep(name, null);
  keep("me", null);
}
