/** Moving people, one or many: what worked and what did not in one message, with its undo, or with a way to insist. */

import { t } from "../i18n/t.ts";
import { list } from "../i18n/time.ts";
import { personOf } from "../model/people.ts";
import { nameOf } from "../model/rooms.ts";
import type { Person, View } from "../protocol.ts";
import { refusal } from "./act.ts";
import { sayNow } from "./announce.ts";
import { ask, type Outcome, session } from "./live.ts";
import { clearPicked } from "./picked.ts";
import { showToast, type ToastAct } from "./toast.ts";

interface How {
  readonly reason?: string | undefined;
  /** Into a full room, too. */
  readonly force?: boolean;
}

const moveOne = (who: number, to: number, { reason, force }: How = {}): Promise<Outcome> =>
  ask("rooms.move", { who, to, ...(reason ? { reason } : {}), ...(force ? { force } : {}) });

const isFull = (outcome: Outcome | undefined): boolean =>
  outcome !== undefined && !outcome.ok && outcome.error === "full";

/** Where they came from may be full by now. */
async function moveBack(who: number, to: number): Promise<void> {
  if (isFull(await moveOne(who, to))) await moveOne(who, to, { force: true });
}

function undo(moved: readonly Person[]): ToastAct {
  return {
    label: t("go.undo"),
    undoes: true,
    run: () => {
      for (const p of moved) void moveBack(p.id, p.room);
      showToast({ text: t("cockpit.moved_undo") });
    },
  };
}

/** Who was not moved, and why: in one sentence for each reason. */
function failures(people: readonly Person[], outcomes: readonly Outcome[]): string[] {
  const names = new Map<string, string[]>();
  people.forEach((p, i) => {
    const outcome = outcomes[i];
    if (!outcome || outcome.ok) return;
    const reason = refusal(outcome);
    names.set(reason, [...(names.get(reason) ?? []), p.name]);
  });
  return [...names].map(([reason, who]) => t("move.failed", { names: list(who), reason }));
}

/** before: who was moved already, by the move that is insisted on now. */
export async function move(
  view: View,
  who: readonly number[],
  to: number,
  how: How = {},
  before: readonly Person[] = [],
): Promise<void> {
  const people = who
    .map((id) => personOf(view, id))
    .filter((p) => p !== undefined)
    .filter((p) => p.room !== to);
  if (!how.force) clearPicked();
  if (people.length === 0) return;
  const outcomes = await Promise.all(people.map((p) => moveOne(p.id, to, how)));
  const done = people.filter((_, i) => outcomes[i]?.ok);
  const crowded = people.filter((_, i) => isFull(outcomes[i]));
  const moved = [...before, ...done];
  const failed = failures(people, outcomes);
  const text = [
    ...(done.length ? [t("move.done", { n: done.length, room: nameOf(view, to) })] : []),
    ...failed,
  ].join(" ");
  if (failed.length) sayNow(text);
  const insist: ToastAct = {
    label: t("move.anyway"),
    run: () => {
      const now = session.value?.view ?? view;
      const ids = crowded.map((p) => p.id);
      void move(now, ids, to, { ...how, force: true }, moved);
    },
  };
  const act = crowded.length ? insist : moved.length ? undo(moved) : undefined;
  showToast(act ? { text, act } : { text });
}
