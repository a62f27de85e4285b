import { useEffect } from "preact/hooks";
import { say } from "../app/announce.ts";
import { tick } from "../app/clock.ts";
import { type Connection, connection, pending, tryNow } from "../app/live.ts";
import { t } from "../i18n/t.ts";
import { clock } from "../i18n/time.ts";
import { Button } from "./parts/Button.tsx";
import { Icon } from "./parts/Icon.tsx";

/** A blink of the line is nobody's concern; this long, it is said aloud, and a moving server gets its strip. */
const SPOKEN_MS = 3000;

const DOTS: Partial<Record<Connection["state"], string>> = {
  live: "dot",
  offline: "dot dot-hollow",
  closed: "dot dot-hollow",
  over: "dot dot-hollow",
};

export function connectionWords(at: Connection): string {
  switch (at.state) {
    case "live":
      return t("conn.live");
    case "checking":
      return t("conn.check");
    case "catching_up":
      return at.events > 0 ? t("conn.catch", { n: at.events }) : t("conn.behind");
    case "moving":
      return t("conn.server");
    case "offline":
    case "closed":
      return t("conn.off_short");
    case "over":
      return t("conn.over");
    case "connecting":
      return t("conn.connecting");
  }
}

/** The state of the connection, always in words beside its mark, never more cheerful than the truth. */
export function ConnectionPill({ bare = false }: { readonly bare?: boolean }) {
  const at = connection.value;
  const words = connectionWords(at);
  useEffect(() => {
    if (at.state === "live" || at.state === "connecting") return;
    const timer = setTimeout(() => say(words), SPOKEN_MS);
    return () => clearTimeout(timer);
  }, [at.state]);
  const kind = at.state === "live" ? "pill-soft" : at.state === "offline" ? "pill-attnsoft" : "";
  return (
    <span class={bare ? "conn" : `conn pill ${kind}`}>
      <i class={DOTS[at.state] ?? "dot dot-half"} />
      {words}
    </span>
  );
}

/** The strip while offline: since when, when it is tried again, and what waits. */
export function ConnectionStrip() {
  const at = connection.value;
  const n = pending.value.filter((p) => p.state !== "refused").length;
  if (at.state !== "offline") return null;
  const seconds = at.again === null ? 0 : Math.max(0, Math.ceil((at.again - tick.value) / 1000));
  return (
    <div class="strip" role="status" aria-live="off">
      <Icon name="offline" />
      <p>
        <b>{t("conn.off_title", { clock: clock(at.since) })}</b>{" "}
        <span>
          {seconds > 0 ? t("conn.off_text", { n: seconds }) : t("conn.off_trying")}
          {n > 0 && ` ${t("conn.unsent", { n })}`}
        </span>
      </p>
      <Button onClick={tryNow}>{t("conn.try")}</Button>
    </div>
  );
}
