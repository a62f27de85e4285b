import { useEffect, useRef } from "preact/hooks";
import type { Planned } from "../app/api.ts";
import { showToast } from "../app/toast.ts";
import { t } from "../i18n/t.ts";
import { Button } from "./parts/Button.tsx";
import { JoinCode } from "./parts/JoinCode.tsx";

const ORDER = ["organizer", "facilitator", "moderator", "attendee", "observer"] as const;

interface Props {
  readonly planned: Planned;
  readonly onAnother: () => void;
}

/** What leads into a session that was just planned: a code for a screen, and a link for each role. */
export function PlanLinks({ planned, onAnother }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const copy = async (link: string) => {
    try {
      await navigator.clipboard.writeText(link);
      showToast({ text: t("chat.copied") });
    } catch {
      showToast({ text: t("err.unavailable") });
    }
  };
  return (
    <div class="form">
      <h2 ref={heading} tabIndex={-1}>
        {t("plan.done")}
      </h2>
      {planned.code && <JoinCode code={planned.code} title={planned.title} />}
      <ul class="plan-links">
        {ORDER.map((role) => {
          const link = planned.links.get(role);
          if (!link) return null;
          return (
            <li key={role} class="card">
              <b>{t(`role.${role}`)}</b>
              <input
                class="input"
                readOnly
                value={link}
                aria-label={t("plan.link", { role: t(`role.${role}`) })}
                onFocus={(e) => e.currentTarget.select()}
              />
              <Button kind="primary" onClick={() => void copy(link)}>
                {t("plan.copy")}
              </Button>
              <a class="button button-plain" href={link} target="_blank" rel="noreferrer noopener">
                {t("plan.open_link")}
              </a>
            </li>
          );
        })}
      </ul>
      <Button onClick={onAnother}>{t("plan.another")}</Button>
    </div>
  );
}
