/** Places to talk. Whoever sits down elsewhere is sent a view; here is what others see of it. */

import { CHANNEL, type Room, type View } from "../protocol.ts";
import type { Reducers } from "./index.ts";
import { byId, changeById, without } from "./lists.ts";
import { changeRow, isSeated } from "./people.ts";

function changeRoom(view: View, id: number, change: (room: Room) => Room): View {
  const list = changeById(view.rooms.list, id, change);
  return list === view.rooms.list ? view : { ...view, rooms: { ...view.rooms, list } };
}

/** Sits somebody down elsewhere in the staff's list. */
function seat(view: View, who: number, to: number): View {
  const room = byId(view.rooms.list, to);
  if (!room || room.closed || to === CHANNEL) return view;
  return changeRow(view, who, (p) => (isSeated(p) ? { ...p, room: to } : p));
}

/** Nobody finds the way back to a room that is closed. */
function forget(view: View, room: number): View {
  const { you } = view.people;
  if (you.back !== room) return view;
  return { ...view, people: { ...view.people, you: without(you, "back") } };
}

export const rooms: Pick<
  Reducers,
  | "rooms.opened"
  | "rooms.closed"
  | "rooms.locked"
  | "rooms.unlocked"
  | "rooms.entered"
  | "rooms.moved"
  | "rooms.sent"
  | "rooms.recalled"
  | "rooms.returned"
  | "rooms.watched"
  | "rooms.unwatched"
> = {
  "rooms.opened": (view, { seq, title, area, capacity }) => ({
    ...view,
    rooms: {
      ...view.rooms,
      list: [
        ...view.rooms.list,
        {
          id: seq,
          title,
          ...(area === undefined ? {} : { area }),
          ...(capacity === undefined ? {} : { capacity }),
        },
      ],
    },
  }),

  "rooms.closed": (view, { room }) =>
    forget(
      changeRoom(view, room, (r) => ({ ...r, closed: true })),
      room,
    ),

  "rooms.locked": (view, { room }) => changeRoom(view, room, (r) => ({ ...r, locked: true })),

  "rooms.unlocked": (view, { room }) => changeRoom(view, room, (r) => without(r, "locked")),

  "rooms.entered": (view, { by = 0, to }) => seat(view, by, to),

  "rooms.moved": (view, { who, to }) => seat(view, who, to),

  // Staff and everybody who sits elsewhere now are sent views: this is for those who stayed.
  "rooms.sent": (view) => ({ ...view, rooms: { ...without(view.rooms, "recall"), sent: true } }),

  "rooms.recalled": (view, { at, seconds, by, name = "" }) =>
    by === undefined
      ? view
      : { ...view, rooms: { ...view.rooms, recall: { until: at + seconds * 1000, by, name } } },

  "rooms.returned": (view) => ({
    ...view,
    rooms: { ...without(view.rooms, "recall"), sent: false },
  }),

  // Told to the room, kept by nobody but the one who watches, and they are sent a view.
  "rooms.watched": (view) => view,
  "rooms.unwatched": (view) => view,
};
