import { useEffect } from "preact/hooks";
import { tick } from "../../app/clock.ts";
import { clearPicked } from "../../app/picked.ts";
import { goPlace, place } from "../../app/route.ts";
import { t } from "../../i18n/t.ts";
import { clock } from "../../i18n/time.ts";
import type { View } from "../../protocol.ts";
import { ConnectionPill, ConnectionStrip } from "../Connection.tsx";
import { Icon, Logo } from "../parts/Icon.tsx";
import { openMenu } from "../parts/Menu.tsx";
import { Avatar } from "../parts/Tile.tsx";
import { moreItems, ViewSwitch } from "../SessionHeader.tsx";
import { Sheets } from "../Sheets.tsx";
import { Announce } from "./Announce.tsx";
import { Channel } from "./Channel.tsx";
import { PhaseBar } from "./PhaseBar.tsx";
import { RoomGrid } from "./RoomGrid.tsx";
import { Spine } from "./Spine.tsx";

const TABS = [
  { place: "cockpit", tab: "run", icon: "agenda" },
  { place: "cockpit-rooms", tab: "rooms", icon: "rooms" },
  { place: "cockpit-channel", tab: "channel", icon: "shield" },
] as const;

const WORDS = {
  run: "cockpit.run",
  rooms: "tabs.rooms",
  channel: "cockpit.channel_short",
} as const;

/** Running the hour from one screen: the agenda, all rooms with their people, the team's channel. */
export function Cockpit({ view }: { readonly view: View }) {
  const tab = TABS.find((x) => x.place === place.value)?.tab ?? "run";
  useEffect(() => clearPicked, []);
  return (
    <div class="cockpit" data-density="dense" data-tab={tab}>
      <a
        class="skip button"
        href="#cockpit-rooms"
        onClick={(e) => {
          e.preventDefault();
          document.querySelector<HTMLElement>(".room-grid")?.focus();
        }}
      >
        {t("rooms.title")}
      </a>
      <Head view={view} />
      <Spine view={view} />
      <main class="cockpit-main" id="main" aria-label={t("rooms.title")}>
        <ConnectionStrip />
        <RoomGrid view={view} />
        <Announce view={view} />
        <Sheets view={view} />
      </main>
      <Channel view={view} />
      <nav class="tabs" aria-label={t("tabs.label")}>
        {TABS.map((x) => (
          <a
            key={x.tab}
            href={`#${x.place}`}
            aria-current={tab === x.tab ? "page" : undefined}
            onClick={(e) => {
              e.preventDefault();
              goPlace(x.place);
            }}
          >
            <span class="tab-icon">
              <Icon name={x.icon} />
            </span>
            {t(WORDS[x.tab])}
          </a>
        ))}
      </nav>
    </div>
  );
}

function Head({ view }: { readonly view: View }) {
  const { session, people } = view;
  const { you } = people;
  return (
    <header class="head cockpit-head">
      <Logo />
      <div class="head-title">
        <h1 class="ellipsis" dir="auto">
          {session.title}
        </h1>
        <span class="head-clock ellipsis">
          <b class="num">{clock(tick.value)}</b> ·{" "}
          {t("cockpit.ends", { clock: clock(session.end) })}
          {session.hashtag && ` · #${session.hashtag}`}
        </span>
      </div>
      <PhaseBar view={view} />
      <div class="head-right">
        <ConnectionPill />
        <ViewSwitch view={view} />
        <button
          type="button"
          class="head-me"
          aria-haspopup="menu"
          onClick={(e) => openMenu(e.currentTarget, t("app.menu"), moreItems(view))}
        >
          <Avatar name={you.name} areas={session.areas} area={you.area} small />
          <span class="sr">{you.name}</span>
        </button>
      </div>
    </header>
  );
}
