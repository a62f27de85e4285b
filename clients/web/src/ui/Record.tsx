import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { type Download, download } from "../app/api.ts";
import { connection } from "../app/live.ts";
import { readRecord, record } from "../app/record.ts";
import { place } from "../app/route.ts";
import { ticketOf } from "../app/tickets.ts";
import { t } from "../i18n/t.ts";
import { clock, day } from "../i18n/time.ts";
import { nSchools } from "../model/people.ts";
import { roomName } from "../model/rooms.ts";
import { CHANNEL, type Line, PLENARY, type Room, type Topic, type View } from "../protocol.ts";
import { ConnectionPill } from "./Connection.tsx";
import { NoticeItem } from "./Marks.tsx";
import { Button } from "./parts/Button.tsx";
import { Icon } from "./parts/Icon.tsx";
import { SiteHeader } from "./parts/SiteHeader.tsx";
import { Tile } from "./parts/Tile.tsx";
import { Track } from "./parts/Track.tsx";
import { RecordLine } from "./RecordLine.tsx";

const SHOWN_MS = 2000;

interface Part {
  readonly topic: Topic | null;
  readonly rooms: readonly { readonly room: Room; readonly lines: readonly Line[] }[];
  readonly count: number;
}

/** Topic by topic, room by room, as it was said; what belongs to no topic stands at the end. */
function parts(
  view: View,
  rooms: ReadonlyMap<number, readonly Line[]>,
  only: number | null,
): readonly Part[] {
  const order = view.rooms.list.filter((r) => rooms.has(r.id) && (only === null || r.id === only));
  const of = (topic: Topic | null): Part => {
    const found = order
      .map((room) => ({
        room,
        lines: (rooms.get(room.id) ?? []).filter((l) => (topic ? l.topic === topic.id : !known(l))),
      }))
      .filter((r) => r.lines.length > 0);
    return { topic, rooms: found, count: found.reduce((n, r) => n + r.lines.length, 0) };
  };
  const known = (l: Line) => view.agenda.topics.some((x) => x.id === l.topic);
  const rest = of(null);
  return [...(rest.count > 0 ? [rest] : []), ...view.agenda.topics.map(of)];
}

/** How much was said, by how many, from how many schools. */
const facts = (lines: readonly Line[]): string =>
  [
    t("record.n_lines", { n: lines.length }),
    t("rooms.count", { n: new Set(lines.map((l) => l.by)).size }),
    t("record.n_schools", { n: nSchools(lines) }),
  ].join(" · ");

/** A closed session, read like an article. */
export function Record({ view }: { readonly view: View }) {
  const only = useSignal<number | null>(null);
  const { areas } = view.session;
  const ids = view.rooms.list.map((r) => r.id);

  useEffect(() => {
    let looked = true;
    void readRecord(ids, () => looked);
    return () => {
      looked = false;
    };
  }, [ids.join()]);

  const { rooms, lines, complete, failed } = record.value;
  const all = useMemo(() => parts(view, rooms, only.value), [view, rooms, only.value]);
  useLine(lines);
  const said = [...rooms.values()].flat();
  const shownRooms = view.rooms.list.filter((r) => (rooms.get(r.id)?.length ?? 0) > 0);

  return (
    <div class="site record-page">
      <SiteHeader />
      <div class="record">
        <nav class="record-contents" aria-label={t("record.topics")}>
          <div class="side-head">
            <h2 class="label">{t("record.topics")}</h2>
            <span class="label">{t("record.lines")}</span>
          </div>
          <ol class="spine">
            {all.map((p) => (
              <li
                key={p.topic?.id ?? 0}
                class={`spine-stop is-${p.topic && p.topic.state !== "active" ? p.topic.state : "done"}`}
              >
                <i class="spine-mark" />
                <a class="spine-title" href={`#topic-${p.topic?.id ?? 0}`} dir="auto">
                  {p.topic?.title ?? t("record.no_topic")}
                </a>
                <span class="spine-min num">
                  {p.topic?.state === "skipped" ? t("agenda.state_skipped") : p.count}
                </span>
              </li>
            ))}
          </ol>
        </nav>
        <main class="record-main" id="main">
          <header class="record-head">
            <p>
              <span class="pill">
                <Icon name="lock" small /> {t("record.closed")}
              </span>{" "}
              <span class="quiet">
                {day(view.session.start)}, {clock(view.session.start)}–
                {clock(view.session.closed_at ?? view.session.end)}
              </span>
            </p>
            <h1 dir="auto">{view.session.title}</h1>
            <p class="quiet">
              {facts(said)}
              {connection.value.state !== "live" && (
                <>
                  {" · "}
                  <ConnectionPill bare />
                </>
              )}
            </p>
            <Track
              stops={view.agenda.topics.map((x) => ({
                key: x.id,
                state: x.state === "active" ? "done" : x.state,
                minutes: x.minutes,
              }))}
              progress={1}
              label={t("agenda.line_none", { m: view.agenda.topics.length })}
            />
          </header>
          {!complete && (
            <p class="quiet" role="status">
              {failed ? t("err.network") : t("record.loading", { n: lines })}
            </p>
          )}
          {all.map((p) => (
            <Section key={p.topic?.id ?? 0} view={view} part={p} />
          ))}
          {view.notices.list.length > 0 && (
            <section class="record-topic">
              <h2>{t("record.notices")}</h2>
              {view.notices.list.map((n) => (
                <NoticeItem key={n.id} notice={n} />
              ))}
            </section>
          )}
        </main>
        <aside class="record-side" aria-label={t("record.download")}>
          <Downloads id={view.session.session} />
          <h2 class="label">{t("record.rooms")}</h2>
          <ul class="area-list">
            {[null, ...shownRooms].map((r) => (
              <li key={r?.id ?? -1}>
                <button
                  type="button"
                  class="area-row"
                  aria-pressed={only.value === (r?.id ?? null)}
                  onClick={() => {
                    only.value = r?.id ?? null;
                  }}
                >
                  <RoomTile view={view} room={r} />
                  <span dir="auto">{r ? roomName(r, areas) : t("record.all_rooms")}</span>
                  <span class="num">{r ? rooms.get(r.id)?.length : lines}</span>
                </button>
              </li>
            ))}
          </ul>
        </aside>
      </div>
    </div>
  );
}

function RoomTile({ view, room }: { readonly view: View; readonly room: Room | null }) {
  const icon = !room || room.id === PLENARY ? "wave" : room.id === CHANNEL ? "shield" : "bubble";
  return <Tile areas={view.session.areas} area={room?.area} icon={icon} />;
}

function Section({ view, part }: { readonly view: View; readonly part: Part }) {
  const { topic } = part;
  const n = topic ? view.agenda.topics.indexOf(topic) + 1 : 0;
  return (
    <section class="record-topic" aria-labelledby={`topic-${topic?.id ?? 0}`}>
      <h2 id={`topic-${topic?.id ?? 0}`} tabIndex={-1} dir="auto">
        {topic?.title ?? t("record.no_topic")}
      </h2>
      {topic && (
        <p class="quiet">
          {t("record.topic_facts", { n, min: topic.minutes })}
          {topic.prompt && <span dir="auto"> · {topic.prompt}</span>}
        </p>
      )}
      {part.rooms.length === 0 && <p class="quiet">{t("record.empty_topic")}</p>}
      {part.rooms.map(({ room, lines }) => (
        <div key={room.id} class="record-room">
          <h3>
            <RoomTile view={view} room={room} />
            <span dir="auto">{roomName(room, view.session.areas)}</span>
            <span class="quiet">{facts(lines)}</span>
          </h3>
          {lines.map((l) => (
            <RecordLine key={l.id} view={view} room={room} line={l} />
          ))}
        </div>
      ))}
    </section>
  );
}

function Downloads({ id }: { readonly id: string }) {
  const failed = useSignal(false);
  const get = async (what: Download) => {
    const ticket = ticketOf(id);
    failed.value = !ticket || !(await download(id, what, ticket));
  };
  return (
    <section class="downloads">
      <h2 class="label">{t("record.download")}</h2>
      <div>
        <Button icon="download" onClick={() => void get("export.md")}>
          {t("record.markdown")}
        </Button>
        <Button icon="download" onClick={() => void get("export.json")}>
          {t("record.json")}
        </Button>
        <Button icon="download" onClick={() => void get("mine.json")}>
          {t("record.mine")}
        </Button>
        <Button kind="quiet" onClick={() => print()}>
          {t("record.print")}
        </Button>
      </div>
      {failed.value && (
        <p class="field-error" role="alert">
          {t("record.failed")}
        </p>
      )}
    </section>
  );
}

/** A permalink (#42) leads to its line and marks it for a moment, as soon as the line is there. */
function useLine(lines: number): void {
  const id = /^\d+$/.test(place.value) ? place.value : null;
  const el = id ? document.getElementById(`line-${id}`) : null;
  useEffect(() => {
    if (!el) return;
    el.scrollIntoView({ block: "center" });
    el.focus();
    el.classList.add("is-wanted");
    const timer = setTimeout(() => el.classList.remove("is-wanted"), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [el, id, lines > 0]);
}
