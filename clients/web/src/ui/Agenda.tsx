import { tick } from "../app/clock.ts";
import { connection } from "../app/live.ts";
import { t } from "../i18n/t.ts";
import { countdown } from "../i18n/time.ts";
import { activeTopic, endOf, minutesLeft, number, progressOf } from "../model/agenda.ts";
import type { Topic, View } from "../protocol.ts";
import { Icon } from "./parts/Icon.tsx";
import { type Stop, Track } from "./parts/Track.tsx";

const LAST_MINUTE = 60_000;

/** The time that is left, or over, as the table shows it. */
export function TimeLeft({ topic }: { readonly topic: Topic }) {
  const left = endOf(topic) - tick.value;
  const about = connection.value.state === "offline" ? `${t("conn.about")} ` : "";
  if (left <= 0)
    return (
      <span class="pill pill-attn time-pill" role="timer" aria-live="off">
        <Icon name="clock" small /> +{t("agenda.over", { time: countdown(-left) })}
      </span>
    );
  if (left <= LAST_MINUTE)
    return (
      <span class="pill pill-attn time-pill" role="timer" aria-live="off">
        <Icon name="clock" small /> {about}
        {t("agenda.left", { time: countdown(left) })}
      </span>
    );
  return (
    <span class="clock" role="timer" aria-live="off">
      {about && <small>{about}</small>}
      {countdown(left)}
    </span>
  );
}

export function AgendaTrack({ view }: { readonly view: View }) {
  const active = activeTopic(view);
  const stops: readonly Stop[] = view.agenda.topics.map((x) => ({
    key: x.id,
    state: x.state,
    minutes: x.minutes,
  }));
  const m = stops.length;
  return (
    <Track
      stops={stops}
      progress={progressOf(active, tick.value)}
      label={
        active ? t("agenda.line", { n: number(view, active), m }) : t("agenda.line_none", { m })
      }
    />
  );
}

/** The agenda as an attendee reads it: the line, upright, with the topics beside it. */
export function AgendaList({ view }: { readonly view: View }) {
  const { topics } = view.agenda;
  return (
    <section class="agenda" aria-label={t("agenda.title")}>
      <div class="side-head">
        <h2 class="label">{t("agenda.title")}</h2>
        {view.session.phase !== "closed" && view.session.phase !== "lobby" && (
          <span class="label num">
            {t("agenda.minutes_left", { n: minutesLeft(view, tick.value) })}
          </span>
        )}
      </div>
      {topics.length === 0 && (
        <p class="quiet small">
          {view.session.format === "free" ? t("agenda.free_text") : t("agenda.none_yet")}
        </p>
      )}
      <ol class="spine">
        {topics.map((x) => (
          <li key={x.id} class={`spine-stop is-${x.state}`} aria-current={x.state === "active"}>
            <i class="spine-mark" />
            <span class="spine-title" dir="auto">
              {x.title}
            </span>
            <span class="spine-min num">
              {x.minutes}′<span class="sr"> {t(`agenda.state_${x.state}`)}</span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
