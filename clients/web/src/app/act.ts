/** Asking for something and telling what became of it, in words. */

import { t } from "../i18n/t.ts";
import type { CommandName, FieldsOf } from "../protocol.ts";
import { sayNow } from "./announce.ts";
import { ask, connection, type Outcome, type Refusal } from "./live.ts";
import { showToast, type Toast } from "./toast.ts";

/** Why it was refused, as a sentence. */
export function refusal({ error, field, retry_ms }: Refusal): string {
  const seconds = Math.max(1, Math.ceil((retry_ms ?? 1000) / 1000));
  switch (error) {
    case "offline":
      return t("err.offline");
    case "slow_down":
      return t("err.slow_down", { n: seconds });
    case "muted":
      return retry_ms ? t("err.muted", { n: seconds }) : t("err.muted_short");
    case "bad_request":
      return field ? t("err.bad_request", { field }) : t("err.bad_short");
    case "moved":
      return t("err.moved_short");
    case "damaged":
      return t("conn.damaged");
    default:
      return t(`err.${error}`);
  }
}

/** Acts of staff wait for nothing: away from the server they are off, and say so. */
export const offNow = (): string | undefined =>
  connection.value.state === "offline" ? t("err.offline") : undefined;

/** Asks, says in a toast what became of it, and gives the outcome to whoever shows more. */
export async function act<C extends CommandName>(
  command: C,
  fields: FieldsOf<C>,
  done?: Toast,
): Promise<Outcome> {
  const outcome = await ask(command, fields);
  if (outcome.ok) {
    if (done) showToast(done);
  } else {
    const words = refusal(outcome);
    showToast({ text: words });
    sayNow(words);
  }
  return outcome;
}
