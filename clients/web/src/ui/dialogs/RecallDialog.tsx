import { useSignal } from "@preact/signals";
import { presence } from "../../app/live.ts";
import { t } from "../../i18n/t.ts";
import { openRooms, roomName } from "../../model/rooms.ts";
import { PLENARY, type View } from "../../protocol.ts";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { HoldButton } from "../parts/HoldButton.tsx";
import { Segmented } from "../parts/Segmented.tsx";
import { Tile } from "../parts/Tile.tsx";
import { Problem, useAsk } from "./parts.tsx";

const SECONDS = [10, 30, 60, 120] as const;

interface Props {
  readonly view: View;
  readonly onClose: () => void;
}

export function RecallDialog({ view, onClose }: Props) {
  const seconds = useSignal<number>(60);
  const { problem, run } = useAsk(onClose);
  const what = t("recall.go");
  const { areas } = view.session;
  const rooms = openRooms(view).filter((r) => r.id !== PLENARY);
  return (
    <Dialog title={t("recall.title")} onClose={onClose}>
      <p class="quiet">{t("recall.text")}</p>
      <Segmented
        label={t("recall.seconds")}
        value={seconds.value}
        onChange={(n) => {
          seconds.value = n;
        }}
        options={SECONDS.map((n) => ({ value: n, text: t("recall.sec", { n }) }))}
      />
      <ul class="facts">
        {rooms.map((r) => (
          <li key={r.id}>
            <Tile areas={areas} area={r.area} size="s" />
            {t("recall.room", {
              room: roomName(r, areas),
              n: presence.value?.rooms.find((c) => c.room === r.id)?.people ?? 0,
            })}
          </li>
        ))}
      </ul>
      <Problem text={problem.value} />
      <div class="dialog-acts">
        <Button onClick={onClose}>{t("go.cancel")}</Button>
        <HoldButton
          label={t("go.hold", { what })}
          again={t("go.again", { what })}
          onDone={() =>
            void run("rooms.recall", { seconds: seconds.value }, { text: t("recall.done") })
          }
        />
      </div>
    </Dialog>
  );
}
