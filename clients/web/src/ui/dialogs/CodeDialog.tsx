import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { joinCode } from "../../app/api.ts";
import { ticketOf } from "../../app/tickets.ts";
import { t } from "../../i18n/t.ts";
import type { View } from "../../protocol.ts";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { JoinCode } from "../parts/JoinCode.tsx";

interface Props {
  readonly view: View;
  readonly onClose: () => void;
}

/** The join code, to show to those who are to come in. */
export function CodeDialog({ view, onClose }: Props) {
  const code = useSignal<string | null>(null);
  const failed = useSignal(false);
  const { session, title } = view.session;

  const load = async () => {
    failed.value = false;
    const said = await joinCode(session, ticketOf(session) ?? "");
    if (said.ok) code.value = said.value;
    else failed.value = true;
  };
  useEffect(() => void load(), [session]);

  return (
    <Dialog title={t("code.title")} onClose={onClose} wide>
      {code.value && <JoinCode code={code.value} title={title} />}
      {failed.value && (
        <div class="calm" role="alert">
          <p>{t("code.failed")}</p>
          <Button onClick={() => void load()}>{t("chat.again")}</Button>
        </div>
      )}
    </Dialog>
  );
}
