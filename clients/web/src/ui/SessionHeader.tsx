import { openDialog } from "../app/dialogs.ts";
import { peopleIn } from "../app/counts.ts";
import { go, goPlace, place } from "../app/route.ts";
import { chooseLanguage, other, t } from "../i18n/t.ts";
import { clockSpan } from "../i18n/time.ts";
import { isStaff } from "../model/people.ts";
import { nameOf, roomOf } from "../model/rooms.ts";
import { PLENARY, type View } from "../protocol.ts";
import { ConnectionPill } from "./Connection.tsx";
import { leaveSession } from "./leave.ts";
import { Button } from "./parts/Button.tsx";
import { Logo } from "./parts/Icon.tsx";
import { type Item, openMenu } from "./parts/Menu.tsx";
import { LanguageSwitch, ThemeSwitch, themeItems } from "./parts/Switches.tsx";
import { Avatar, Tile } from "./parts/Tile.tsx";

/** Cockpit or room: the two ways staff see a session. */
export function ViewSwitch({ view }: { readonly view: View }) {
  if (!isStaff(view.people.you.role)) return null;
  const cockpit = place.value === "" || place.value.startsWith("cockpit");
  const tab = (to: string, on: boolean, words: string) => (
    <a href={`#${to}`} aria-current={on ? "page" : undefined}>
      {words}
    </a>
  );
  return (
    <nav class="view-switch" aria-label={t("cockpit.view")}>
      {tab("cockpit", cockpit, t("cockpit.title"))}
      {tab("talk", !cockpit, t("cockpit.room"))}
    </nav>
  );
}

/** The head of a session: on wide screens what it is, on a phone where one sits. */
export function SessionHeader({ view }: { readonly view: View }) {
  const { session, people } = view;
  const { you } = people;
  const here = peopleIn(you.room);
  const more = (from: Element) => openMenu(from, t("app.menu"), moreItems(view));
  return (
    <header class="head">
      <div class="head-wide">
        <Logo />
        <p class="head-title">
          <b class="ellipsis" dir="auto">
            {session.title}
          </b>
          <span class="ellipsis">
            {session.hashtag && `#${session.hashtag} · `}
            {clockSpan(session.start, session.end)}
          </span>
        </p>
        <ViewSwitch view={view} />
        <div class="head-right">
          <ConnectionPill />
          <Button
            icon="people"
            kind="quiet"
            label={t("people.title")}
            pressed={place.value === "people"}
            onClick={() => goPlace(place.value === "people" ? "talk" : "people")}
          />
          <LanguageSwitch />
          <ThemeSwitch />
          <button
            type="button"
            class="head-me"
            aria-haspopup="menu"
            onClick={(e) => more(e.currentTarget)}
          >
            <Avatar name={you.name} areas={session.areas} area={you.area} small />
            <span class="ellipsis" dir="auto">
              {you.name}
            </span>
          </button>
        </div>
      </div>
      <div class="head-phone">
        <Tile
          areas={session.areas}
          area={roomOf(view, you.room)?.area}
          icon={you.room === PLENARY ? "wave" : "bubble"}
        />
        <p class="head-title">
          <b class="ellipsis" dir="auto">
            {nameOf(view, you.room)}
          </b>
          <span>
            <ConnectionPill bare /> · {t("rooms.total", { n: here })}
          </span>
        </p>
        {isStaff(you.role) && (
          <Button
            icon="console"
            kind="quiet"
            label={t("cockpit.title")}
            onClick={() => goPlace("cockpit")}
          />
        )}
        <Button
          icon="more"
          kind="quiet"
          label={t("app.menu")}
          onClick={(e) => e.currentTarget instanceof Element && more(e.currentTarget)}
        />
      </div>
    </header>
  );
}

/** What belongs to oneself and the page: looks, language, keys, leaving. */
export function moreItems(view: View): readonly Item[] {
  const { you } = view.people;
  return [
    {
      label: t("app.language"),
      icon: "globe",
      run: () => void chooseLanguage(other()),
    },
    ...themeItems().map((item, i) => ({ ...item, apart: i === 0 })),
    ...(isStaff(you.role) && view.session.phase !== "closed"
      ? [
          {
            label: t("code.show"),
            icon: "screen" as const,
            apart: true,
            run: () => openDialog({ kind: "code" }),
          },
        ]
      : []),
    {
      label: t("keys.all"),
      icon: "keys",
      key: "?",
      apart: true,
      run: () => openDialog({ kind: "keys" }),
    },
    ...(you.role === "organizer"
      ? [
          {
            label: t("cockpit.settings"),
            icon: "edit" as const,
            run: () => openDialog({ kind: "settings" }),
          },
        ]
      : []),
    { label: t("app.schedule"), icon: "calendar", apart: true, run: () => go("/") },
    { label: t("people.leave"), icon: "out", run: () => void leaveSession(view.session.session) },
  ];
}
