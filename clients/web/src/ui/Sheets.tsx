import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { say, sayNow } from "../app/announce.ts";
import { carryDraft, draftOf } from "../app/drafts.ts";
import { presence } from "../app/live.ts";
import { markSeen, seen } from "../app/seen.ts";
import { showToast } from "../app/toast.ts";
import { wanted } from "../app/writing.ts";
import { language, t } from "../i18n/t.ts";
import { clock } from "../i18n/time.ts";
import { knownAs } from "../model/people.ts";
import { nameOf, roomOf } from "../model/rooms.ts";
import { noticesOf, noticeTexts } from "../model/talk.ts";
import type { Move, Notice, View } from "../protocol.ts";
import { Badge } from "./Badge.tsx";
import { Button } from "./parts/Button.tsx";
import { Icon } from "./parts/Icon.tsx";
import { Tile } from "./parts/Tile.tsx";
import { enter } from "./Rooms.tsx";

const SHOWN_MS = 30_000;

/** What comes at one, above the composer: moved, called on, announced. None of them takes the focus. */
export function Sheets({ view }: { readonly view: View }) {
  const { you } = view.people;
  useRoomChange(view);
  return (
    <div class="sheets">
      <NoticeStrip view={view} />
      {you.moved && <Moved key={you.moved.at} view={view} move={you.moved} />}
      {you.called !== undefined && <Called key={you.called} />}
    </div>
  );
}

/** Whenever one sits elsewhere: the draft comes along, and it is said where one is now. */
function useRoomChange(view: View): void {
  const { room } = view.people.you;
  const was = useRef(room);
  useEffect(() => {
    const from = was.current;
    was.current = room;
    if (from === room) return;
    const carried = carryDraft(from, room);
    const { moved } = view.people.you;
    // Who was moved by somebody has a sheet that says so.
    if (moved?.from === from) return;
    if (carried) showToast({ text: t("move.kept") });
    say(nameOf(view, room));
  }, [room]);
}

function Moved({ view, move }: { readonly view: View; readonly move: Move }) {
  const gone = useSignal(false);
  const { you } = view.people;
  const from = nameOf(view, move.from);
  const words = t("move.did", { name: move.name, room: from });
  const back = roomOf(view, move.from);
  const who = knownAs(view, presence.value?.here ?? [], move.by);

  useEffect(() => {
    sayNow(`${nameOf(view, you.room)}. ${words} ${move.reason ?? ""}`);
    const timer = setTimeout(() => {
      gone.value = true;
    }, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [move.at]);

  if (gone.value) return null;
  return (
    <section class="sheet" aria-label={words}>
      <div class="sheet-head">
        <Tile areas={view.session.areas} area={roomOf(view, you.room)?.area} size="l" icon="wave" />
        <p>
          <b>{nameOf(view, you.room)}</b>
          <span>{words}</span>
        </p>
      </div>
      {move.reason && (
        <blockquote class="sheet-quote">
          <b>{move.name}</b> <Badge role={who?.role} />
          <p dir="auto">“{move.reason}”</p>
        </blockquote>
      )}
      {draftOf(you.room) !== "" && <p class="quiet">{t("move.kept")}</p>}
      <div class="sheet-acts">
        <Button
          kind="primary"
          onClick={() => {
            gone.value = true;
          }}
        >
          {t("move.stay")}
        </Button>
        {back && !back.closed && you.back === move.from && (
          <Button onClick={() => enter(move.from)}>{t("rooms.back")}</Button>
        )}
      </div>
    </section>
  );
}

function Called() {
  const gone = useSignal(false);
  useEffect(() => sayNow(`${t("hands.called_by")}. ${t("hands.called_you")}`), []);
  if (gone.value) return null;
  return (
    <section class="sheet sheet-attn" aria-label={t("hands.called_by")}>
      <div class="sheet-head">
        <Icon name="hand" />
        <p>
          <b>{t("hands.called_by")}</b>
          <span>{t("hands.called_you")}</span>
        </p>
      </div>
      <div class="sheet-acts">
        <Button
          kind="primary"
          onClick={() => {
            gone.value = true;
            wanted.value++;
          }}
        >
          {t("hands.here")}
        </Button>
      </div>
    </section>
  );
}

/** Not at once: who has the announcement before their eyes in the conversation needs no second one. */
const LATE_MS = 1300;

/** The newest announcement until it was seen or dismissed; it stays in the conversation all the same. */
function NoticeStrip({ view }: { readonly view: View }) {
  const list = noticesOf(view, view.people.you.room);
  const old = useRef(list[list.length - 1]?.id ?? 0);
  const spoken = useRef(old.current);
  const late = useSignal(0);
  const fresh = list.filter(
    (n) => n.id > old.current && n.by !== view.people.you.id && !seen.value.has(n.id),
  );
  const last: Notice | undefined = fresh[fresh.length - 1];
  const id = last?.id ?? 0;

  useEffect(() => {
    if (!last) return;
    if (last.id > spoken.current)
      say(`${t("notice.from", { name: last.name })}: ${noticeTexts(last, language.value)[0]}`);
    spoken.current = Math.max(spoken.current, last.id);
    const timer = setTimeout(() => {
      late.value = last.id;
    }, LATE_MS);
    return () => clearTimeout(timer);
  }, [id]);

  if (!last || late.value !== last.id) return null;
  return (
    <section class="sheet sheet-notice" aria-label={t("notice.title")}>
      <Icon name="megaphone" />
      <p dir="auto">
        <b>{t("notice.from", { name: last.name })}</b> {clock(last.at)}
        <span>{noticeTexts(last, language.value)[0]}</span>
        {fresh.length > 1 && <small>{t("notice.more", { n: fresh.length - 1 })}</small>}
      </p>
      <Button
        icon="close"
        kind="quiet"
        label={t("notice.dismiss")}
        onClick={() => {
          for (const n of fresh) markSeen(n.id);
        }}
      />
    </section>
  );
}
