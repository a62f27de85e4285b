import { t } from "../../i18n/t.ts";
import { nameOf } from "../../model/rooms.ts";
import type { View } from "../../protocol.ts";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { HoldButton } from "../parts/HoldButton.tsx";
import { Problem, useAsk } from "./parts.tsx";

interface RoomProps {
  readonly view: View;
  readonly room: number;
  readonly onClose: () => void;
}

export function CloseRoomDialog({ view, room, onClose }: RoomProps) {
  const { problem, run } = useAsk(onClose);
  const what = t("rooms.close_do");
  return (
    <Dialog title={t("rooms.close_title", { room: nameOf(view, room) })} onClose={onClose}>
      <p>{t("rooms.close_text")}</p>
      <Problem text={problem.value} />
      <div class="dialog-acts">
        <Button onClick={onClose}>{t("go.cancel")}</Button>
        <HoldButton
          label={t("go.hold", { what })}
          again={t("go.again", { what })}
          onDone={() => void run("rooms.close", { room })}
        />
      </div>
    </Dialog>
  );
}

export function CloseSessionDialog({ onClose }: { readonly onClose: () => void }) {
  const { problem, run } = useAsk(onClose);
  const what = t("cockpit.close_do");
  return (
    <Dialog title={t("cockpit.close_title")} onClose={onClose}>
      <p>{t("cockpit.close_text")}</p>
      <Problem text={problem.value} />
      <div class="dialog-acts">
        <Button onClick={onClose}>{t("go.cancel")}</Button>
        <HoldButton
          danger
          label={t("go.hold", { what })}
          again={t("go.again", { what })}
          onDone={() => void run("session.close", {})}
        />
      </div>
    </Dialog>
  );
}
