import { useSignal } from "@preact/signals";
import { peopleIn } from "../../app/counts.ts";
import { move } from "../../app/moving.ts";
import { t } from "../../i18n/t.ts";
import { list } from "../../i18n/time.ts";
import { personOf } from "../../model/people.ts";
import { ofSeats, openRooms, roomName } from "../../model/rooms.ts";
import { type Area, PLENARY, type Room, type View } from "../../protocol.ts";
import { Combo } from "../parts/Combo.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { Field } from "../parts/Field.tsx";
import { Icon } from "../parts/Icon.tsx";
import { Tile } from "../parts/Tile.tsx";

interface Props {
  readonly view: View;
  readonly who: readonly number[];
  readonly onClose: () => void;
}

/** Where to: of the rooms in which not all of them sit already. */
export function MoveDialog({ view, who, onClose }: Props) {
  const reason = useSignal("");
  const people = who.map((id) => personOf(view, id)).filter((p) => p !== undefined);
  const { areas } = view.session;
  const rooms = openRooms(view).filter((room) => people.some((p) => p.room !== room.id));

  const go = (to: number) => {
    const why = reason.value.trim();
    onClose();
    void move(view, who, to, { reason: why });
  };

  return (
    <Dialog
      title={t("move.title", { names: list(people.map((p) => p.name)) })}
      onClose={onClose}
      dirty={reason.value.trim() !== ""}
    >
      <Field label={t("move.reason")} hint={`${t("join.optional")} · ${t("move.reason_hint")}`}>
        {(ids) => (
          <input
            {...ids}
            class="input"
            dir="auto"
            maxLength={200}
            value={reason.value}
            onInput={(e) => {
              reason.value = e.currentTarget.value;
            }}
          />
        )}
      </Field>
      <Combo
        label={t("move.find")}
        listLabel={t("rooms.title")}
        none={t("move.none")}
        first
        choices={rooms.map((room) => ({
          key: room.id,
          words: `${roomName(room, areas)} ${room.title}`,
          children: <RoomChoice room={room} areas={areas} />,
          run: () => go(room.id),
        }))}
      />
    </Dialog>
  );
}

function RoomChoice({ room, areas }: { readonly room: Room; readonly areas: readonly Area[] }) {
  return (
    <>
      <Tile areas={areas} area={room.area} icon={room.id === PLENARY ? "wave" : "bubble"} />
      <span class="ellipsis" dir="auto">
        {roomName(room, areas)}
      </span>
      {room.locked && <Icon name="lock" small />}
      <span class="num">{ofSeats(room, peopleIn(room.id))}</span>
    </>
  );
}
