import { t } from "../../i18n/t.ts";
import { list } from "../../i18n/time.ts";
import { areaName } from "../../model/areas.ts";
import { byName, seated } from "../../model/people.ts";
import { areasWithout, openRooms, roomName } from "../../model/rooms.ts";
import type { Person, Room, View } from "../../protocol.ts";
import { openAreaRooms } from "../commands.ts";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { Tile } from "../parts/Tile.tsx";
import { Problem, useAsk } from "./parts.tsx";

interface Props {
  readonly view: View;
  readonly onClose: () => void;
}

interface Group {
  readonly room: Room;
  readonly people: readonly Person[];
}

/** Who would sit where: shown before anything happens. Who fits nowhere stays in the plenary. */
function placed(view: View): {
  readonly groups: readonly Group[];
  readonly stay: readonly Person[];
} {
  const people = seated(view).filter((p) => p.role === "attendee" || p.role === "observer");
  const groups = openRooms(view, false)
    .filter((r) => r.area !== undefined)
    .map((room) => ({
      room,
      people: people.filter((p) => p.area === room.area).slice(0, room.capacity),
    }));
  const taken = new Set(groups.flatMap((g) => g.people.map((p) => p.id)));
  return { groups, stay: people.filter((p) => !taken.has(p.id)) };
}

export function SendDialog({ view, onClose }: Props) {
  const { problem, busy, run } = useAsk(onClose);
  const missing = areasWithout(view);
  const { groups, stay } = placed(view);
  const n = groups.reduce((sum, g) => sum + g.people.length, 0);
  const { areas } = view.session;
  return (
    <Dialog title={t("rooms.send_title")} onClose={onClose} wide>
      <p class="quiet">{t("rooms.send_text")}</p>
      {missing.length > 0 && (
        <div>
          <Button icon="plus" onClick={() => void openAreaRooms(view)}>
            {t("rooms.send_open", { names: list(missing.map((a) => areaName(a))) })}
          </Button>
        </div>
      )}
      <ul class="groups">
        {groups.map(({ room, people }) => (
          <li key={room.id} class="card">
            <p>
              <Tile areas={areas} area={room.area} size="s" />
              <b dir="auto">{roomName(room, areas)}</b>
              <span class="num">{people.length}</span>
            </p>
            <p class="quiet small" dir="auto">
              {byName(people)
                .map((p) => p.name)
                .join(" · ")}
            </p>
          </li>
        ))}
      </ul>
      {stay.length > 0 && (
        <p class="note">{t("rooms.send_stay", { names: list(stay.map((p) => p.name)) })}</p>
      )}
      <Problem text={problem.value} />
      <div class="dialog-acts">
        <Button onClick={onClose}>{t("go.cancel")}</Button>
        <Button
          kind="primary"
          busy={busy.value}
          off={groups.length === 0 ? t("rooms.list") : undefined}
          onClick={() => void run("rooms.send", {}, { text: t("rooms.sent") })}
        >
          {t("rooms.send_do", { n })}
        </Button>
      </div>
    </Dialog>
  );
}
