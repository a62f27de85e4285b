import { useSignal } from "@preact/signals";
import { act, offNow } from "../../app/act.ts";
import { tick } from "../../app/clock.ts";
import { openDialog } from "../../app/dialogs.ts";
import { language, t } from "../../i18n/t.ts";
import { clock } from "../../i18n/time.ts";
import { activeTopic, lateBy, type Planned, planned } from "../../model/agenda.ts";
import { everMay } from "../../model/people.ts";
import { noticeTexts } from "../../model/talk.ts";
import type { Notice, Topic, View } from "../../protocol.ts";
import { Button } from "../parts/Button.tsx";
import { Icon } from "../parts/Icon.tsx";
import { type Item, openMenu } from "../parts/Menu.tsx";
import { SpineTable } from "./SpineTable.tsx";

/** The agenda as the spine of the hour: clock times that move with it, the running topic as the table. */
export function Spine({ view }: { readonly view: View }) {
  const rows = planned(view, tick.value);
  const late = lateBy(view, tick.value);
  const active = activeTopic(view);
  const can = everMay(view.people.you.role, "agenda.add");
  const dragged = useSignal<number | null>(null);
  const last = view.notices.list[view.notices.list.length - 1];
  return (
    <section class="spine-panel" aria-label={t("agenda.title")} tabIndex={0}>
      <div class="side-head">
        <h2 class="label">{t("agenda.title")}</h2>
        {late > 0 ? (
          <b class="late">{t("agenda.late", { n: late })}</b>
        ) : (
          rows.length > 0 && <span class="quiet small">{t("agenda.on_time")}</span>
        )}
      </div>
      {!active && <SpineTable view={view} topic={null} />}
      {rows.length === 0 && <p class="quiet spine-empty">{t("agenda.empty")}</p>}
      <ol class="spine spine-dense">
        {rows.map((row) =>
          row.topic.state === "active" ? (
            <li key={row.topic.id} class="spine-stop is-active spine-here">
              <SpineTable view={view} topic={row.topic} />
            </li>
          ) : (
            <StopRow key={row.topic.id} view={view} row={row} can={can} dragged={dragged} />
          ),
        )}
      </ol>
      {can && (
        <Button
          icon="plus"
          kind="quiet"
          off={offNow()}
          onClick={() => openDialog({ kind: "topic", topic: null })}
        >
          {t("agenda.add")}
        </Button>
      )}
      {last && <LastNotice notice={last} />}
    </section>
  );
}

function LastNotice({ notice }: { readonly notice: Notice }) {
  const [words] = noticeTexts(notice, language.value);
  return (
    <div class="last-notice">
      <div class="side-head">
        <h2 class="label">{t("notice.last")}</h2>
        <time class="quiet small">{clock(notice.at)}</time>
      </div>
      <p class="ellipsis" dir="auto" title={words}>
        {words}
      </p>
      <p class="quiet small">
        {notice.rooms ? t("notice.some", { n: notice.rooms.length }) : t("notice.all")} ·{" "}
        {notice.name}
      </p>
    </div>
  );
}

interface StopProps {
  readonly view: View;
  readonly row: Planned;
  readonly can: boolean;
  readonly dragged: { value: number | null };
}

function StopRow({ view, row, can, dragged }: StopProps) {
  const { topic } = row;
  const over = useSignal(false);
  const pending = topic.state === "pending";
  const moves = can && pending;
  const drop = () => {
    const from = dragged.value;
    over.value = false;
    dragged.value = null;
    if (from !== null && from !== topic.id)
      void act("agenda.order", { topic: from, before: topic.id });
  };
  return (
    <li
      class={`spine-stop is-${topic.state} ${over.value ? "is-over" : ""}`}
      draggable={moves}
      onDragStart={(e) => {
        dragged.value = topic.id;
        e.dataTransfer?.setData("text/plain", topic.title);
        e.stopPropagation();
      }}
      onDragOver={(e) => {
        if (dragged.value === null || !pending) return;
        e.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => {
        over.value = false;
      }}
      onDragEnd={() => {
        dragged.value = null;
      }}
      onDrop={(e) => {
        e.preventDefault();
        drop();
      }}
    >
      <i class="spine-mark" />
      <span class="spine-title" dir="auto">
        {can ? (
          <button
            type="button"
            class="spine-edit"
            onClick={() => openDialog({ kind: "topic", topic })}
          >
            {topic.title}
          </button>
        ) : (
          topic.title
        )}
        {(topic.owner || topic.state === "skipped") && (
          <small>
            {[topic.owner, topic.state === "skipped" && t("agenda.state_skipped")]
              .filter(Boolean)
              .join(" · ")}
          </small>
        )}
      </span>
      <span class="spine-at num">{topic.state === "skipped" ? "" : clock(row.at)}</span>
      <span class="spine-min num">
        {topic.minutes}
        <span class="sr"> {t(`agenda.state_${topic.state}`)}</span>
      </span>
      {can && (
        <button
          type="button"
          class="button button-quiet button-icon"
          aria-label={`${t("agenda.menu")}: ${topic.title}`}
          aria-haspopup="menu"
          onClick={(e) => openMenu(e.currentTarget, topic.title, topicItems(view, topic))}
        >
          <Icon name="more" />
        </button>
      )}
    </li>
  );
}

/** What can be done with a topic that is not running; dragging has its twins here. */
function topicItems(view: View, topic: Topic): readonly Item[] {
  const { topics } = view.agenda;
  const off = offNow();
  const at = topics.indexOf(topic);
  const above = topics[at - 1];
  const below = topics[at + 1];
  const after = topics[at + 2];
  const pending = topic.state === "pending";
  return [
    {
      label: t(pending ? "agenda.push" : "agenda.again"),
      icon: "play",
      off,
      run: () => void act("agenda.push", { topic: topic.id }),
    },
    {
      label: t("agenda.edit"),
      icon: "edit",
      off,
      run: () => openDialog({ kind: "topic", topic }),
    },
    ...(pending
      ? ([
          {
            label: t("agenda.up"),
            icon: "up",
            apart: true,
            off: off ?? (above?.state === "pending" ? undefined : t("agenda.first_already")),
            run: () => void act("agenda.order", { topic: topic.id, before: above?.id ?? topic.id }),
          },
          {
            label: t("agenda.down"),
            icon: "down",
            off: off ?? (below ? undefined : t("agenda.last_already")),
            run: () =>
              void act("agenda.order", { topic: topic.id, ...(after ? { before: after.id } : {}) }),
          },
          {
            label: t("agenda.skip"),
            icon: "skip",
            apart: true,
            off,
            run: () => void act("agenda.skip", { topic: topic.id }),
          },
          {
            label: t("agenda.remove"),
            icon: "close",
            danger: true,
            off,
            run: () => void act("agenda.remove", { topic: topic.id }),
          },
        ] as const)
      : []),
  ];
}
