import { useEffect, useRef } from "preact/hooks";
import { watchSeen } from "../app/seen.ts";
import { language, t } from "../i18n/t.ts";
import { clock } from "../i18n/time.ts";
import { noticeTexts } from "../model/talk.ts";
import type { Notice } from "../protocol.ts";
import { Icon } from "./parts/Icon.tsx";

/** A hairline with words between: where the new begins, what happened to oneself. */
export function Mark({ text, fresh = false }: { readonly text: string; readonly fresh?: boolean }) {
  return (
    <p class={fresh ? "mark mark-new" : "mark"}>
      <span>{text}</span>
    </p>
  );
}

export function TopicMark({ title }: { readonly title: string }) {
  return (
    <p class="mark mark-topic">
      <span dir="auto">
        <i class="mark-stop" /> {title}
      </span>
    </p>
  );
}

/** An announcement as it stays in the conversation. */
export function NoticeItem({ notice }: { readonly notice: Notice }) {
  const [first, second] = noticeTexts(notice, language.value);
  const other = language.value === "zh" ? "en" : "zh-Hans";
  const box = useRef<HTMLElement>(null);
  useEffect(() => (box.current ? watchSeen(box.current, notice.id) : undefined), [notice.id]);
  return (
    <article ref={box} class="notice" aria-label={t("notice.title")}>
      <header>
        <Icon name="megaphone" small />
        <b>{t(notice.rooms ? "notice.from_some" : "notice.from", { name: notice.name })}</b>
        <time dateTime={new Date(notice.at).toISOString()}>{clock(notice.at)}</time>
      </header>
      <p dir="auto">{first}</p>
      {second && (
        <details>
          <summary>{t("notice.other_language")}</summary>
          <p dir="auto" lang={other}>
            {second}
          </p>
        </details>
      )}
    </article>
  );
}
