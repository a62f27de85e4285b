import { useEffect, useRef, useState } from "preact/hooks";
import { say } from "../../app/announce.ts";
import { t } from "../../i18n/t.ts";

const HOLD_MS = 1200;
const AGAIN_MS = 5000;

interface Props {
  readonly label: string;
  readonly again: string;
  readonly onDone: () => void;
  readonly danger?: boolean;
}

/** For what moves everybody: held down by pointer; by key or switch pressed, then pressed again. */
export function HoldButton({ label, again, onDone, danger = false }: Props) {
  const [state, setState] = useState<"rest" | "held" | "armed">("rest");
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const byPointer = useRef(false);

  useEffect(() => () => clearTimeout(timer.current), []);

  const rest = () => {
    clearTimeout(timer.current);
    setState("rest");
  };
  const down = () => {
    byPointer.current = true;
    setState("held");
    timer.current = setTimeout(() => {
      rest();
      onDone();
    }, HOLD_MS);
  };
  const up = () => {
    if (state === "held") rest();
  };
  const press = () => {
    if (byPointer.current) {
      byPointer.current = false;
      return;
    }
    if (state === "armed") {
      rest();
      onDone();
      return;
    }
    setState("armed");
    say(again);
    timer.current = setTimeout(rest, AGAIN_MS);
  };

  return (
    <button
      type="button"
      class={`button button-hold ${danger ? "button-danger" : "button-primary"} is-${state}`}
      onPointerDown={down}
      onPointerUp={up}
      onPointerLeave={up}
      onPointerCancel={up}
      onContextMenu={(e) => e.preventDefault()}
      onClick={press}
    >
      <span>{state === "armed" ? again : state === "held" ? t("go.holding") : label}</span>
    </button>
  );
}
