import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { presence } from "../../app/live.ts";
import { move } from "../../app/moving.ts";
import { t } from "../../i18n/t.ts";
import { list } from "../../i18n/time.ts";
import { personOf } from "../../model/people.ts";
import { openRooms, PLENARY, roomName } from "../../model/rooms.ts";
import type { View } from "../../protocol.ts";
import { isComposing } from "../lineKeys.ts";
import { Dialog } from "../parts/Dialog.tsx";
import { Field } from "../parts/Field.tsx";
import { Icon } from "../parts/Icon.tsx";
import { Tile } from "../parts/Tile.tsx";

interface Props {
  readonly view: View;
  readonly who: readonly number[];
  readonly onClose: () => void;
}

/** Where to: a list of rooms, narrowed by typing; Enter takes the one that is marked. */
export function MoveDialog({ view, who, onClose }: Props) {
  const words = useSignal("");
  const reason = useSignal("");
  const marked = useSignal(0);
  const listId = useId();
  const people = who.map((id) => personOf(view, id)).filter((p) => p !== undefined);
  const { areas } = view.session;
  const seek = words.value.trim().toLowerCase();
  const rooms = openRooms(view)
    .filter((room) => people.some((p) => p.room !== room.id))
    .map((room) => ({ room, name: roomName(room, areas) }))
    .filter(({ name, room }) => `${name} ${room.title}`.toLowerCase().includes(seek));
  const at = Math.min(marked.value, rooms.length - 1);

  const go = (to: number) => {
    const why = reason.value.trim();
    onClose();
    void move(view, who, to, why || undefined);
  };
  const key = (e: KeyboardEvent) => {
    if (isComposing(e)) return;
    if (e.key === "ArrowDown") marked.value = (at + 1) % Math.max(1, rooms.length);
    else if (e.key === "ArrowUp")
      marked.value = (at - 1 + rooms.length) % Math.max(1, rooms.length);
    else if (e.key === "Enter") {
      const room = rooms[at]?.room;
      if (room) go(room.id);
    } else return;
    e.preventDefault();
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
      <div class="search">
        <Icon name="search" />
        <input
          class="input"
          data-first
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={rooms[at] ? `${listId}-${rooms[at].room.id}` : undefined}
          aria-label={t("move.find")}
          placeholder={t("move.find")}
          value={words.value}
          onInput={(e) => {
            words.value = e.currentTarget.value;
            marked.value = 0;
          }}
          onKeyDown={key}
        />
      </div>
      {rooms.length === 0 && <p class="quiet">{t("move.none")}</p>}
      <div class="options" role="listbox" id={listId} aria-label={t("rooms.title")}>
        {rooms.map(({ room, name }, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the text field above moves the mark and chooses
          <div
            key={room.id}
            id={`${listId}-${room.id}`}
            class="option"
            role="option"
            tabIndex={-1}
            aria-selected={i === at}
            onClick={() => go(room.id)}
          >
            <Tile areas={areas} area={room.area} icon={room.id === PLENARY ? "wave" : "bubble"} />
            <span class="ellipsis" dir="auto">
              {name}
            </span>
            {room.locked && <Icon name="lock" small />}
            <span class="num">
              {presence.value?.rooms.find((r) => r.room === room.id)?.people ?? 0}
            </span>
          </div>
        ))}
      </div>
    </Dialog>
  );
}
