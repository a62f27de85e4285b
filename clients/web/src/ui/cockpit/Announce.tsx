import { signal, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { offNow, refusal } from "../../app/act.ts";
import { ask } from "../../app/live.ts";
import { goPlace } from "../../app/route.ts";
import { showToast } from "../../app/toast.ts";
import { t } from "../../i18n/t.ts";
import { everMay, may } from "../../model/people.ts";
import { openRooms, roomName } from "../../model/rooms.ts";
import type { View } from "../../protocol.ts";
import { isComposing } from "../lineKeys.ts";
import { Button, Key } from "../parts/Button.tsx";
import { Icon } from "../parts/Icon.tsx";

const MAX = 500;

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
  const text = useSignal("");
  const zh = useSignal("");
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
  const chosen = rooms.filter((r) => to.value.has(r.id));
  const off = offNow() ?? (may(view, "notices.announce") ? undefined : t("err.closed"));

  const send = async () => {
    const words = text.value.trim();
    if (off) return;
    if (!words) {
      problem.value = t("notice.empty");
      area.current?.focus();
      return;
    }
    const second = both.value ? zh.value.trim() : "";
    const outcome = await ask("notices.announce", {
      text: words,
      ...(second ? { zh: second } : {}),
      ...(chosen.length ? { rooms: chosen.map((r) => r.id) } : {}),
    });
    if (!outcome.ok) {
      problem.value = refusal(outcome);
      return;
    }
    text.value = "";
    zh.value = "";
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
        {view.session.languages.includes("zh") && (
          <Button
            kind="quiet"
            pressed={both.value}
            onClick={() => {
              both.value = !both.value;
            }}
          >
            {t("notice.zh")}
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
            value={text.value}
            onInput={(e) => {
              text.value = e.currentTarget.value;
              problem.value = null;
            }}
            onKeyDown={key}
          />
          {both.value && (
            <textarea
              rows={1}
              lang="zh-Hans"
              maxLength={MAX}
              aria-label={t("notice.zh_label")}
              placeholder={t("notice.zh_label")}
              value={zh.value}
              onInput={(e) => {
                zh.value = e.currentTarget.value;
              }}
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
