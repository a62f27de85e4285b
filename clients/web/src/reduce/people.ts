/** Who belongs to the session, as staff see it, and what one knows of oneself. */

import {
  type EventOf,
  isStaff,
  type Mute,
  type Person,
  PLENARY,
  type Room,
  type View,
} from "../protocol.ts";
import type { Reducers } from "./index.ts";
import { byId, changeById, without } from "./lists.ts";

/** The room of somebody who never sat; as a room it is the facilitator channel, where nobody sits. */
const NOWHERE = 0;
const MINUTE = 60_000;

/** What oneself and a row of the staff's list have in common, and events change. */
type Floor = Pick<Person, "hand" | "called" | "mute">;

/** The one this is about changes: in the list, which only staff have, and when it is oneself. */
export function changePerson(
  view: View,
  id: number,
  change: <P extends Floor>(person: P) => P,
): View {
  const { you, list } = view.people;
  const nextYou = you.id === id ? change(you) : you;
  const nextList = list && changeById(list, id, change);
  if (nextYou === you && nextList === list) return view;
  return {
    ...view,
    people: { ...view.people, you: nextYou, ...(nextList ? { list: nextList } : {}) },
  };
}

/** A row of the staff's list changes; others have none. */
export function changeRow(view: View, id: number, change: (person: Person) => Person): View {
  const { list } = view.people;
  const next = list && changeById(list, id, change);
  return next === undefined || next === list
    ? view
    : { ...view, people: { ...view.people, list: next } };
}

/** Does this person belong to the session now? */
export const isSeated = (p: Person): boolean => !p.left && !p.removed;

function hasSpace(view: View, room: Room): boolean {
  if (room.capacity === undefined) return true;
  const here = (view.people.list ?? []).filter((p) => p.room === room.id && isSeated(p));
  return here.length < room.capacity;
}

/** Attendees and observers are sent to the room of their area; staff go where they like. */
const isSent = (view: View, { role }: Pick<Person, "role">): boolean =>
  view.rooms.sent && (role === "attendee" || role === "observer");

/**
 * Where somebody sits down who comes in: where they sat before, the room of their area, the plenary.
 * Somebody who had left is wanted where they sat, but in the plenary only if their area has no room for
 * them: people were sent on while they were away. Into a locked room nobody comes anew.
 */
function placeFor(view: View, person: Pick<Person, "role" | "area" | "room">): number {
  const sent = isSent(view, person);
  const before = byId(view.rooms.list, person.room);
  const own =
    sent && person.area !== undefined
      ? view.rooms.list.find((r) => r.area === person.area && !r.closed)
      : undefined;
  const wanted = before && person.room !== NOWHERE && !(sent && before.id === PLENARY);
  if (wanted && !before.closed && (isStaff(person.role) || hasSpace(view, before)))
    return before.id;
  return own && !own.locked && hasSpace(view, own) ? own.id : PLENARY;
}

function joined(view: View, e: EventOf<"people.joined">): View {
  const { list } = view.people;
  if (!list || e.by !== e.seq || byId(list, e.seq)) return view;
  const { name = "", school = "", job, area, language } = e;
  const role = view.session.phase === "closed" ? "observer" : e.role;
  const person: Person = {
    id: e.seq,
    name,
    school,
    ...(job === undefined ? {} : { job }),
    ...(area === undefined ? {} : { area }),
    language,
    role,
    room: placeFor(view, { role, room: NOWHERE, ...(area === undefined ? {} : { area }) }),
  };
  return { ...view, people: { ...view.people, list: [...list, person] } };
}

export const people: Pick<
  Reducers,
  | "people.joined"
  | "people.returned"
  | "people.left"
  | "people.appointed"
  | "people.muted"
  | "people.unmuted"
  | "people.removed"
> = {
  "people.joined": joined,

  "people.returned": (view, { by = 0 }) =>
    changeRow(view, by, (p) => (p.left ? { ...without(p, "left"), room: placeFor(view, p) } : p)),

  "people.left": (view, { who }) =>
    changeRow(view, who, (p) =>
      isSeated(p) ? without({ ...p, left: true }, "hand", "called") : p,
    ),

  "people.appointed": (view, { who, role }) =>
    changeRow(view, who, (p) => (p.removed ? p : { ...p, role })),

  "people.muted": (view, { who, at, by, name = "", minutes, reason, note }) => {
    if (by === undefined) return view;
    const until = at + minutes * MINUTE;
    const mute: Mute = { until, by, name, reason, ...(note === undefined ? {} : { note }) };
    return changePerson(view, who, (p) => ({ ...p, mute }));
  },

  "people.unmuted": (view, { who }) => changePerson(view, who, (p) => without(p, "mute")),

  "people.removed": (view, { who }) =>
    changeRow(view, who, (p) => without({ ...p, removed: true }, "hand", "called", "left")),
};
