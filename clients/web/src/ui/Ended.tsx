import { forgetMe } from "../app/forget.ts";
import { type PlainKey, t } from "../i18n/t.ts";
import { left } from "./leave.ts";
import { Button } from "./parts/Button.tsx";
import { Logo } from "./parts/Icon.tsx";

const OVER: Partial<Record<string, PlainKey>> = {
  too_many: "conn.too_many",
  removed: "people.removed_text",
  gone: "conn.gone_text",
  damaged: "conn.damaged",
  unavailable: "conn.unavailable",
  closed: "err.closed",
};

/** The end of a ticket: what happened, and what is possible. */
export function Over({ why }: { readonly why: string }) {
  const title =
    why === "removed" ? "people.removed_title" : why === "gone" ? "conn.gone" : "conn.over";
  return (
    <main class="opening" id="main">
      <Logo />
      <h1>{t(title)}</h1>
      <p>{t(OVER[why] ?? "conn.over_text")}</p>
      <a class="button button-plain" href="/">
        {t("app.schedule")}
      </a>
    </main>
  );
}

/** One's own leave: back again, away, or away for good from a computer that is not one's own. */
export function Left({ id }: { readonly id: string }) {
  return (
    <main class="opening" id="main">
      <Logo />
      <h1>{t("people.left_title")}</h1>
      <p>{t("people.left_text")}</p>
      <Button
        kind="primary"
        onClick={() => {
          left.value = null;
        }}
      >
        {t("people.come_back")}
      </Button>
      <a class="button button-quiet" href="/">
        {t("app.schedule")}
      </a>
      <div class="opening-foot">
        <p>{t("people.forget_why")}</p>
        <Button kind="quiet" onClick={() => forget(id)}>
          {t("people.forget")}
        </Button>
      </div>
    </main>
  );
}

/** Loaded anew, so that what the page itself still knows is gone, too. */
function forget(id: string): void {
  forgetMe(id);
  location.replace("/");
}
