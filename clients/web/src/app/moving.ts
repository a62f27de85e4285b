/** Moving people, one or many: what worked and what did not in one message, with its undo. */

import { t } from "../i18n/t.ts";
import { list } from "../i18n/time.ts";
import { personOf } from "../model/people.ts";
import { nameOf } from "../model/rooms.ts";
import type { View } from "../protocol.ts";
import { refusal } from "./act.ts";
import { sayNow } from "./announce.ts";
import { ask } from "./live.ts";
import { clearPicked } from "./picked.ts";
import { showToast } from "./toast.ts";

export async function move(
  view: View,
  who: readonly number[],
  to: number,
  reason?: string,
): Promise<void> {
  const people = who
    .map((id) => personOf(view, id))
    .filter((p) => p !== undefined)
    .filter((p) => p.room !== to);
  clearPicked();
  if (people.length === 0) return;
  const outcomes = await Promise.all(
    people.map((p) => ask("rooms.move", { who: p.id, to, ...(reason ? { reason } : {}) })),
  );
  const moved = people.filter((_, i) => outcomes[i]?.ok);
  const failed = people.filter((_, i) => !outcomes[i]?.ok);
  const why = outcomes.find((o) => !o.ok);
  const parts: string[] = [];
  if (moved.length) parts.push(t("move.done", { n: moved.length, room: nameOf(view, to) }));
  if (failed.length && why && !why.ok)
    parts.push(t("move.failed", { names: list(failed.map((p) => p.name)), reason: refusal(why) }));
  const text = parts.join(" ");
  if (failed.length) sayNow(text);
  showToast({
    text,
    ...(moved.length
      ? {
          act: {
            label: t("go.undo"),
            run: () => {
              for (const p of moved) void ask("rooms.move", { who: p.id, to: p.room });
              showToast({ text: t("cockpit.moved_undo") });
            },
          },
        }
      : {}),
  });
}
