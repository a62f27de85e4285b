import { useSignal } from "@preact/signals";
import { act, offNow } from "../../app/act.ts";
import { tick } from "../../app/clock.ts";
import { openDialog } from "../../app/dialogs.ts";
import { countOf } from "../../app/counts.ts";
import { move } from "../../app/moving.ts";
import { pickAll } from "../../app/picked.ts";
import { goPlace } from "../../app/route.ts";
import { t } from "../../i18n/t.ts";
import { age } from "../../i18n/time.ts";
import { byName, everMay, hands, may, seated } from "../../model/people.ts";
import { ofSeats, roomName } from "../../model/rooms.ts";
import { type Person, PLENARY, type Room, type View } from "../../protocol.ts";
import { Icon } from "../parts/Icon.tsx";
import { type Item, openMenu } from "../parts/Menu.tsx";
import { Tile } from "../parts/Tile.tsx";
import { enter } from "../Rooms.tsx";
import { announceTo } from "./Announce.tsx";
import { Chip, dragging } from "./Chip.tsx";

const QUIET_MS = 5 * 60_000;
/** More than this and the rest stands behind a number. */
const CHIPS = 12;
/** More than this and two fit beside each other, however long the names are. */
const MANY = 6;

interface Props {
  readonly view: View;
  readonly room: Room;
}

/** A room as staff see it: who sits there, what was said last, and whether it needs somebody. */
export function RoomCard({ view, room }: Props) {
  const over = useSignal(0);
  const open = useSignal(false);
  const name = roomName(room, view.session.areas);
  const people = inOrder(seated(view).filter((p) => p.room === room.id));
  const up = hands(people).length;
  const count = countOf(room.id);
  const last = count?.last ?? [];
  const newest = last.reduce((max, l) => Math.max(max, l.at), 0);
  const quiet = people.length > 0 && newest > 0 && tick.value - newest > QUIET_MS;
  const shown = open.value ? people : people.slice(0, CHIPS);
  const drop = dragging.value !== null && over.value > 0;
  const canMove = may(view, "rooms.move");

  return (
    <li
      class={drop ? "room-card is-drop" : "room-card"}
      aria-label={`${name}, ${t("rooms.count", { n: people.length })}`}
      onDragEnter={(e) => {
        if (dragging.value && canMove) {
          e.preventDefault();
          over.value++;
        }
      }}
      onDragOver={(e) => {
        if (dragging.value && canMove) e.preventDefault();
      }}
      onDragLeave={() => {
        over.value = Math.max(0, over.value - 1);
      }}
      onDrop={(e) => {
        e.preventDefault();
        over.value = 0;
        const who = dragging.value;
        dragging.value = null;
        if (who) void move(view, who, room.id);
      }}
    >
      <header class="card-head">
        <Tile
          areas={view.session.areas}
          area={room.area}
          icon={room.id === PLENARY ? "wave" : "bubble"}
        />
        <h3 class="ellipsis" dir="auto">
          {name}
        </h3>
        <span class="quiet num">{ofSeats(room, people.length)}</span>
        {room.locked && (
          <span class="card-mark" title={t("rooms.locked_word")}>
            <Icon name="lock" small />
            <span class="sr">{t("rooms.locked_word")}</span>
          </span>
        )}
        <span class="card-right">
          {view.people.you.room === room.id && (
            <span class="pill pill-soft" title={t("rooms.here")}>
              <Icon name="person" small />
              <span class="sr">{t("rooms.here")}</span>
            </span>
          )}
          {quiet && (
            <span class="pill pill-attnsoft">
              {t("cockpit.quiet", { n: Math.floor((tick.value - newest) / 60_000) })}
            </span>
          )}
          {up > 0 && (
            <span class="pill num">
              <Icon name="hand" small /> {up}
              <span class="sr"> {t("hands.title")}</span>
            </span>
          )}
          <button
            type="button"
            class="button button-quiet button-icon"
            aria-label={t("cockpit.room_menu", { room: name })}
            aria-haspopup="menu"
            onClick={(e) => openMenu(e.currentTarget, name, roomItems(view, room, people))}
          >
            <Icon name="more" />
          </button>
        </span>
      </header>
      <div class="card-lines">
        {last.length === 0 && <p class="quiet">{t("cockpit.no_lines")}</p>}
        {last.map((l) => (
          <p key={l.id}>
            <span class="ellipsis" dir="auto">
              <b>{l.name}</b> {l.text}
            </span>
            <span class="quiet num">
              {tick.value - l.at < 60_000 ? t("cockpit.now") : age(l.at, tick.value)}
            </span>
          </p>
        ))}
      </div>
      {drop && (
        <p class="card-drop">
          <Icon name="move" small /> {t("cockpit.drop", { n: dragging.value?.length ?? 0 })}
        </p>
      )}
      {people.length > 0 ? (
        <ul
          class={people.length > MANY ? "chips chips-many" : "chips"}
          aria-label={t("cockpit.chips", { room: name })}
        >
          {shown.map((p, i) => (
            <Chip key={p.id} view={view} who={p} first={i === 0} />
          ))}
          {people.length > CHIPS && (
            <li>
              <button
                type="button"
                class="chip chip-more"
                aria-expanded={open.value}
                aria-label={t("cockpit.more_label", { n: people.length - CHIPS, room: name })}
                onClick={() => {
                  open.value = !open.value;
                }}
              >
                {open.value ? t("go.less") : t("cockpit.more_people", { n: people.length - CHIPS })}
              </button>
            </li>
          )}
        </ul>
      ) : (
        <p class="quiet small">{t("cockpit.nobody")}</p>
      )}
    </li>
  );
}

/** Hands first, in order; then staff, then names. */
function inOrder(people: readonly Person[]): readonly Person[] {
  return [...hands(people), ...byName(people.filter((p) => p.hand === undefined))];
}

function roomItems(view: View, room: Room, people: readonly Person[]): readonly Item[] {
  const { you } = view.people;
  const off = offNow();
  const watched = you.watches?.includes(room.id) ?? false;
  const others = people.filter((p) => p.id !== you.id).map((p) => p.id);
  const result: Item[] = [
    {
      label: t("rooms.enter", { room: roomName(room, view.session.areas) }),
      icon: "door",
      off,
      run: () => {
        if (you.room !== room.id) enter(room.id);
        goPlace("talk");
      },
    },
  ];
  if (you.room !== room.id && everMay(you.role, "rooms.watch"))
    result.push({
      label: t(watched ? "rooms.unwatch" : "rooms.watch"),
      icon: "eye",
      off,
      run: () => void act(watched ? "rooms.unwatch" : "rooms.watch", { room: room.id }),
    });
  if (everMay(you.role, "notices.announce"))
    result.push({
      label: t("notice.title"),
      icon: "megaphone",
      off,
      run: () => announceTo(room.id),
    });
  if (others.length > 0)
    result.push({ label: t("cockpit.select_all"), icon: "check", run: () => pickAll(others) });
  if (room.id !== PLENARY && everMay(you.role, "rooms.lock"))
    result.push({
      label: t(room.locked ? "rooms.unlock" : "rooms.lock"),
      icon: room.locked ? "unlock" : "lock",
      apart: true,
      off,
      run: () => void act(room.locked ? "rooms.unlock" : "rooms.lock", { room: room.id }),
    });
  if (room.id !== PLENARY && everMay(you.role, "rooms.close"))
    result.push({
      label: t("rooms.close"),
      icon: "close",
      danger: true,
      off,
      run: () => openDialog({ kind: "close_room", room: room.id }),
    });
  return result;
}
