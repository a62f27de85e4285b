import { useSignal } from "@preact/signals";
import { t } from "../../i18n/t.ts";
import type { Role, View } from "../../protocol.ts";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { Segmented } from "../parts/Segmented.tsx";
import { Problem, useAsk, usePerson } from "./parts.tsx";

const CHOICES: readonly Role[] = ["observer", "attendee", "moderator", "facilitator", "organizer"];

interface Props {
  readonly view: View;
  readonly who: number;
  readonly onClose: () => void;
}

export function AppointDialog({ view, who, onClose }: Props) {
  const person = usePerson(view, who, onClose);
  const role = useSignal<Role>(person?.role ?? "attendee");
  const { problem, busy, run } = useAsk(onClose);
  if (!person) return null;
  const { name } = person;
  return (
    <Dialog title={t("people.appoint_title", { name })} onClose={onClose}>
      <Segmented
        label={t("people.appoint_title", { name })}
        hidden
        value={role.value}
        onChange={(to) => {
          role.value = to;
        }}
        options={CHOICES.map((value) => ({ value, text: t(`role.${value}`) }))}
      />
      <Problem text={problem.value} />
      <div class="dialog-acts">
        <Button onClick={onClose}>{t("go.cancel")}</Button>
        <Button
          kind="primary"
          busy={busy.value}
          onClick={() =>
            void run(
              "people.appoint",
              { who, role: role.value },
              { text: t("people.appointed", { name, role: t(`role.${role.value}`) }) },
            )
          }
        >
          {t("people.appoint_do")}
        </Button>
      </div>
    </Dialog>
  );
}
