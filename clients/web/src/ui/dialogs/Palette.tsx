import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { t } from "../../i18n/t.ts";
import { isStaff, seated } from "../../model/people.ts";
import type { View } from "../../protocol.ts";
import { type Command, commandsOf } from "../commands.ts";
import { isComposing } from "../lineKeys.ts";
import { personItems } from "../menus.ts";
import { Key } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { Icon } from "../parts/Icon.tsx";

const MOST = 40;

interface Props {
  readonly view: View;
  readonly onClose: () => void;
}

/** Commands, rooms, and for staff what can be done with each person. */
function everything(view: View): readonly Command[] {
  const people = isStaff(view.people.you.role)
    ? seated(view).flatMap((p) =>
        personItems(view, p).map((item) => ({
          label: `${p.name}: ${item.label}`,
          off: item.off || undefined,
          run: item.run,
        })),
      )
    : [];
  return [...commandsOf(view), ...people];
}

/** Do anything by name. */
export function Palette({ view, onClose }: Props) {
  const words = useSignal("");
  const marked = useSignal(0);
  const listId = useId();
  const seek = words.value.trim().toLowerCase().split(/\s+/);
  const found = everything(view)
    .filter((c) => seek.every((w) => c.label.toLowerCase().includes(w)))
    .slice(0, MOST);
  const at = Math.min(marked.value, found.length - 1);

  useEffect(() => {
    document.getElementById(`${listId}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at]);

  const run = (command: Command | undefined) => {
    if (!command || command.off) return;
    onClose();
    // what it opens is another dialog: let this one give its focus back first
    setTimeout(command.run);
  };
  const key = (e: KeyboardEvent) => {
    if (isComposing(e)) return;
    if (e.key === "ArrowDown") marked.value = (at + 1) % Math.max(1, found.length);
    else if (e.key === "ArrowUp")
      marked.value = (at - 1 + found.length) % Math.max(1, found.length);
    else if (e.key === "Enter") run(found[at]);
    else return;
    e.preventDefault();
  };

  return (
    <Dialog title={t("keys.find")} onClose={onClose}>
      <div class="search">
        <Icon name="search" />
        <input
          class="input"
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={found[at] ? `${listId}-${at}` : undefined}
          aria-label={t("keys.find_label")}
          placeholder={t("keys.find_label")}
          value={words.value}
          onInput={(e) => {
            words.value = e.currentTarget.value;
            marked.value = 0;
          }}
          onKeyDown={key}
        />
      </div>
      {found.length === 0 && <p class="quiet">{t("keys.none")}</p>}
      <div class="options" role="listbox" id={listId} aria-label={t("keys.acts")}>
        {found.map((c, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the text field above moves the mark and chooses
          <div
            key={`${c.label}${i}`}
            id={`${listId}-${i}`}
            class="option"
            role="option"
            tabIndex={-1}
            aria-selected={i === at}
            aria-disabled={c.off ? "true" : undefined}
            onClick={() => run(c)}
          >
            <span class="ellipsis" dir="auto">
              {c.label}
              {c.off && <small> {c.off}</small>}
            </span>
            {c.key?.split(" ").map((k) => (
              <Key key={k}>{k.length === 1 ? k.toUpperCase() : k}</Key>
            ))}
          </div>
        ))}
      </div>
    </Dialog>
  );
}
