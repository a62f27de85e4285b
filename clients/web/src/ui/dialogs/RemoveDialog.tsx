import { useSignal } from "@preact/signals";
import { t } from "../../i18n/t.ts";
import type { Reason, View } from "../../protocol.ts";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { NoteField, Problem, ReasonField, useAsk, usePerson } from "./parts.tsx";

interface Props {
  readonly view: View;
  readonly who: number;
  readonly onClose: () => void;
}

/** Removing somebody: plain words about what returns and what does not. */
export function RemoveDialog({ view, who, onClose }: Props) {
  const person = usePerson(view, who, onClose);
  const reason = useSignal<Reason>("off_topic");
  const note = useSignal("");
  const { problem, busy, run } = useAsk(onClose);
  if (!person) return null;
  const { name } = person;

  const go = () => {
    const text = note.value.trim();
    void run(
      "people.remove",
      { who, reason: reason.value, ...(text ? { note: text } : {}) },
      { text: t("remove.done", { name }) },
    );
  };

  return (
    <Dialog title={t("remove.title", { name })} onClose={onClose} dirty={note.value.trim() !== ""}>
      <p class="quiet">{t("remove.does", { name })}</p>
      <ReasonField value={reason} />
      <NoteField label={t("remove.note")} value={note} />
      <Problem text={problem.value} />
      <div class="dialog-acts">
        <Button onClick={onClose}>{t("go.cancel")}</Button>
        <Button kind="danger" busy={busy.value} onClick={go}>
          {t("remove.go", { name })}
        </Button>
      </div>
    </Dialog>
  );
}
