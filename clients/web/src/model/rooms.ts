/** Rooms as people read them: names, order, who may go where. */

import { t } from "../i18n/t.ts";
import { type Area, CHANNEL, PLENARY, type Room, type View } from "../protocol.ts";
import { areaName } from "./areas.ts";

export function roomName(room: Room, areas: readonly Area[]): string {
  if (room.id === PLENARY) return t("rooms.plenary");
  if (room.id === CHANNEL) return t("cockpit.channel");
  const area = areas.find((a) => a.key === room.area);
  return area ? areaName(area) : room.title;
}

export const roomOf = (view: View, id: number): Room | undefined =>
  view.rooms.list.find((r) => r.id === id);

export function nameOf(view: View, id: number): string {
  const room = roomOf(view, id);
  return room ? roomName(room, view.session.areas) : "";
}

/** How many are there, of how many seats if these are limited. */
export const ofSeats = ({ capacity }: Room, people: number): string =>
  capacity ? `${people}/${capacity}` : `${people}`;

/** Plenary, one's own area (if `mine` is asked for), the others by catalogue, then rooms without an area;
 *  closed ones not. */
export function openRooms(view: View, mine = true): readonly Room[] {
  const own = mine ? view.people.you.area : undefined;
  const place = (r: Room): number => {
    if (r.id === PLENARY) return -2;
    if (r.area !== undefined && r.area === own) return -1;
    const i = view.session.areas.findIndex((a) => a.key === r.area);
    return i < 0 ? view.session.areas.length : i;
  };
  return view.rooms.list
    .filter((r) => r.id !== CHANNEL && !r.closed)
    .toSorted((a, b) => place(a) - place(b) || a.id - b.id);
}

export const closedRooms = (view: View): readonly Room[] => view.rooms.list.filter((r) => r.closed);

/** Areas that have no open room yet. */
export const areasWithout = (view: View): readonly Area[] =>
  view.session.areas.filter((a) => !view.rooms.list.some((r) => r.area === a.key && !r.closed));
