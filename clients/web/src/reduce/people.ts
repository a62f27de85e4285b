/** Who belongs to the session, as staff see it, and what one knows of oneself. */

import type { EventOf, Person, View } from "../../../../protocol/gen/protocol.ts";
import type { Reducers } from "./index.ts";
import { byId, changeById, without } from "./lists.ts";

const PLENARY = 1;
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

const seated = (list: readonly Person[], room: number): number =>
  list.reduce((n, p) => (p.room === room && !p.left && !p.removed ? n + 1 : n), 0);

/** Where somebody sits down who comes in: the room of their area once people were sent there. */
function placeFor(view: View, person: Pick<Person, "role" | "area">): number {
  if (!view.rooms.sent || (person.role !== "attendee" && person.role !== "observer"))
    return PLENARY;
  const room = view.rooms.list.find(
    (r) => r.area === person.area && r.area !== undefined && !r.closed,
  );
  if (!room) return PLENARY;
  const full =
    room.capacity !== undefined && seated(view.people.list ?? [], room.id) >= room.capacity;
  return full ? PLENARY : room.id;
}

function joined(view: View, e: EventOf<"people.joined">): View {
  const { list } = view.people;
  if (!list || byId(list, e.seq)) return view;
  const { job, area, language, role } = e;
  const person: Person = {
    id: e.seq,
    name: e.name ?? "",
    school: e.school ?? "",
    ...(job === undefined ? {} : { job }),
    ...(area === undefined ? {} : { area }),
    language,
    role,
    room: placeFor(view, e),
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

  "people.returned": (view, { by = 0 }) => changeRow(view, by, (p) => without(p, "left")),

  "people.left": (view, { who }) =>
    changeRow(view, who, (p) => without({ ...p, left: true }, "hand", "called")),

  "people.appointed": (view, { who, role }) => changeRow(view, who, (p) => ({ ...p, role })),

  "people.muted": (view, { who, at, by = 0, name = "", minutes, reason, note }) =>
    changePerson(view, who, (p) => ({
      ...p,
      mute: {
        until: at + minutes * MINUTE,
        by,
        name,
        reason,
        ...(note === undefined ? {} : { note }),
      },
    })),

  "people.unmuted": (view, { who }) => changePerson(view, who, (p) => without(p, "mute")),

  "people.removed": (view, { who }) =>
    changeRow(view, who, (p) => without({ ...p, removed: true }, "hand", "called")),
};
