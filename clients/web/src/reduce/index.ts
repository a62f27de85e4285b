/**
 * How a view advances by one event: the twin of the server's reducers, held to them by the same vectors
 * and by the law that what was reduced here equals the view the server would send now.
 * Pure and total: an event that makes no sense changes nothing.
 */

import type { EventName, EventOf, View } from "../protocol.ts";
import { agenda } from "./agenda.ts";
import { chat } from "./chat.ts";
import { hands } from "./hands.ts";
import { notices } from "./notices.ts";
import { people } from "./people.ts";
import { rooms } from "./rooms.ts";
import { session } from "./session.ts";

/** One pure function for every event of the protocol; a missing one does not compile. */
export type Reducers = {
  readonly [K in EventName]: (view: View, event: EventOf<K>) => View;
};

const reducers: Reducers = {
  ...session,
  ...people,
  ...rooms,
  ...agenda,
  ...chat,
  ...hands,
  ...notices,
};

export function reduce<K extends EventName>(view: View, event: EventOf<K>): View {
  const one = Object.hasOwn(reducers, event.event) ? reducers[event.event] : undefined;
  return one ? (one as (view: View, event: EventOf<K>) => View)(view, event) : view;
}
