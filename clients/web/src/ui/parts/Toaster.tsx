import { useEffect, useState } from "preact/hooks";
import { offNow } from "../../app/act.ts";
import { assertive, polite } from "../../app/announce.ts";
import { toast } from "../../app/toast.ts";
import { t } from "../../i18n/t.ts";
import { Button } from "./Button.tsx";

const SHOWN_MS = 8000;

/** The toast: goes by itself, but not while somebody points at it or stands in it. */
export function Toaster() {
  const now = toast.value;
  const [held, setHeld] = useState(false);

  useEffect(() => {
    if (!now || held) return;
    const timer = setTimeout(() => {
      toast.value = null;
    }, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [now, held]);

  if (!now) return null;
  const act = now.act;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only holds the message while it is read
    <div
      class="toast"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocusCapture={() => setHeld(true)}
      onBlurCapture={() => setHeld(false)}
    >
      <span>{now.text}</span>
      {act && (
        <Button
          kind="quiet"
          off={offNow()}
          onClick={() => {
            toast.value = null;
            act.run();
          }}
        >
          {act.label}
        </Button>
      )}
      <Button
        icon="close"
        kind="quiet"
        label={t("go.close")}
        onClick={() => {
          toast.value = null;
        }}
      />
    </div>
  );
}

/** What is said without being shown. */
export function LiveRegions() {
  return (
    <>
      <div class="sr" role="status" aria-live="polite">
        {polite.value}
      </div>
      <div class="sr" role="alert" aria-live="assertive">
        {assertive.value}
      </div>
    </>
  );
}
