import { offNow } from "../../app/act.ts";
import { openDialog } from "../../app/dialogs.ts";
import { presence } from "../../app/live.ts";
import { clearPicked, picked } from "../../app/picked.ts";
import { t } from "../../i18n/t.ts";
import { everMay } from "../../model/people.ts";
import { areasWithout, openRooms } from "../../model/rooms.ts";
import { PLENARY, type View } from "../../protocol.ts";
import { openAreaRooms } from "../commands.ts";
import { Button, Key } from "../parts/Button.tsx";
import { RoomCard } from "./RoomCard.tsx";

/** All rooms with the people in them. Beyond eight the cards become rows. */
const CARDS = 8;

export function RoomGrid({ view }: { readonly view: View }) {
  const rooms = openRooms(view, false);
  // The plenary stands last here: the rooms are what one watches.
  const order = [
    ...rooms.filter((r) => r.id !== PLENARY),
    ...rooms.filter((r) => r.id === PLENARY),
  ];
  const { role } = view.people.you;
  const n = picked.value.size;
  const missing = areasWithout(view);
  const alone = rooms.length === 1;
  return (
    <>
      <div class="grid-head">
        <h2>{t("cockpit.rooms", { n: rooms.length })}</h2>
        <span class="quiet">{t("rooms.count", { n: presence.value?.total ?? 0 })}</span>
        {n > 0 && (
          <span class="selection">
            <b>{t("cockpit.selected", { n })}</b>
            <Button
              kind="primary"
              icon="move"
              off={offNow()}
              onClick={() => openDialog({ kind: "move", who: [...picked.value] })}
            >
              {t("move.do")} <Key>M</Key>
            </Button>
            <Button icon="close" kind="quiet" label={t("cockpit.clear")} onClick={clearPicked} />
          </span>
        )}
        <span class="grid-acts">
          {everMay(role, "rooms.open") && (
            <Button icon="plus" off={offNow()} onClick={() => openDialog({ kind: "open_room" })}>
              {t("rooms.open")}
            </Button>
          )}
          {everMay(role, "rooms.send") && (
            <Button icon="spread" off={offNow()} onClick={() => openDialog({ kind: "send" })}>
              {t("rooms.send")}
            </Button>
          )}
          {everMay(role, "rooms.recall") && (
            <>
              <i class="rule" />
              <Button icon="recall" off={offNow()} onClick={() => openDialog({ kind: "recall" })}>
                {t("recall.do")}
              </Button>
            </>
          )}
        </span>
      </div>
      {view.rooms.sent && <p class="quiet small">{t("rooms.sent_state")}</p>}
      {alone && (
        <div class="empty empty-rooms">
          <p>{t("rooms.list")}</p>
          {missing.length > 0 && everMay(role, "rooms.open") && (
            <Button kind="primary" off={offNow()} onClick={() => void openAreaRooms(view)}>
              {t("rooms.area_rooms")}
            </Button>
          )}
        </div>
      )}
      <ul
        class={order.length > CARDS ? "room-grid room-grid-rows" : "room-grid"}
        aria-label={t("rooms.title")}
        tabIndex={-1}
      >
        {order.map((room) => (
          <RoomCard key={room.id} view={view} room={room} />
        ))}
      </ul>
    </>
  );
}
