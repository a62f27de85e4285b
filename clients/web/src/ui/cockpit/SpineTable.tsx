import { act, offNow } from "../../app/act.ts";
import { tick } from "../../app/clock.ts";
import { openDialog } from "../../app/dialogs.ts";
import { t } from "../../i18n/t.ts";
import { clock, countdown } from "../../i18n/time.ts";
import { endOf, number } from "../../model/agenda.ts";
import { everMay } from "../../model/people.ts";
import type { Topic, View } from "../../protocol.ts";
import { AgendaTrack, TimeLeft } from "../Agenda.tsx";
import { Button, Key } from "../parts/Button.tsx";
import { openMenu } from "../parts/Menu.tsx";

interface Props {
  readonly view: View;
  /** null: none is running. */
  readonly topic: Topic | null;
}

/** The table in the cockpit: the running topic, its time, and what moves it on. */
export function SpineTable({ view, topic }: Props) {
  const { topics } = view.agenda;
  const can = everMay(view.people.you.role, "agenda.next");
  const next = topics.some((x) => x.state === "pending");
  const before = topics.some((x) => x.state === "done");
  const { recall } = view.rooms;
  const from = topic?.id ?? 0;
  if (!topic && topics.length === 0 && !recall) return null;
  return (
    <div class={recall ? "table spine-table table-recall" : "table spine-table"}>
      {recall ? (
        <>
          <p class="table-label">
            <b>{t("recall.running")}</b>
          </p>
          <span class="clock" role="timer" aria-live="off">
            {countdown(recall.until - tick.value)}
          </span>
        </>
      ) : (
        <p class="table-label">
          <b>
            {topic
              ? t("agenda.of", { n: number(view, topic), m: topics.length })
              : t(`phase.${view.session.phase}`)}
          </b>{" "}
          {topic && t("agenda.all_rooms")}
        </p>
      )}
      <h3 class="table-title" dir="auto">
        {topic ? topic.title : t("agenda.none_yet")}
      </h3>
      {topic && (
        <div class="spine-clock">
          <TimeLeft topic={topic} />
          <span class="small">{t("agenda.ends", { clock: clock(endOf(topic)) })}</span>
          {can && (
            <span class="spine-time">
              <Button
                kind="table"
                label={t("agenda.shorten")}
                off={offNow()}
                onClick={() => void act("agenda.extend", { topic: topic.id, minutes: -1 })}
              >
                {t("agenda.shorten_short")}
              </Button>
              <Button
                kind="table"
                label={t("agenda.extend")}
                off={offNow()}
                onClick={() => void act("agenda.extend", { topic: topic.id, minutes: 2 })}
              >
                {t("agenda.extend_short")}
              </Button>
            </span>
          )}
        </div>
      )}
      <AgendaTrack view={view} />
      {can && (
        <div class="spine-acts">
          <Button
            kind="table-first"
            off={offNow() ?? (next ? undefined : t("agenda.empty"))}
            onClick={() => void act("agenda.next", { from })}
          >
            {t(topic || before ? "agenda.next" : "agenda.first")} <Key>N</Key>
          </Button>
          {before && (
            <Button kind="table" off={offNow()} onClick={() => void act("agenda.back", { from })}>
              {t("agenda.back")}
            </Button>
          )}
          {topic && (
            <Button
              kind="table"
              icon="more"
              label={t("agenda.menu")}
              onClick={(e) => {
                if (e.currentTarget instanceof Element)
                  openMenu(e.currentTarget, topic.title, [
                    {
                      label: t("agenda.finish"),
                      icon: "stop",
                      key: "Shift+F",
                      off: offNow(),
                      run: () => void act("agenda.finish", { topic: topic.id }),
                    },
                    {
                      label: t("agenda.edit"),
                      icon: "edit",
                      off: offNow(),
                      run: () => openDialog({ kind: "topic", topic }),
                    },
                  ]);
              }}
            />
          )}
        </div>
      )}
    </div>
  );
}
