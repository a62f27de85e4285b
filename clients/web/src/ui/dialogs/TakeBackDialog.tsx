import { t } from "../../i18n/t.ts";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { Problem, useAsk } from "./parts.tsx";

interface Props {
  readonly line: number;
  readonly onClose: () => void;
}

export function TakeBackDialog({ line, onClose }: Props) {
  const { problem, busy, run } = useAsk(onClose);
  return (
    <Dialog title={t("chat.remove_title")} onClose={onClose}>
      <p>{t("chat.remove_text")}</p>
      <Problem text={problem.value} />
      <div class="dialog-acts">
        <Button onClick={onClose}>{t("go.cancel")}</Button>
        <Button kind="danger" busy={busy.value} onClick={() => void run("chat.remove", { line })}>
          {t("chat.remove")}
        </Button>
      </div>
    </Dialog>
  );
}
