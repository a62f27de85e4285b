import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { act } from "../app/act.ts";
import { say, sayNow } from "../app/announce.ts";
import { tick } from "../app/clock.ts";
import { t } from "../i18n/t.ts";
import { clock, countdown } from "../i18n/time.ts";
import { activeTopic, endOf, number } from "../model/agenda.ts";
import { PLENARY, type Recall, type Topic, type View } from "../protocol.ts";
import { AgendaTrack, TimeLeft } from "./Agenda.tsx";
import { Button } from "./parts/Button.tsx";

/** What the session is doing now: the one strongly coloured surface of the screen. */
export function TableNow({ view }: { readonly view: View }) {
  const { recall } = view.rooms;
  if (recall) return <RecallTable view={view} recall={recall} />;
  const topic = activeTopic(view);
  return topic ? <TopicTable view={view} topic={topic} /> : <PhaseTable view={view} />;
}

/** Said politely when a topic begins, at five minutes, one minute and ten seconds. */
function useSpoken(topic: Topic): void {
  const left = Math.ceil((endOf(topic) - tick.value) / 1000);
  useEffect(() => say(t("agenda.new", { topic: topic.title })), [topic.id, topic.started]);
  useEffect(() => {
    if (left === 300 || left === 60) say(t("agenda.left_say", { n: left / 60 }));
    if (left === 10) say(t("agenda.sec_say"));
  }, [left]);
}

function TopicTable({ view, topic }: { readonly view: View; readonly topic: Topic }) {
  useSpoken(topic);
  const whole = useSignal(false);
  const long = topic.title.length > 110 || (topic.prompt?.length ?? 0) > 160;
  return (
    <section
      class={whole.value ? "table table-now is-whole" : "table table-now"}
      aria-label={t("table.label")}
    >
      <div class="table-text">
        <p class="table-label">
          <b>{t("agenda.of", { n: number(view, topic), m: view.agenda.topics.length })}</b>
          <span class="table-wide"> · {t("agenda.all_rooms")}</span>
        </p>
        <h2 class="table-title" dir="auto">
          {topic.title}
        </h2>
        {topic.prompt && (
          <p class="table-prompt" dir="auto">
            {topic.prompt}
          </p>
        )}
        {long && (
          <button
            type="button"
            class="table-more"
            aria-expanded={whole.value}
            onClick={() => {
              whole.value = !whole.value;
            }}
          >
            {t(whole.value ? "go.less" : "go.more")}
          </button>
        )}
      </div>
      <div class="table-time">
        <TimeLeft topic={topic} />
        <span class="table-wide">{t("agenda.ends", { clock: clock(endOf(topic)) })}</span>
      </div>
      <div class="table-line">
        <AgendaTrack view={view} />
      </div>
    </section>
  );
}

/** No topic is running: the phase takes its place, or the room's own freedom. */
function PhaseTable({ view }: { readonly view: View }) {
  const { phase, format, start, title } = view.session;
  const lobby = phase === "lobby";
  const free = format === "free" || (phase === "breakout" && view.agenda.topics.length === 0);
  const early = lobby && tick.value < start;
  return (
    <section class="table table-now" aria-label={t("table.label")}>
      <div class="table-text">
        <p class="table-label">
          <b>{t(`phase.${phase}`)}</b>
        </p>
        <h2 class="table-title" dir="auto">
          {lobby ? t("lobby.title") : free ? t("agenda.free") : title}
        </h2>
        <p class="table-prompt">
          {lobby
            ? early
              ? t("lobby.text", { clock: clock(start) })
              : t("lobby.late")
            : free
              ? t("agenda.free_text")
              : t("agenda.none_yet")}
        </p>
      </div>
      {early && (
        <div class="table-time">
          <span class="clock" role="timer" aria-live="off">
            {countdown(start - tick.value)}
          </span>
        </div>
      )}
      {view.agenda.topics.length > 0 && (
        <div class="table-line">
          <AgendaTrack view={view} />
        </div>
      )}
    </section>
  );
}

function RecallTable({ view, recall }: { readonly view: View; readonly recall: Recall }) {
  const left = Math.ceil((recall.until - tick.value) / 1000);
  const when = t("recall.when", { name: recall.name, clock: clock(recall.until) });
  useEffect(() => sayNow(`${t("recall.you")}. ${when}`), [recall.until]);
  useEffect(() => {
    if (left === 60) say(t("agenda.left_say", { n: 1 }));
    if (left === 10) sayNow(t("agenda.sec_say"));
  }, [left]);
  return (
    <section class="table table-now table-recall" aria-label={t("table.label")}>
      <span class="clock" role="timer" aria-live="off">
        {countdown(left * 1000)}
      </span>
      <div class="table-text">
        <h2 class="table-title">{t("recall.you")}</h2>
        <p class="table-prompt">{when}</p>
      </div>
      {view.people.you.room !== PLENARY && (
        <div class="table-acts">
          <Button onClick={() => void act("rooms.leave", {})}>{t("recall.leave")}</Button>
        </div>
      )}
    </section>
  );
}
