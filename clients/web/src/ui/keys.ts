/** Keys of the whole session. Single ones act only outside text fields and can be switched off. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { act } from "../app/act.ts";
import { keep, kept } from "../app/device.ts";
import { openDialog } from "../app/dialogs.ts";
import { picked, pickRange, togglePick } from "../app/picked.ts";
import { toast } from "../app/toast.ts";
import { edit, replyTo } from "../app/writing.ts";
import { may, personOf } from "../model/people.ts";
import { openRooms } from "../model/rooms.ts";
import type { Line, View } from "../protocol.ts";
import { commandsOf, focusOn } from "./commands.ts";
import { isComposing } from "./lineKeys.ts";
import { personItems } from "./menus.ts";
import { openMenu } from "./parts/Menu.tsx";
import { enter } from "./Rooms.tsx";

export const singleKeys = signal(kept("keys") !== "off");

export function switchKeys(on: boolean): void {
  singleKeys.value = on;
  keep("keys", on ? null : "off");
}

const G_MS = 1500;
const REGIONS =
  "header.head, nav.rooms, .spine-panel, .room-grid, .announce, .table, [role=log], .composer, aside, nav.tabs";

/** The letter on the key; on layouts without Latin letters the one that would stand there. */
function keyOf(e: KeyboardEvent): string {
  const latin = /^[\x20-\x7e]$/.test(e.key);
  const coded = /^Key([A-Z])$/.exec(e.code)?.[1] ?? /^Digit(\d)$/.exec(e.code)?.[1];
  const letter = !latin && e.key.length === 1 && coded ? coded.toLowerCase() : e.key;
  return e.shiftKey && /^[a-z]$/i.test(letter) ? `Shift+${letter.toUpperCase()}` : letter;
}

const inText = (el: EventTarget | null): boolean =>
  el instanceof HTMLElement &&
  (el.isContentEditable ||
    el instanceof HTMLTextAreaElement ||
    el instanceof HTMLSelectElement ||
    (el instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(el.type)));

/** From region to region, in the order of the page. */
function nextRegion(step: number): void {
  const all = [...document.querySelectorAll<HTMLElement>(REGIONS)].filter((el) => el.offsetParent);
  const at = all.findLastIndex((el) => el.contains(document.activeElement));
  const next = all[(at + step + all.length) % all.length];
  if (!next) return;
  if (next.tabIndex < 0 && !next.hasAttribute("tabindex")) next.tabIndex = -1;
  next.focus();
}

function neighbourRoom(view: View, step: number): void {
  const rooms = openRooms(view);
  const at = rooms.findIndex((r) => r.id === view.people.you.room);
  const next = rooms[(at + step + rooms.length) % rooms.length];
  if (next && next.id !== view.people.you.room) enter(next.id);
}

function focusedLine(view: View): { readonly line: Line; readonly room: number } | null {
  const el = document.activeElement?.closest<HTMLElement>("[data-line]");
  if (!el) return null;
  for (const { room, lines } of view.chat.talks) {
    const line = lines.find((l) => l.id === Number(el.dataset.line));
    if (line) return { line, room };
  }
  return null;
}

/** Keys on the line that has the focus. */
function lineKey(view: View, key: string): boolean {
  const found = focusedLine(view);
  if (!found || found.line.text === undefined) return false;
  const { line, room } = found;
  const you = view.people.you.id;
  const mine = line.by === you;
  if (key === "r" && may(view, "chat.say")) replyTo(room, line);
  else if (key === "s" && may(view, "chat.react")) {
    const on = !line.reactions?.some((r) => r.by === you && r.kind === "same");
    void act("chat.react", { line: line.id, kind: "same", on });
  } else if (key === "e" && mine && may(view, "chat.edit")) edit(room, line);
  else if (key === "Delete" && mine) openDialog({ kind: "take_back", line: line.id });
  else return false;
  return true;
}

const focusedPerson = (): HTMLElement | null =>
  document.activeElement?.closest<HTMLElement>("[data-person]") ?? null;

/** Keys on the person that has the focus, or on all that are selected. */
function personKey(view: View, key: string, e: KeyboardEvent): boolean {
  const el = focusedPerson();
  const id = Number(el?.dataset.person ?? Number.NaN);
  if (key === "m" && (picked.value.size > 0 || el) && may(view, "rooms.move")) {
    openDialog({ kind: "move", who: picked.value.size > 0 ? [...picked.value] : [id] });
    return true;
  }
  if (!el) return false;
  const chips = [...document.querySelectorAll<HTMLElement>(".chip[data-person]")];
  if (key === "x" && el.classList.contains("chip")) togglePick(id);
  else if (key === "Shift+X")
    pickRange(
      id,
      chips.map((c) => Number(c.dataset.person)),
    );
  else if (key === "." || (e.key === "F10" && e.shiftKey)) {
    const who = personOf(view, id);
    if (who) openMenu(el, who.name, personItems(view, who));
  } else if (key === "Shift+M" && may(view, "people.mute")) openDialog({ kind: "mute", who: id });
  else if (key === "Shift+K" && may(view, "people.remove")) openDialog({ kind: "remove", who: id });
  else if (key === "Shift+C" && may(view, "hands.call")) void act("hands.call", { who: id });
  else return false;
  return true;
}

/** When G was pressed; kept apart from the view, which in a lively room is another one by the next key. */
let g = Number.NEGATIVE_INFINITY;

export function useKeys(shown: View): void {
  // A key means what is on the screen: effects come a frame after it, and hands may be faster.
  const now = useRef(shown);
  now.current = shown;
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      const view = now.current;
      if (e.defaultPrevented || isComposing(e)) return;
      const mod = e.ctrlKey || e.metaKey;
      const done = () => e.preventDefault();
      if (mod && e.key.toLowerCase() === "k") {
        done();
        return openDialog({ kind: "palette" });
      }
      if (e.key === "F6") {
        done();
        return nextRegion(e.shiftKey ? -1 : 1);
      }
      if (e.altKey && (e.key === "ArrowUp" || e.key === "ArrowDown")) {
        done();
        return neighbourRoom(view, e.key === "ArrowUp" ? -1 : 1);
      }
      if (inText(e.target)) return;
      if (mod && e.key === "z" && toast.value?.act?.undoes) {
        done();
        const { run } = toast.value.act;
        toast.value = null;
        return run();
      }
      if (mod || e.altKey || !singleKeys.value) return;
      const key = keyOf(e);
      if (key === "g") {
        g = e.timeStamp;
        return done();
      }
      const wanted = e.timeStamp - g < G_MS ? `g ${key}` : key;
      g = Number.NEGATIVE_INFINITY;
      if (key === "/") {
        done();
        return focusOn("input[type=search]");
      }
      if (lineKey(view, wanted) || personKey(view, wanted, e)) return done();
      const command = commandsOf(view).find((c) => c.key === wanted);
      if (!command || command.off) return;
      done();
      command.run();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
