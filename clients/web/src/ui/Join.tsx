import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type PublicSession, sessionPage } from "../app/api.ts";
import { tick } from "../app/clock.ts";
import { claims, invitationOf } from "../app/tickets.ts";
import { t } from "../i18n/t.ts";
import { clock, clockSpan, day, until, zone } from "../i18n/time.ts";
import { areaName } from "../model/areas.ts";
import { ROLES } from "../protocol.ts";
import { JoinForm } from "./JoinForm.tsx";
import { SiteHeader } from "./parts/SiteHeader.tsx";
import { Tile } from "./parts/Tile.tsx";
import { Track } from "./parts/Track.tsx";

const AGAIN_MS = 5_000;

interface Props {
  readonly id: string;
  readonly onTicket: (ticket: string) => void;
  /** Why one is here again: the ticket kept on this device is no longer taken. */
  readonly problem?: string | undefined;
}

/** What a session is, and the form that leads into it. */
export function Join({ id, onTicket, problem }: Props) {
  const page = useSignal<PublicSession | null>(null);
  const error = useSignal<string | null>(null);

  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    const load = async () => {
      const said = await sessionPage(id);
      if (over) return;
      if (said.ok) page.value = said.value;
      error.value = said.ok ? null : said.error;
      if (!said.ok && said.error === "network") timer = setTimeout(load, AGAIN_MS);
    };
    void load();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [id, page, error]);

  const s = page.value;
  document.title = s ? `${s.title} · ${t("app.name")}` : t("app.name");
  return (
    <div class="site">
      <SiteHeader />
      <main class="join" id="main">
        {s ? (
          <>
            <Head session={s} />
            <div class="join-form">
              {problem && (
                <p class="note note-bad" role="alert">
                  {problem}
                </p>
              )}
              <Way session={s} onTicket={onTicket} />
            </div>
            <About session={s} />
          </>
        ) : (
          <p class="calm" role="status">
            {error.value === "network"
              ? t("home.unreachable")
              : error.value
                ? t("session.not_found")
                : t("home.loading")}
          </p>
        )}
      </main>
    </div>
  );
}

/** The form, or why there is none. */
function Way({
  session: s,
  onTicket,
}: {
  readonly session: PublicSession;
  readonly onTicket: Props["onTicket"];
}) {
  const invitation = invitationOf(s.id) ?? undefined;
  if (!s.open && !invitation)
    return (
      <section class="card invite">
        <h2>{t("home.invite")}</h2>
        <p>{t("join.invite_only")}</p>
      </section>
    );
  const role = ROLES.find((r) => r === (invitation && claims(invitation)?.role));
  return (
    <>
      {role && role !== "attendee" && (
        <p class="pill pill-soft">{t("join.with_link", { role: t(`role.${role}`) })}</p>
      )}
      <JoinForm session={s} invitation={invitation} onTicket={onTicket} />
    </>
  );
}

function Head({ session: s }: { readonly session: PublicSession }) {
  const at = tick.value;
  const live = s.phase !== "closed" && (s.phase !== "lobby" || at >= s.start);
  const state =
    s.phase === "closed" ? t("session.ended") : live ? t("session.now") : t("session.soon");
  return (
    <section class="table join-table" aria-label={s.title}>
      <div class="join-table-top">
        <span class={live ? "pill pill-attn" : "pill pill-paper"}>
          {live && <i class="dot" />}
          {state}
        </span>
        {!live && s.phase !== "closed" && (
          <span>{t("session.in", { time: until(s.start - at) })}</span>
        )}
        {live && s.people !== null && s.people > 0 && (
          <span>{t("session.here", { n: s.people })}</span>
        )}
      </div>
      <h1 dir="auto">{s.title}</h1>
      <p>
        {t("session.when", { day: day(s.start), span: clockSpan(s.start, s.end), zone: zone() })}
        {s.hashtag && ` · #${s.hashtag}`}
      </p>
    </section>
  );
}

function About({ session: s }: { readonly session: PublicSession }) {
  const active = s.topics.findIndex((x) => x.state === "active");
  return (
    <section class="join-about" aria-label={t("session.about")}>
      <h2>{t("session.about")}</h2>
      <ul class="join-areas">
        {s.areas.map((a) => (
          <li key={a.key}>
            <Tile areas={s.areas} area={a.key} size="s" /> {areaName(a)}
          </li>
        ))}
      </ul>
      <p class="quiet">
        {t(`format.${s.format}`)} · {clock(s.start)}–{clock(s.end)}
        {s.people !== null && s.people > 0 && ` · ${t("session.here", { n: s.people })}`}
      </p>
      {s.topics.length > 0 && (
        <>
          <h2>{t("session.agenda")}</h2>
          <div class="join-track">
            <Track
              stops={s.topics.map((x, i) => ({ key: i, state: x.state, minutes: x.minutes }))}
              progress={0.5}
              label={
                active < 0
                  ? t("agenda.line_none", { m: s.topics.length })
                  : t("agenda.line", { n: active + 1, m: s.topics.length })
              }
            />
          </div>
          <ol class="join-topics">
            {s.topics.map((x, i) => (
              <li key={i} class={`is-${x.state}`}>
                <span dir="auto">{x.title}</span>
                <span class="num">{t("agenda.min", { n: x.minutes })}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
