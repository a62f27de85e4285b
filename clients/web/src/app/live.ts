/** The session as the screens see it: they read and ask here, and only this file knows the machine. */

import { computed } from "@preact/signals";
import { connection, outbox, type Refusal } from "../machine/index.ts";

export type { Asked as Outcome, Connection, Refusal, Session } from "../machine/index.ts";
export {
  ask,
  connect,
  connection,
  discard,
  leave,
  now,
  onEvent,
  presence,
  query,
  retry as again,
  session,
  tell,
  tryNow,
  typing,
} from "../machine/index.ts";

/** Words of one's own that are not in the log yet. */
export interface PendingLine {
  readonly n: number;
  /** Where they were said; null: a change to an older line. */
  readonly room: number | null;
  readonly text: string;
  readonly state: "sending" | "waiting" | "refused";
  readonly refusal?: Refusal;
}

export const pending = computed<readonly PendingLine[]>(() => {
  const away = connection.value.state === "offline";
  return outbox.value.flatMap(({ frame, state, refusal }): PendingLine[] => {
    if (frame.command !== "chat.say" && frame.command !== "chat.edit") return [];
    return [
      {
        n: frame.n,
        room: frame.command === "chat.say" ? frame.room : null,
        text: frame.text,
        state: state === "refused" ? "refused" : away ? "waiting" : "sending",
        ...(refusal ? { refusal } : {}),
      },
    ];
  });
});
