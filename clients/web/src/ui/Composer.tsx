import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { act } from "../app/act.ts";
import { say } from "../app/announce.ts";
import { tick } from "../app/clock.ts";
import { draftOf, setDraft } from "../app/drafts.ts";
import { ask, connection, presence, session, tell } from "../app/live.ts";
import { edit, setComposing, stopWriting, wanted, writing } from "../app/writing.ts";
import { t } from "../i18n/t.ts";
import { clock, minutes } from "../i18n/time.ts";
import { hands, may, mutedNow } from "../model/people.ts";
import { segments, talkOf } from "../model/talk.ts";
import type { Mute, View } from "../protocol.ts";
import { isComposing } from "./lineKeys.ts";
import { Button, Key } from "./parts/Button.tsx";
import { Icon } from "./parts/Icon.tsx";

const MAX = 2000;
const WARN = 0.8 * MAX;
/** Enter so soon after a composition ended still belongs to the input method. */
const IME_MS = 30;

interface Props {
  readonly view: View;
  readonly room: number;
  readonly placeholder: string;
  readonly withHand?: boolean;
}

const touch = (): boolean => matchMedia("(pointer: coarse)").matches;

/** Where one writes. What cannot be written now is said in its place, and the draft is kept behind it. */
export function Composer(props: Props) {
  const { view, room } = props;
  const you = view.people.you;
  const muted = mutedNow(you.mute, tick.value);
  useMuteEnd(you.mute);
  if (you.role === "observer" && room !== 0)
    return (
      <div class="composer-note">
        <Icon name="eye" />
        <p>{t("chat.observer")}</p>
        {props.withHand && <Hand view={view} />}
      </div>
    );
  if (muted) return <Muted mute={muted} view={view} withHand={props.withHand ?? false} />;
  return <Writer {...props} />;
}

function Writer({ view, room, placeholder, withHand = false }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const composed = useRef(0);
  const refused = useSignal<string | null>(null);
  const mode = writing.value?.room === room ? writing.value : null;
  const text = draftOf(room);
  const n = text.length > WARN / 2 ? segments(text) : text.length;
  const over = n - MAX;

  useLayoutEffect(() => grow(area.current), [text, room]);
  useLayoutEffect(() => {
    if (wanted.value > 0 && room !== 0) area.current?.focus();
  }, [wanted.value]);
  useEffect(() => () => setComposing(false), []);

  const send = () => {
    const words = text.trim();
    if (words === "" || over > 0) return;
    refused.value = null;
    if (mode?.mode === "edit") {
      if (words !== mode.line.text) void ask("chat.edit", { line: mode.line.id, text: words });
    } else {
      const reply = mode?.mode === "reply" ? { reply: mode.line.id } : {};
      void ask("chat.say", { room, text: words, ...reply });
    }
    setDraft(room, "");
    stopWriting();
    area.current?.focus();
  };

  const key = (e: KeyboardEvent) => {
    if (isComposing(e)) return;
    if (e.key === "Enter" && !e.shiftKey && !e.altKey) {
      if (e.timeStamp - composed.current < IME_MS) return;
      if (touch() && !e.ctrlKey && !e.metaKey) return;
      e.preventDefault();
      send();
    } else if (e.key === "Escape") {
      if (mode) stopWriting();
      else area.current?.blur();
    } else if (e.key === "ArrowUp" && text === "" && !mode) {
      const mine = talkOf(view, room)?.lines.findLast(
        (l) => l.by === view.people.you.id && l.text !== undefined,
      );
      if (mine && may(view, "chat.edit")) {
        e.preventDefault();
        edit(room, mine);
      }
    }
  };

  return (
    <form
      class="composer"
      aria-label={placeholder}
      onSubmit={(e) => {
        e.preventDefault();
        send();
      }}
    >
      {mode && (
        <div class="composer-mode">
          <Icon name={mode.mode === "edit" ? "edit" : "reply"} small />
          <span class="ellipsis">
            {mode.mode === "edit"
              ? t("chat.editing")
              : t("chat.reply_to", { name: mode.line.name })}
            {mode.mode === "reply" && <q dir="auto">{mode.line.text}</q>}
          </span>
          <Button icon="close" kind="quiet" label={t("go.cancel")} onClick={stopWriting} />
        </div>
      )}
      <textarea
        ref={area}
        class="composer-text"
        rows={1}
        dir="auto"
        value={text}
        placeholder={placeholder}
        aria-label={placeholder}
        aria-invalid={over > 0 ? true : undefined}
        onInput={(e) => {
          setDraft(room, e.currentTarget.value);
          if (e.currentTarget.value && room === session.value?.view.people.you.room)
            tell("chat.typing", { room });
        }}
        onKeyDown={key}
        onFocus={() => setComposing(true)}
        onBlur={() => setComposing(false)}
        onCompositionEnd={(e) => {
          composed.current = e.timeStamp;
        }}
      />
      <div class="composer-row">
        {withHand && <Hand view={view} />}
        <span class="composer-hint">
          {over > 0 ? (
            <b class="wrong">{t("chat.too_long", { n: over })}</b>
          ) : n > WARN ? (
            t("chat.count", { n, m: MAX })
          ) : withHand && handPlace(view) > 0 ? (
            t("hands.you", { n: handPlace(view) })
          ) : connection.value.state === "offline" ? (
            t("chat.unsent_leave")
          ) : (
            <span class="composer-enter">{t("chat.hint")}</span>
          )}
        </span>
        <button
          type="submit"
          class="button button-primary composer-send"
          onMouseDown={keepFocus}
          aria-label={t("chat.send")}
          aria-disabled={text.trim() === "" || over > 0 ? "true" : undefined}
        >
          <Icon name="send" />
          <span>{t("chat.send")}</span>
        </button>
      </div>
    </form>
  );
}

/** A press on a button beside the text leaves the focus in it: the keyboard of a phone stays up, and
 *  nothing on the page moves away under the finger. */
function keepFocus(e: MouseEvent): void {
  if (document.activeElement instanceof HTMLTextAreaElement) e.preventDefault();
}

/** As high as its text, up to six lines (the style sheet ends it there). */
function grow(area: HTMLTextAreaElement | null): void {
  if (!area) return;
  area.style.setProperty("height", "auto");
  area.style.setProperty("height", `${area.scrollHeight}px`);
}

/** One's place in the order of hands; 0: one's hand is down. */
function handPlace(view: View): number {
  const up = hands(presence.value?.here ?? []);
  return up.findIndex((p) => p.id === view.people.you.id) + 1;
}

export function Hand({ view }: { readonly view: View }) {
  const up = view.people.you.hand !== undefined;
  if (!may(view, "hands.raise")) return null;
  return (
    <button
      type="button"
      class="button hand"
      onMouseDown={keepFocus}
      aria-pressed={up}
      onClick={() => void toggleHand(view)}
    >
      <Icon name="hand" />
      <span>{t(up ? "hands.lower" : "hands.raise")}</span>
      <Key>H</Key>
    </button>
  );
}

export async function toggleHand(view: View): Promise<void> {
  const up = view.people.you.hand !== undefined;
  const outcome = await act(up ? "hands.lower" : "hands.raise", {});
  if (outcome.ok) say(t(up ? "hands.down_say" : "hands.up_say"));
}

interface MutedProps {
  readonly mute: Mute;
  readonly view: View;
  readonly withHand: boolean;
}

function Muted({ mute, view, withHand }: MutedProps) {
  return (
    <div class="composer-note">
      <Icon name="muted" />
      <div>
        <p>
          <b>
            {t("mute.you", {
              clock: clock(mute.until),
              n: Math.max(1, minutes(mute.until - tick.value)),
            })}
          </b>
        </p>
        <p>
          {mute.note
            ? t("mute.by", { name: mute.name, note: mute.note })
            : t("mute.why", { name: mute.name, reason: t(`reason.${mute.reason}`) })}
        </p>
        <p>{t("mute.can")}</p>
      </div>
      {withHand && <Hand view={view} />}
    </div>
  );
}

/** The end of a mute comes by itself and is said. */
function useMuteEnd(mute: Mute | undefined): void {
  const on = mutedNow(mute, tick.value) !== undefined;
  const was = useRef(on);
  useEffect(() => {
    if (was.current && !on) say(t("mute.over"));
    was.current = on;
  }, [on]);
}
