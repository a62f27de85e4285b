import { act } from "../app/act.ts";
import { openDialog } from "../app/dialogs.ts";
import { countOf, peopleIn } from "../app/counts.ts";
import { presence } from "../app/live.ts";
import { goPlace } from "../app/route.ts";
import { known, readUpTo, unreadOf } from "../app/unread.ts";
import { t } from "../i18n/t.ts";
import { everMay, isStaff } from "../model/people.ts";
import { closedRooms, openRooms, roomName, roomOf } from "../model/rooms.ts";
import { PLENARY, type Room, type View } from "../protocol.ts";
import { Icon } from "./parts/Icon.tsx";
import { Tile } from "./parts/Tile.tsx";

const MANY = 99;

/** Where one sits, others sit, and one could go. */
export function Rooms({ view }: { readonly view: View }) {
  const { you } = view.people;
  const back = you.back === undefined ? undefined : roomOf(view, you.back);
  const mayOpen =
    everMay(you.role, "rooms.open") && (isStaff(you.role) || view.session.rooms_by === "attendees");
  const closed = closedRooms(view);
  return (
    <nav class="rooms" aria-label={t("rooms.title")}>
      <div class="side-head">
        <h2 class="label">{t("rooms.title")}</h2>
        <span class="label num">{t("rooms.total", { n: presence.value?.total ?? 0 })}</span>
      </div>
      <ul class="room-list">
        {openRooms(view).map((r) => (
          <RoomRow key={r.id} view={view} room={r} />
        ))}
      </ul>
      {back && !back.closed && back.id !== you.room && (
        <button type="button" class="side-act" onClick={() => enter(back.id)}>
          <Icon name="undo" /> {t("rooms.back")}
        </button>
      )}
      {mayOpen && (
        <button type="button" class="side-act" onClick={() => openDialog({ kind: "open_room" })}>
          <Icon name="plus" /> {t("rooms.open")}
        </button>
      )}
      {closed.length > 0 && (
        <details class="rooms-closed">
          <summary>{t("rooms.closed_list")}</summary>
          <ul>
            {closed.map((r) => (
              <li key={r.id}>
                <button
                  type="button"
                  class="side-act"
                  onClick={() => openDialog({ kind: "closed_room", room: r.id })}
                >
                  <Tile areas={view.session.areas} area={r.area} size="s" />
                  <span dir="auto">{roomName(r, view.session.areas)}</span>
                </button>
              </li>
            ))}
          </ul>
        </details>
      )}
    </nav>
  );
}

export function enter(room: number): void {
  goPlace("talk");
  void (room === PLENARY ? act("rooms.leave", {}) : act("rooms.enter", { room }));
}

/** Keeps what is read and unread in step with the counts, and gives the number for a row. */
export function unreadIn(room: number, own: boolean): number {
  const count = countOf(room);
  if (!count) return 0;
  if (own || !known(room)) queueMicrotask(() => readUpTo(room, count.lines));
  return own ? 0 : unreadOf(room, count.lines);
}

function RoomRow({ view, room }: { readonly view: View; readonly room: Room }) {
  const own = view.people.you.room === room.id;
  const name = roomName(room, view.session.areas);
  const people = peopleIn(room.id);
  const unread = unreadIn(room.id, own);
  const full = room.capacity !== undefined && people >= room.capacity;
  const staff = isStaff(view.people.you.role);
  const why =
    room.locked && !staff && !own
      ? t("rooms.locked_why")
      : full && !staff && !own && room.capacity !== undefined
        ? t("rooms.full_word", { n: people, m: room.capacity })
        : undefined;
  return (
    <li>
      <button
        type="button"
        class={unread > 0 ? "room-row has-unread" : "room-row"}
        aria-current={own ? "location" : undefined}
        aria-disabled={why ? "true" : undefined}
        title={why}
        onClick={() => (own ? goPlace("talk") : !why && enter(room.id))}
      >
        <Tile
          areas={view.session.areas}
          area={room.area}
          icon={room.id === PLENARY ? "wave" : "bubble"}
        />
        <span class="room-name">
          <span class="ellipsis" dir="auto">
            {name}
          </span>
          {own && <small>{t("rooms.here")}</small>}
        </span>
        {room.locked && (
          <>
            <Icon name="lock" small />
            <span class="sr">{t("rooms.locked_word")}</span>
          </>
        )}
        <span class="room-people num">
          {full && room.capacity ? `${people}/${room.capacity}` : people}
          <span class="sr"> {t("rooms.count", { n: people })}</span>
        </span>
        {unread > 0 && (
          <span class="count">
            {unread > MANY ? `${MANY}+` : unread}
            <span class="sr"> {t("rooms.unread", { n: unread })}</span>
          </span>
        )}
      </button>
    </li>
  );
}
