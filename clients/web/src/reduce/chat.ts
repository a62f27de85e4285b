/** What people say: the last lines of each talk one has. What lies before them changes no view. */

import { type EventFrame, LIMIT_WINDOW, type Line, type Reacted, type View } from "../protocol.ts";
import type { Reducers } from "./index.ts";
import { changeAt, changeById, without } from "./lists.ts";
import { changePerson } from "./people.ts";

/** The talk of a room changes, if one has it. */
function changeLines(
  view: View,
  room: number,
  change: (lines: readonly Line[]) => readonly Line[],
): View {
  const at = view.chat.talks.findIndex((t) => t.room === room);
  const talks = changeAt(view.chat.talks, at, (talk) => {
    const lines = change(talk.lines);
    return lines === talk.lines ? talk : { ...talk, lines };
  });
  return talks === view.chat.talks ? view : { ...view, chat: { ...view.chat, talks } };
}

const changeLine = (view: View, room: number, id: number, change: (line: Line) => Line): View =>
  changeLines(view, room, (lines) => changeById(lines, id, change));

/** A reaction given or taken back; an empty list is no list. */
export function react(line: Line, reacted: Reacted, on: boolean): Line {
  if (line.removed) return line;
  const old = line.reactions ?? [];
  const same = (r: Reacted) => r.by === reacted.by && r.kind === reacted.kind;
  if (old.some(same) === on) return line;
  const reactions = on ? [...old, reacted] : old.filter((r) => !same(r));
  return reactions.length ? { ...line, reactions } : without(line, "reactions");
}

/** A line taken back keeps its place and loses its words. */
export const takeBack = (line: Line): Line =>
  without({ ...line, removed: true }, "text", "quote", "edited", "reactions");

/** What becomes of a line, in a window or among older ones that a screen has loaded. */
export function advance(line: Line, event: EventFrame): Line {
  switch (event.event) {
    case "chat.edited":
      return event.line !== line.id || line.removed
        ? line
        : { ...line, text: event.text, edited: event.at };
    case "chat.removed":
      return event.line !== line.id ? line : takeBack(line);
    case "chat.reacted": {
      const { kind, by = 0, school = "", on } = event;
      return event.line !== line.id ? line : react(line, { kind, by, school }, on);
    }
    default:
      return line;
  }
}

export const chat: Pick<Reducers, "chat.said" | "chat.edited" | "chat.removed" | "chat.reacted"> = {
  "chat.said": (view, { seq, at, by = 0, name = "", school = "", room, text, reply, quote }) => {
    const topic = view.agenda.active;
    const line: Line = {
      id: seq,
      at,
      by,
      name,
      school,
      text,
      ...(topic === undefined ? {} : { topic }),
      ...(reply === undefined ? {} : { reply }),
      ...(quote === undefined ? {} : { quote }),
    };
    const said = changeLines(view, room, (lines) => [...lines, line].slice(-LIMIT_WINDOW));
    return changePerson(said, by, (p) => without(p, "called"));
  },

  "chat.edited": (view, event) =>
    changeLine(view, event.room, event.line, (l) => advance(l, event)),
  "chat.removed": (view, event) =>
    changeLine(view, event.room, event.line, (l) => advance(l, event)),
  "chat.reacted": (view, event) =>
    changeLine(view, event.room, event.line, (l) => advance(l, event)),
};
