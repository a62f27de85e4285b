import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { t } from "../../i18n/t.ts";
import { Button } from "./Button.tsx";

/** What takes the focus in a new dialog: what says so itself, or the first thing to fill in or to press, not the
 *  cross. A dialog that took it by an effect of its own would be early when something came meanwhile. */
const WANTED = ".dialog-body [data-first]";
const FIRST = ".dialog-body :is(input, textarea, select, button)";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Something was typed: Esc asks before it is lost. */
  readonly dirty?: boolean;
  readonly wide?: boolean;
}

/** A modal dialog, on phones a sheet from below. The browser keeps focus in it and gives it back. */
export function Dialog({ title, onClose, children, dirty = false, wide = false }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const [asking, setAsking] = useState(false);

  useEffect(() => {
    const dialog = ref.current;
    const opener = document.activeElement;
    if (dialog && !dialog.open) dialog.showModal();
    (
      dialog?.querySelector<HTMLElement>(WANTED) ?? dialog?.querySelector<HTMLElement>(FIRST)
    )?.focus();
    return () => {
      dialog?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);

  const leave = () => (dirty && !asking ? setAsking(true) : onClose());

  return (
    <dialog
      ref={ref}
      class={wide ? "dialog dialog-wide" : "dialog"}
      aria-labelledby={heading}
      onCancel={(e) => {
        e.preventDefault();
        leave();
      }}
      onKeyDown={(e) => e.stopPropagation()}
    >
      <header class="dialog-head">
        <h2 id={heading}>{title}</h2>
        <Button icon="close" kind="quiet" label={t("go.close")} onClick={leave} />
      </header>
      <div class="dialog-body">{children}</div>
      {asking && (
        <div class="dialog-ask" role="alert">
          <p>{t("go.discard_ask")}</p>
          <Button onClick={() => setAsking(false)}>{t("go.keep")}</Button>
          <Button kind="danger" onClick={onClose}>
            {t("chat.discard")}
          </Button>
        </div>
      )}
    </dialog>
  );
}
