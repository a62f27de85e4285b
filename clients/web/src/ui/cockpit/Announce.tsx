import { signal, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { offNow, refusal } from "../../app/act.ts";
import { ask } from "../../app/live.ts";
import { goPlace } from "../../app/route.ts";
import { showToast } from "../../app/toast.ts";
import { type Language, language, other, t, tag } from "../../i18n/t.ts";
import { everMay, may } from "../../model/people.ts";
import { openRooms, roomName } from "../../model/rooms.ts";
import { noticeOf, type Words } from "../../model/talk.ts";
import type { View } from "../../protocol.ts";
import { isComposing } from "../lineKeys.ts";
import { Button, Key } from "../parts/Button.tsx";
import { Icon } from "../parts/Icon.tsx";

const MAX = 500;
const EMPTY: Words = { en: "", zh: "" };

/** Rooms the next announcement goes to; none: all. */
const to = signal<ReadonlySet<number>>(new Set());
const wanted = signal(0);

/** Announce to one room: from the menu of its card. */
export function announceTo(room: number): void {
  to.value = new Set([room]);
  goPlace("cockpit");
  wanted.value++;
}

/** One sentence to all rooms or some, in one language or both. Enter makes a line, Ctrl+Enter sends. */
export function Announce({ view }: { readonly view: View }) {
  const words = useSignal<Words>(EMPTY);
  const both = useSignal(false);
  const open = useSignal(false);
  const problem = useSignal<string | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const { areas } = view.session;

  useLayoutEffect(() => {
    if (wanted.value > 0) area.current?.focus();
  }, [wanted.value]);

  if (!everMay(view.people.you.role, "notices.announce")) return null;
  const rooms = openRooms(view);
  const offersTwo = view.session.languages.includes(other());
  // What was written before the language of the page was changed is not hidden.
  const two = (offersTwo && both.value) || words.value[other()] !== "";
  const chosen = rooms.filter((r) => to.value.has(r.id));
  const off = offNow() ?? (may(view, "notices.announce") ? undefined : t("err.closed"));

  const send = async () => {
    const sent = noticeOf(words.value);
    if (off) return;
    if (!sent.text) {
      problem.value = t("notice.empty");
      area.current?.focus();
      return;
    }
    const outcome = await ask("notices.announce", {
      ...sent,
      ...(chosen.length ? { rooms: chosen.map((r) => r.id) } : {}),
    });
    if (!outcome.ok) {
      problem.value = refusal(outcome);
      return;
    }
    words.value = EMPTY;
    to.value = new Set();
    problem.value = null;
    showToast({ text: t("notice.done") });
  };
  const key = (e: KeyboardEvent) => {
    if (isComposing(e)) return;
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      void send();
    } else if (e.key === "Escape" && e.currentTarget instanceof HTMLElement) e.currentTarget.blur();
  };
  const write = (of: Language) => (e: { readonly currentTarget: HTMLTextAreaElement }) => {
    words.value = { ...words.value, [of]: e.currentTarget.value };
    problem.value = null;
  };
  const toggle = (room: number) => {
    const next = new Set(to.value);
    if (!next.delete(room)) next.add(room);
    to.value = next;
  };

  return (
    <form
      class="announce"
      aria-label={t("notice.title")}
      onSubmit={(e) => {
        e.preventDefault();
        void send();
      }}
    >
      <div class="announce-head">
        <b>
          <Icon name="megaphone" /> {t("notice.to")}
        </b>
        <Button
          pressed={open.value}
          onClick={() => {
            open.value = !open.value;
          }}
        >
          {chosen.length ? t("notice.some", { n: chosen.length }) : t("notice.all")}{" "}
          <Icon name="down" small />
        </Button>
        {offersTwo && (
          <Button
            kind="quiet"
            pressed={two}
            onClick={() => {
              both.value = !two;
              if (two) words.value = { ...words.value, [other()]: "" };
            }}
          >
            {t("notice.other")}
          </Button>
        )}
      </div>
      {open.value && (
        <fieldset class="announce-rooms">
          <legend class="sr">{t("notice.to")}</legend>
          <label class="check">
            <input
              type="checkbox"
              checked={chosen.length === 0}
              onChange={() => {
                to.value = new Set();
              }}
            />
            <span>{t("notice.all")}</span>
          </label>
          {rooms.map((r) => (
            <label key={r.id} class="check">
              <input type="checkbox" checked={to.value.has(r.id)} onChange={() => toggle(r.id)} />
              <span dir="auto">{roomName(r, areas)}</span>
            </label>
          ))}
        </fieldset>
      )}
      <div class="announce-row">
        <div class="announce-texts">
          <textarea
            ref={area}
            rows={1}
            dir="auto"
            maxLength={MAX}
            aria-label={t("notice.text")}
            placeholder={t("notice.write")}
            value={words.value[language.value]}
            onInput={write(language.value)}
            onKeyDown={key}
          />
          {two && (
            <textarea
              rows={1}
              lang={tag(other())}
              maxLength={MAX}
              aria-label={t("notice.other_label")}
              placeholder={t("notice.other_label")}
              value={words.value[other()]}
              onInput={write(other())}
              onKeyDown={key}
            />
          )}
        </div>
        <Button kind="primary" type="submit" off={off}>
          {t("notice.do")} <Key>Ctrl ⏎</Key>
        </Button>
      </div>
      {problem.value && (
        <p class="field-error" role="alert">
          {problem.value}
        </p>
      )}
    </form>
  );
}
