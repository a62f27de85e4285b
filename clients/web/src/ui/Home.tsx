import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type PublicSession, publicSession } from "../app/api.ts";
import { tick } from "../app/clock.ts";
import { keep, keptJson } from "../app/device.ts";
import { schedule } from "../app/schedule.ts";
import { hasTicket } from "../app/tickets.ts";
import { t } from "../i18n/t.ts";
import { clock, clockSpan, day, dayNumber, until, weekday, zone } from "../i18n/time.ts";
import { type Area, areaName } from "../model/areas.ts";
import { CodeForm } from "./CodeForm.tsx";
import { Button } from "./parts/Button.tsx";
import { Icon } from "./parts/Icon.tsx";
import { Link, SiteHeader } from "./parts/SiteHeader.tsx";
import { Tile } from "./parts/Tile.tsx";
import { Track } from "./parts/Track.tsx";

const AGAIN_MS = 15_000;

interface Known {
  readonly list: readonly PublicSession[];
  readonly at: number;
  readonly stale: boolean;
}

/** The list as this device last had it: better than nothing while the server is away. */
function remembered(): Known | null {
  const old = keptJson("schedule");
  if (typeof old !== "object" || old === null || !("list" in old) || !("at" in old)) return null;
  if (!Array.isArray(old.list) || typeof old.at !== "number") return null;
  const list = old.list.map(publicSession).filter((s) => s !== null);
  return { list, at: old.at, stale: true };
}

type Place = "live" | "next" | "past";

export function placeOf(s: PublicSession, at: number): Place {
  if (s.phase === "closed") return "past";
  if (s.phase !== "lobby") return "live";
  if (at < s.start) return "next";
  return at < s.end + 3_600_000 ? "live" : "past";
}

/** The schedule: what is live, what comes, what was. */
export function Home() {
  const known = useSignal<Known | null>(null);
  const failed = useSignal(false);
  const area = useSignal<string | null>(null);

  useEffect(() => {
    document.title = t("app.name");
    let timer: ReturnType<typeof setTimeout>;
    let over = false;
    const load = async () => {
      const said = await schedule();
      if (over) return;
      failed.value = !said.ok;
      if (said.ok) {
        known.value = { list: said.value, at: Date.now(), stale: false };
        keep("schedule", JSON.stringify({ list: said.value, at: Date.now() }));
      } else known.value = known.value ? { ...known.value, stale: true } : remembered();
      timer = setTimeout(load, AGAIN_MS);
    };
    void load();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [known, failed]);

  return (
    <div class="site">
      <SiteHeader />
      <main class="home" id="main">
        <div class="home-head">
          <h1>{t("home.title")}</h1>
          <p class="lead">{t("home.sub", { zone: zone() })}</p>
          <CodeForm />
        </div>
        {known.value ? (
          <Schedule known={known.value} area={area.value} onArea={(key) => (area.value = key)} />
        ) : (
          <p class="calm">{failed.value ? t("home.unreachable") : t("home.loading")}</p>
        )}
      </main>
    </div>
  );
}

interface ScheduleProps {
  readonly known: Known;
  readonly area: string | null;
  readonly onArea: (key: string | null) => void;
}

function Schedule({ known, area, onArea }: ScheduleProps) {
  const at = tick.value;
  const shown = known.list.filter((s) => !area || s.areas.some((a) => a.key === area));
  const inPlace = (place: Place) => shown.filter((s) => placeOf(s, at) === place);
  const live = inPlace("live").sort((a, b) => a.start - b.start);
  const next = inPlace("next").sort((a, b) => a.start - b.start);
  const past = inPlace("past").sort((a, b) => b.start - a.start);
  const areas = allAreas(known.list);
  const name = areas.find((a) => a.key === area);
  return (
    <>
      <div class="home-main">
        {known.stale && (
          <p class="note" role="status">
            <Icon name="offline" /> {t("home.as_of", { clock: clock(known.at) })}
          </p>
        )}
        {live.map((s) => (
          <OnTable key={s.id} session={s} live />
        ))}
        {live.length === 0 && next[0] && <OnTable session={next[0]} live={false} />}
        {shown.length === 0 && (
          <div class="empty">
            <p>{name ? t("home.empty_filter", { area: areaName(name) }) : t("home.empty")}</p>
            {!name && <p class="quiet">{t("home.invited")}</p>}
            {name ? (
              <Button onClick={() => onArea(null)}>{t("home.clear")}</Button>
            ) : (
              <Link to="/plan" class="button button-plain">
                {t("home.plan")}
              </Link>
            )}
          </div>
        )}
        <Rows
          title={t("home.next")}
          areas={areas}
          list={live.length === 0 ? next.slice(1) : next}
        />
        <Rows title={t("home.past")} areas={areas} list={past} />
      </div>
      <Areas areas={areas} list={known.list} area={area} onArea={onArea} />
    </>
  );
}

/** All areas of all sessions, once each, in the order they first appear. */
function allAreas(list: readonly PublicSession[]): readonly Area[] {
  const found = new Map<string, Area>();
  for (const s of list) for (const a of s.areas) if (!found.has(a.key)) found.set(a.key, a);
  return [...found.values()];
}

function OnTable({
  session: s,
  live,
}: {
  readonly session: PublicSession;
  readonly live: boolean;
}) {
  const active = s.topics.find((x) => x.state === "active");
  const joined = hasTicket(s.id);
  return (
    <section class="table home-table" aria-label={s.title}>
      <div class="home-table-top">
        <span class={live ? "pill pill-attn" : "pill pill-paper"}>
          {live && <i class="dot" />}
          {live ? t("home.live") : t("session.soon")}
        </span>
        <span>
          {live
            ? clockSpan(s.start, s.end)
            : `${day(s.start)} ${clockSpan(s.start, s.end)} · ${t("session.in", { time: until(s.start - tick.value) })}`}
          {live && s.people !== null && s.people > 0 && ` · ${t("home.people", { n: s.people })}`}
        </span>
        {s.hashtag && <span class="home-hash">#{s.hashtag}</span>}
      </div>
      <div class="home-table-mid">
        <div>
          <h2 dir="auto">{s.title}</h2>
          {active && <p>{t("home.table", { topic: active.title })}</p>}
        </div>
        <Link to={`/s/${s.id}`} class="button button-table-first">
          {live ? (joined ? t("home.join") : t("join.title")) : t("home.details")}
        </Link>
      </div>
      {s.topics.length > 0 && (
        <Track
          stops={s.topics.map((x, i) => ({ key: i, state: x.state, minutes: x.minutes }))}
          progress={0.5}
          label={t("agenda.line_none", { m: s.topics.length })}
        />
      )}
    </section>
  );
}

interface RowsProps {
  readonly title: string;
  readonly areas: readonly Area[];
  readonly list: readonly PublicSession[];
}

function Rows({ title, areas, list }: RowsProps) {
  if (list.length === 0) return null;
  return (
    <section class="rows">
      <h2>{title}</h2>
      <ul>
        {list.map((s) => (
          <Row key={s.id} session={s} areas={areas} />
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  readonly session: PublicSession;
  /** Of all sessions: one area has one colour on the page. */
  readonly areas: readonly Area[];
}

function Row({ session: s, areas }: RowProps) {
  const closed = placeOf(s, tick.value) === "past";
  const facts = [
    t(`format.${s.format}`),
    ...(s.open ? [] : [t("home.invite")]),
    ...(s.people ? [t("home.people", { n: s.people })] : []),
  ];
  return (
    <li class="row">
      <time class="row-day" dateTime={new Date(s.start).toISOString()}>
        <b>{dayNumber(s.start)}</b>
        <span>{weekday(s.start)}</span>
        <span class="sr">{day(s.start)}</span>
      </time>
      <div class="row-text">
        <h3 dir="auto">{s.title}</h3>
        <p>
          {clockSpan(s.start, s.end)}
          {s.hashtag && ` · #${s.hashtag}`}
        </p>
        <p class="row-facts">
          {s.areas.slice(0, 6).map((a) => (
            <span key={a.key} title={areaName(a)}>
              <Tile areas={areas} area={a.key} size="s" />
              <span class="sr">{areaName(a)}, </span>
            </span>
          ))}
          <span>{facts.join(" · ")}</span>
        </p>
      </div>
      <div class="row-act">
        {hasTicket(s.id) && (
          <span class="pill pill-soft">
            <Icon name="check" small /> {t("home.mine")}
          </span>
        )}
        <Link
          to={`/s/${s.id}`}
          class="button button-plain"
          label={`${closed ? t("home.read") : t("home.details")}: ${s.title}`}
        >
          {closed ? t("home.read") : t("home.details")}
        </Link>
      </div>
    </li>
  );
}

interface AreasProps {
  readonly areas: readonly Area[];
  readonly list: readonly PublicSession[];
  readonly area: string | null;
  readonly onArea: (key: string | null) => void;
}

function Areas({ areas, list, area, onArea }: AreasProps) {
  if (areas.length < 2) return null;
  const count = (key: string) => list.filter((s) => s.areas.some((a) => a.key === key)).length;
  const row = (key: string | null, name: string, n: number) => (
    <li key={key ?? ""}>
      <button
        type="button"
        class="area-row"
        aria-pressed={area === key}
        onClick={() => onArea(key)}
      >
        <Tile areas={areas} area={key ?? undefined} icon="wave" />
        <span>{name}</span>
        <span class="num">{n}</span>
      </button>
    </li>
  );
  return (
    <aside class="home-side" aria-label={t("home.filter")}>
      <section class="card">
        <h2 class="label">{t("home.areas")}</h2>
        <ul class="area-list">
          {row(null, t("home.all_areas"), list.length)}
          {areas.map((a) => row(a.key, areaName(a), count(a.key)))}
        </ul>
      </section>
    </aside>
  );
}
