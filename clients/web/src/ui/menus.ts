/** What one can do with a line, and with a person: the same everywhere a menu of them opens. */

import { act, offNow } from "../app/act.ts";
import { tick } from "../app/clock.ts";
import { openDialog } from "../app/dialogs.ts";
import { showToast } from "../app/toast.ts";
import { edit, replyTo } from "../app/writing.ts";
import { t } from "../i18n/t.ts";
import { everMay, may, mutedNow, outranks, personOf, type Somebody } from "../model/people.ts";
import { type CommandName, type Line, REACTIONS, type View } from "../protocol.ts";
import type { Item } from "./parts/Menu.tsx";
import { REACTION_SIGNS } from "./Said.tsx";

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    showToast({ text: t("chat.copied") });
  } catch {
    showToast({ text: t("err.unavailable") });
  }
}

export function lineItems(
  view: View,
  room: number,
  line: Line,
  who: Somebody | undefined,
): readonly Item[] {
  const you = view.people.you;
  const mine = line.by === you.id;
  const text = line.text;
  const muted = mutedNow(you.mute, tick.value) ? t("err.muted_short") : undefined;
  const result: Item[] = [];
  if (text !== undefined && may(view, "chat.say"))
    result.push({
      label: t("chat.reply"),
      icon: "reply",
      key: "R",
      off: muted,
      run: () => replyTo(room, line),
    });
  if (text !== undefined && may(view, "chat.react"))
    REACTIONS.forEach((kind, i) => {
      const on = !line.reactions?.some((r) => r.by === you.id && r.kind === kind);
      result.push({
        label: t(`chat.r_${kind}`),
        icon: REACTION_SIGNS[kind],
        ...(kind === "same" ? { key: "S" } : {}),
        apart: i === 0 && result.length > 0,
        checked: !on,
        run: () => void act("chat.react", { line: line.id, kind, on }),
      });
    });
  if (text !== undefined)
    result.push({ label: t("chat.copy"), icon: "link", apart: true, run: () => void copy(text) });
  if (mine && text !== undefined && may(view, "chat.edit"))
    result.push(
      { label: t("chat.edit"), icon: "edit", key: "E", off: muted, run: () => edit(room, line) },
      {
        label: t("chat.remove"),
        icon: "undo",
        danger: true,
        run: () => openDialog({ kind: "take_back", line: line.id }),
      },
    );
  const person = personOf(view, line.by) ?? who;
  if (!mine && person) {
    const [first, ...rest] = personItems(view, person);
    if (first) result.push({ ...first, apart: true }, ...rest);
  }
  return result;
}

/** Acts on a person. Absent when the role never may; off, with the reason, when not now or not on them. */
export function personItems(view: View, who: Somebody): readonly Item[] {
  const you = view.people.you;
  if (who.id === you.id) return [];
  const known = personOf(view, who.id);
  const has = (command: CommandName) => everMay(you.role, command);
  const off = (command: CommandName, ranked: boolean): string | undefined =>
    offNow() ??
    (!may(view, command)
      ? t("err.closed")
      : ranked && !outranks(view, who.role)
        ? t("mod.rank")
        : undefined);
  const result: Item[] = [];
  if (who.hand !== undefined && has("hands.call"))
    result.push(
      {
        label: t("hands.call", { name: who.name }),
        icon: "megaphone",
        key: "Shift+C",
        off: off("hands.call", false),
        run: () => void act("hands.call", { who: who.id }),
      },
      {
        label: t("hands.dismiss", { name: who.name }),
        icon: "hand",
        off: off("hands.dismiss", true),
        run: () => void act("hands.dismiss", { who: who.id }),
      },
    );
  if (has("rooms.move"))
    result.push({
      label: t("move.do"),
      icon: "move",
      key: "M",
      off: off("rooms.move", true),
      run: () => openDialog({ kind: "move", who: [who.id] }),
    });
  if (has("people.mute"))
    result.push(
      mutedNow(known?.mute ?? who.mute, tick.value)
        ? {
            label: t("mute.undo"),
            icon: "bubble",
            off: off("people.unmute", true),
            run: () =>
              void act(
                "people.unmute",
                { who: who.id },
                { text: t("mute.lifted", { name: who.name }) },
              ),
          }
        : {
            label: t("mute.do"),
            icon: "muted",
            key: "Shift+M",
            off: off("people.mute", true),
            run: () => openDialog({ kind: "mute", who: who.id }),
          },
    );
  if (has("people.appoint"))
    result.push({
      label: t("people.appoint"),
      icon: "key",
      off: off("people.appoint", false),
      run: () => openDialog({ kind: "appoint", who: who.id }),
    });
  if (has("people.remove"))
    result.push({
      label: t("remove.do"),
      icon: "out",
      danger: true,
      apart: true,
      off: off("people.remove", true),
      run: () => openDialog({ kind: "remove", who: who.id }),
    });
  return result;
}
