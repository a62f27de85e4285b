import { useEffect, useRef } from "preact/hooks";
import { say } from "../app/announce.ts";
import { openDialog } from "../app/dialogs.ts";
import { peopleIn } from "../app/counts.ts";
import { presence } from "../app/live.ts";
import { goPlace, place } from "../app/route.ts";
import { composing } from "../app/writing.ts";
import { t } from "../i18n/t.ts";
import { list } from "../i18n/time.ts";
import { hands, nSchools } from "../model/people.ts";
import { nameOf, openRooms, roomOf } from "../model/rooms.ts";
import { PLENARY, type View } from "../protocol.ts";
import { AgendaList } from "./Agenda.tsx";
import { Composer } from "./Composer.tsx";
import { ConnectionStrip } from "./Connection.tsx";
import { Conversation } from "./Conversation.tsx";
import { People } from "./People.tsx";
import { Button } from "./parts/Button.tsx";
import { Icon } from "./parts/Icon.tsx";
import type { IconName } from "./parts/icons.ts";
import { Tile } from "./parts/Tile.tsx";
import { Rooms, unreadIn } from "./Rooms.tsx";
import { SessionHeader } from "./SessionHeader.tsx";
import { Sheets } from "./Sheets.tsx";
import { TableNow } from "./TableNow.tsx";

const TABS = ["talk", "rooms", "people", "agenda"] as const;
type Tab = (typeof TABS)[number];

export const tabOf = (at: string): Tab => TABS.find((x) => x === at) ?? "talk";

/** The session as one attends it: rooms, the table, the conversation, people. On a phone one at a time. */
export function Attend({ view }: { readonly view: View }) {
  const tab = tabOf(place.value);
  const { you } = view.people;
  const name = nameOf(view, you.room);
  return (
    <div class="attend" data-tab={tab} data-composing={composing.value || undefined}>
      <a class="skip button" href="#talk-log" onClick={skip}>
        {t("app.skip")}
      </a>
      <SessionHeader view={view} />
      <div class="side side-left">
        <Rooms view={view} />
        <AgendaList view={view} />
      </div>
      <div class="middle">
        <RoomHeading view={view} />
        <ConnectionStrip />
        <Readers room={you.room} />
        <TableNow view={view} />
        <main class="main" id="main" aria-label={t("chat.title")}>
          <Conversation view={view} room={you.room} label={`${t("chat.title")}: ${name}`} />
        </main>
        <Sheets view={view} />
        <Composer
          view={view}
          room={you.room}
          placeholder={t("chat.write", { room: name })}
          withHand
        />
      </div>
      <div class="side side-right">
        <People view={view} />
      </div>
      <Tabs view={view} tab={tab} />
    </div>
  );
}

function skip(e: Event): void {
  e.preventDefault();
  goPlace("talk");
  document.querySelector<HTMLElement>("[role=log]")?.focus();
}

/** The room's heading takes the focus when one's own room changed and the focus was in the old conversation. */
function RoomHeading({ view }: { readonly view: View }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { room } = view.people.you;
  const was = useRef(room);
  const people = peopleIn(room);
  const schools = nSchools(presence.value?.here ?? []);
  useEffect(() => {
    if (was.current === room) return;
    was.current = room;
    const focus = document.activeElement;
    if (!focus || focus === document.body || focus.closest(".talk, .room-list"))
      heading.current?.focus();
  }, [room]);
  return (
    <div class="room-head">
      <Tile
        areas={view.session.areas}
        area={roomOf(view, room)?.area}
        icon={room === PLENARY ? "wave" : "bubble"}
      />
      <h1 ref={heading} tabIndex={-1} class="ellipsis" dir="auto">
        {nameOf(view, room)}
      </h1>
      <span class="room-facts">
        {t("rooms.count", { n: people })}
        {people <= (presence.value?.here.length ?? 0) &&
          people > schools &&
          schools > 0 &&
          ` · ${t("record.n_schools", { n: schools })}`}
      </span>
      <Button
        icon="keys"
        kind="quiet"
        label={t("keys.all")}
        onClick={() => openDialog({ kind: "keys" })}
      />
    </div>
  );
}

/** Who of the team reads this room from outside: told when it begins, shown until it ends. */
function Readers({ room }: { readonly room: number }) {
  const told = presence.value;
  const readers = (told?.room === room && told.readers) || [];
  const names = list(readers.map((r) => r.name));
  const known = useRef({ room, ids: new Set<number>() });
  useEffect(() => {
    const before = known.current.room === room ? known.current.ids : new Set<number>();
    for (const { id, name } of readers) if (!before.has(id)) say(t("watch.on", { name }));
    known.current = { room, ids: new Set(readers.map((r) => r.id)) };
  }, [room, names]);
  if (readers.length === 0) return null;
  return (
    <p class="readers">
      <Icon name="eye" small />{" "}
      {readers.length === 1 ? t("watch.on", { name: names }) : t("watch.on_many", { names })}
    </p>
  );
}

const TAB_SIGNS: Readonly<Record<Tab, IconName>> = {
  talk: "bubble",
  rooms: "rooms",
  people: "people",
  agenda: "agenda",
};

function Tabs({ view, tab }: { readonly view: View; readonly tab: Tab }) {
  const unread = openRooms(view).reduce(
    (sum, r) => sum + unreadIn(r.id, r.id === view.people.you.room),
    0,
  );
  const up = hands(presence.value?.here ?? []).length;
  const badge: Partial<Record<Tab, { n: number; kind: string; words: string }>> = {
    rooms: { n: unread, kind: "count", words: t("rooms.unread", { n: unread }) },
    people: { n: up, kind: "count count-attn", words: t("hands.title") },
  };
  return (
    <nav class="tabs" aria-label={t("tabs.label")}>
      {TABS.map((name) => {
        const b = badge[name];
        return (
          <a
            key={name}
            href={`#${name}`}
            aria-current={tab === name ? "page" : undefined}
            onClick={(e) => {
              e.preventDefault();
              goPlace(name);
            }}
          >
            <span class="tab-icon">
              <Icon name={TAB_SIGNS[name]} />
              {b && b.n > 0 && (
                <span class={b.kind}>
                  {b.n > 99 ? "99+" : b.n}
                  <span class="sr"> {b.words}</span>
                </span>
              )}
            </span>
            {t(`tabs.${name}`)}
          </a>
        );
      })}
    </nav>
  );
}
