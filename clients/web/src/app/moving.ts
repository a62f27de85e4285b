/** Moving people, one or many: what worked and what did not in one message, with its undo, or with a way to insist. */

import { t } from "../i18n/t.ts";
import { list } from "../i18n/time.ts";
import { personOf } from "../model/people.ts";
import { nameOf } from "../model/rooms.ts";
import type { Person, View } from "../protocol.ts";
import { refusal } from "./act.ts";
import { sayNow } from "./announce.ts";
import { ask } from "./live.ts";
import { clearPicked } from "./picked.ts";
import { showToast, type ToastAct } from "./toast.ts";

interface How {
  readonly reason?: string | undefined;
  /** Into a full room, too. */
  readonly force?: boolean;
}

const moveOne = (who: number, to: number, { reason, force }: How) =>
  ask("rooms.move", { who, to, ...(reason ? { reason } : {}), ...(force ? { force } : {}) });

/** Where they came from may be full by now. */
const moveBack = (people: readonly Person[]): ToastAct => ({
  label: t("go.undo"),
  run: () => {
    for (const p of people) void moveOne(p.id, p.room, { force: true });
    showToast({ text: t("cockpit.moved_undo") });
  },
});

export async function move(
  view: View,
  who: readonly number[],
  to: number,
  how: How = {},
): Promise<void> {
  const people = who
    .map((id) => personOf(view, id))
    .filter((p) => p !== undefined)
    .filter((p) => p.room !== to);
  clearPicked();
  if (people.length === 0) return;
  const outcomes = await Promise.all(people.map((p) => moveOne(p.id, to, how)));
  const moved = people.filter((_, i) => outcomes[i]?.ok);
  const failed = people.filter((_, i) => !outcomes[i]?.ok);
  const why = outcomes.find((o) => !o.ok);
  const parts: string[] = [];
  if (moved.length) parts.push(t("move.done", { n: moved.length, room: nameOf(view, to) }));
  if (failed.length && why && !why.ok)
    parts.push(t("move.failed", { names: list(failed.map((p) => p.name)), reason: refusal(why) }));
  const text = parts.join(" ");
  if (failed.length) sayNow(text);
  const insist: ToastAct = {
    label: t("move.anyway"),
    run: () =>
      void move(
        view,
        failed.map((p) => p.id),
        to,
        { ...how, force: true },
      ),
  };
  if (why && !why.ok && why.error === "full") showToast({ text, act: insist });
  else showToast(moved.length ? { text, act: moveBack(moved) } : { text });
}
