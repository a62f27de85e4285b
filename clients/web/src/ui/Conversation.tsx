import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { say } from "../app/announce.ts";
import { isLoading, joined, loadOlder } from "../app/history.ts";
import { pending, presence, typing } from "../app/live.ts";
import { markSpot, spotOf } from "../app/unread.ts";
import { t } from "../i18n/t.ts";
import { knownAs } from "../model/people.ts";
import { items, noticesOf, talkOf } from "../model/talk.ts";
import { CHANNEL, type Line, type View } from "../protocol.ts";
import { lineKey } from "./lineKeys.ts";
import { Mark, NoticeItem, TopicMark } from "./Marks.tsx";
import { lineItems } from "./menus.ts";
import { PendingLine } from "./PendingLine.tsx";
import { Button } from "./parts/Button.tsx";
import { Icon } from "./parts/Icon.tsx";
import { openMenu } from "./parts/Menu.tsx";
import { Said } from "./Said.tsx";

/** So near to the end counts as at the end. */
const NEAR = 48;
/** One utterance in so many milliseconds. */
const SPOKEN_MS = 3000;

interface Props {
  readonly view: View;
  readonly room: number;
  readonly label: string;
  readonly compact?: boolean;
}

export function Conversation({ view, room, label, compact = false }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const lastTop = useRef(0);
  const readTo = useRef<number | undefined>(undefined);
  const current = useSignal<number | null>(null);
  const below = useSignal(0);
  const you = view.people.you.id;
  const window_ = talkOf(view, room)?.lines ?? [];
  const { lines, more } = joined(room, window_);
  const here = presence.value?.here ?? [];
  const unsent = pending.value.filter(
    (p) => p.room === room || (p.room === null && p.state === "refused"),
  );
  const lastLine = lines[lines.length - 1];
  const lastId = lastLine?.id ?? 0;
  const shown = items({
    lines,
    notices: noticesOf(view, room),
    topics: room === CHANNEL ? [] : view.agenda.topics,
    readTo: readTo.current,
    you,
  });
  const replies = repliesOf(lines);

  const toEnd = () => {
    const el = box.current;
    if (el) el.scrollTop = el.scrollHeight;
    below.value = 0;
  };

  // A room is entered at the first line one has not read, else at its end.
  useLayoutEffect(() => {
    readTo.current = spotOf(room) ?? lastId;
    below.value = 0;
    current.value = null;
    atEnd.current = true;
    requestAnimationFrame(() => {
      const mark = box.current?.querySelector<HTMLElement>(".mark-new");
      if (
        mark &&
        box.current &&
        mark.offsetTop < box.current.scrollHeight - box.current.clientHeight
      )
        mark.scrollIntoView({ block: "start" });
      else toEnd();
    });
  }, [room]);

  useLayoutEffect(() => {
    const mine = lastLine?.by === you;
    if (atEnd.current || mine) toEnd();
    else if (lastId) below.value++;
    if (atEnd.current && !document.hidden) markSpot(room, lastId);
  }, [lastId, unsent.length, room]);

  // The composer grows, the keyboard comes up: who read the end still reads the end.
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const watch = new ResizeObserver(() => {
      if (atEnd.current) toEnd();
    });
    watch.observe(el);
    if (inner.current) watch.observe(inner.current);
    return () => watch.disconnect();
  }, []);

  useSpokenLines(lines, room, you);

  const earlier = async () => {
    const el = box.current;
    const height = el?.scrollHeight ?? 0;
    const top = el?.scrollTop ?? 0;
    await loadOlder(room);
    requestAnimationFrame(() => {
      if (el) el.scrollTop = top + el.scrollHeight - height;
    });
  };
  const onScroll = () => {
    const el = box.current;
    if (!el) return;
    // Only who scrolls up leaves the end; lines that grow do not push anybody away from it.
    const near = el.scrollHeight - el.scrollTop - el.clientHeight < NEAR;
    if (near || el.scrollTop < lastTop.current) atEnd.current = near;
    lastTop.current = el.scrollTop;
    if (atEnd.current) {
      below.value = 0;
      markSpot(room, lastId);
    }
  };
  const goLine = (id: number) => {
    current.value = id;
    const el = document.getElementById(`line-${id}`);
    el?.scrollIntoView({ block: "center" });
    el?.focus();
  };

  const tabLine = current.value ?? lastId;

  return (
    <div class="talk-frame">
      <div
        ref={box}
        class={compact ? "talk talk-compact" : "talk"}
        role="log"
        aria-live="off"
        aria-label={label}
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={(e) =>
          lineKey(
            e,
            box.current,
            (id) => {
              current.value = id;
            },
            (id, from) => {
              const line = lines.find((l) => l.id === id);
              if (line)
                openMenu(
                  from,
                  line.name,
                  lineItems(view, room, line, knownAs(view, here, line.by)),
                );
            },
          )
        }
        onFocusCapture={(e) => {
          const id = e.target instanceof Element && e.target.closest<HTMLElement>("[data-line]");
          if (id) current.value = Number(id.dataset.line);
        }}
      >
        <div class="talk-inner" ref={inner}>
          {more && (
            <div class="talk-earlier">
              <Button kind="quiet" icon="up" onClick={() => void earlier()}>
                {t(isLoading(room) ? "chat.loading" : "chat.earlier")}
              </Button>
            </div>
          )}
          {shown.length === 0 && unsent.length === 0 && <First view={view} room={room} />}
          {shown.map((item) => {
            if (item.kind === "new") return <Mark key={item.key} text={t("chat.new")} fresh />;
            if (item.kind === "topic") return <TopicMark key={item.key} title={item.topic.title} />;
            if (item.kind === "notice") return <NoticeItem key={item.key} notice={item.notice} />;
            const { line } = item;
            return (
              <Said
                key={item.key}
                view={view}
                here={here}
                room={room}
                line={line}
                head={item.head}
                current={line.id === tabLine}
                replies={replies.get(line.id)}
                onGo={goLine}
              />
            );
          })}
          {unsent.map((p) => (
            <PendingLine key={p.n} line={p} view={view} />
          ))}
        </div>
      </div>
      {below.value > 0 && (
        <button type="button" class="talk-below" onClick={toEnd}>
          <Icon name="down" small /> {t("chat.more", { n: below.value })}
        </button>
      )}
      <Typers room={room} />
    </div>
  );
}

function First({ view, room }: { readonly view: View; readonly room: number }) {
  const active = view.agenda.topics.find((x) => x.id === view.agenda.active);
  if (room === CHANNEL) return <p class="talk-first">{t("cockpit.no_lines")}</p>;
  return (
    <div class="talk-first">
      <p>{(presence.value?.here.length ?? 0) > 1 ? t("cockpit.no_lines") : t("rooms.first")}</p>
      {active?.prompt && <p dir="auto">{active.prompt}</p>}
    </div>
  );
}

/** Who is writing now, in this room. */
function Typers({ room }: { readonly room: number }) {
  const who = typing.value.filter((x) => x.room === room);
  const [first, second] = who;
  return (
    <p class="typers" aria-hidden="true">
      {first && (second ? t("chat.typing_more") : t("chat.typing_one", { name: first.name }))}
    </p>
  );
}

function repliesOf(lines: readonly Line[]): ReadonlyMap<number, { n: number; first: number }> {
  const found = new Map<number, { n: number; first: number }>();
  for (const l of lines) {
    if (l.reply === undefined) continue;
    const old = found.get(l.reply);
    found.set(l.reply, { n: (old?.n ?? 0) + 1, first: old?.first ?? l.id });
  }
  return found;
}

/** New lines are read aloud: one by name and words, several as a number, never more often than every 3 s. */
function useSpokenLines(lines: readonly Line[], room: number, you: number): void {
  const heard = useRef({ room, id: lines[lines.length - 1]?.id ?? 0, at: 0 });
  useEffect(() => {
    const last = lines[lines.length - 1]?.id ?? 0;
    if (heard.current.room !== room) {
      heard.current = { room, id: last, at: 0 };
      return;
    }
    if (last <= heard.current.id) return;
    const speak = () => {
      const fresh = lines.filter((l) => l.id > heard.current.id && l.by !== you);
      heard.current = { room, id: last, at: Date.now() };
      const [one] = fresh;
      if (!one || document.hidden) return;
      say(
        fresh.length === 1
          ? t("chat.said", { name: one.name, text: one.text ?? t("chat.removed") })
          : t("chat.more", { n: fresh.length }),
      );
    };
    const wait = heard.current.at + SPOKEN_MS - Date.now();
    const timer = setTimeout(speak, Math.max(0, wait));
    return () => clearTimeout(timer);
  }, [lines[lines.length - 1]?.id, room]);
}
