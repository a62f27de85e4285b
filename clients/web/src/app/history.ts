/** All lines of a room that this page knows: the view's window, what slid out of it, and what was asked for. */

import { signal } from "@preact/signals";
import { type EventFrame, LIMIT_WINDOW, type Line } from "../protocol.ts";
import { react, takeBack } from "../reduce/chat.ts";
import { onEvent, query } from "./live.ts";

interface Known {
  /** Oldest first, without a hole. */
  readonly lines: readonly Line[];
  /** There may be older ones. */
  readonly more: boolean;
}

const rooms = new Map<number, Known>();
const busy = signal<ReadonlySet<number>>(new Set());
/** Counts the changes to lines outside the window: whoever draws them reads it. */
const changes = signal(0);

/** Rooms whose older lines somebody asked for: theirs are all kept. */
const wanted = new Set<number>();
/** Of others no more than this many stay on the page, so that it stays light. */
const MOST = 200;

export function forgetHistory(): void {
  rooms.clear();
  wanted.clear();
}

/**
 * The lines of a room with this window at their end. Lines that slid out of the window stay. After a long
 * absence there may be a hole between them and the window: then only the window counts.
 */
export function joined(room: number, window: readonly Line[]): Known {
  changes.value;
  const first = window[0];
  const old = rooms.get(room) ?? { lines: [], more: window.length >= LIMIT_WINDOW };
  if (!first) return old.lines.length ? old : { lines: window, more: false };
  const whole = window.length < LIMIT_WINDOW || old.lines.some((l) => l.id === first.id);
  const before = whole ? old.lines.filter((l) => l.id < first.id) : [];
  const all = before.length ? [...before, ...window] : window;
  const cut = all.length > MOST && !wanted.has(room);
  const known: Known = {
    lines: cut ? all.slice(-LIMIT_WINDOW) : all,
    more: cut || !whole || old.more,
  };
  rooms.set(room, known);
  return known;
}

export const isLoading = (room: number): boolean => busy.value.has(room);

/** Asks for the page before the first line one has; false if it could not be had. */
export async function loadOlder(room: number): Promise<boolean> {
  if (busy.value.has(room)) return true;
  busy.value = new Set([...busy.value, room]);
  wanted.add(room);
  const before = rooms.get(room)?.lines[0]?.id;
  const said = await query("chat.history", before === undefined ? { room } : { room, before });
  busy.value = new Set([...busy.value].filter((r) => r !== room));
  if (!said.ok) return false;
  const { lines, more } = said.answer;
  rooms.set(room, { lines: [...lines, ...(rooms.get(room)?.lines ?? [])], more });
  changes.value++;
  return true;
}

/** What an event says of a line that lies before the window. */
function changed(line: Line, e: EventFrame): Line {
  if (e.event === "chat.edited") return { ...line, text: e.text, edited: e.at };
  if (e.event === "chat.removed") return takeBack(line);
  if (e.event === "chat.reacted")
    return react(line, { kind: e.kind, by: e.by ?? 0, school: e.school ?? "" }, e.on);
  return line;
}

onEvent((e) => {
  if (e.event !== "chat.edited" && e.event !== "chat.removed" && e.event !== "chat.reacted") return;
  const known = rooms.get(e.room);
  if (!known?.lines.some((l) => l.id === e.line)) return;
  const lines = known.lines.map((l) => (l.id === e.line ? changed(l, e) : l));
  rooms.set(e.room, { ...known, lines });
  changes.value++;
});
