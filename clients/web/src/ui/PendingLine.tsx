import { useEffect, useState } from "preact/hooks";
import { refusal } from "../app/act.ts";
import { sayNow } from "../app/announce.ts";
import { draftOf, setDraft } from "../app/drafts.ts";
import { again, discard, type PendingLine as Pending } from "../app/live.ts";
import { wanted } from "../app/writing.ts";
import { t } from "../i18n/t.ts";
import type { View } from "../protocol.ts";
import { Icon } from "./parts/Icon.tsx";
import { Avatar } from "./parts/Tile.tsx";

/** Until then a line on its way looks like any other. */
const PATIENT_MS = 400;

/** A line of one's own that is not in the log yet: grey, with its state in words, never lost. */
export function PendingLine({ line, view }: { readonly line: Pending; readonly view: View }) {
  const [late, setLate] = useState(false);
  const you = view.people.you;
  const moved = line.refusal?.error === "moved";
  const why = line.refusal ? refusal(line.refusal) : "";

  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENT_MS);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    if (line.state === "refused")
      sayNow(moved ? t("err.moved") : t("chat.refused", { reason: why }));
  }, [line.state, why, moved]);

  const change = () => {
    const old = draftOf(you.room);
    setDraft(you.room, old ? `${line.text}\n${old}` : line.text);
    discard(line.n);
    wanted.value++;
  };

  return (
    <article class="said said-pending" aria-label={`${you.name}, ${t("chat.you")}`}>
      <Avatar name={you.name} areas={view.session.areas} area={you.area} />
      <div class="said-body">
        <header class="said-head">
          <b class="said-name" dir="auto">
            {you.name}
          </b>
          <span class="said-school">{t("chat.you")}</span>
        </header>
        <p class="said-text" dir="auto">
          {line.text}
        </p>
        {line.state === "refused" ? (
          <div class="said-refused">
            <Icon name="close" small />
            <span>{moved ? t("err.moved") : t("chat.refused", { reason: why })}</span>
            {moved && (
              <button type="button" onClick={() => again(line.n, you.room)}>
                {t("chat.here_now")}
              </button>
            )}
            {!moved && (
              <button type="button" onClick={() => again(line.n)}>
                {t("chat.again")}
              </button>
            )}
            <button type="button" onClick={change}>
              {t("chat.edit")}
            </button>
            <button type="button" class="quiet" onClick={() => discard(line.n)}>
              {t("chat.discard")}
            </button>
          </div>
        ) : line.state === "waiting" ? (
          <p class="said-state">
            <Icon name="clock" small /> {t("chat.waiting")}
          </p>
        ) : (
          late && <p class="said-state">{t("chat.sending")}</p>
        )}
      </div>
    </article>
  );
}
